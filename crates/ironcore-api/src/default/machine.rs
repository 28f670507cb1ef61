// SPDX-License-Identifier: Apache-2.0

use std::borrow::Cow;

use super::{device, network_interface};
use crate::compute::{MachineNetworkInterface, MachineSpec, MachineVolume};
use crate::networking::NetworkInterfaceSpec;

/// A field of a machine's spec that is open, and what it gets.
enum Open {
    /// Those that get a word.
    Defaults,
    /// `device` of the volume at this index.
    Device(usize, String),
    /// A field of the interface template at this index of `networkInterfaces`.
    Template(usize, network_interface::Open),
}

/// Sets the defaults of `power`, of the devices of volumes, and in interface templates. `stored` are the volumes of the machine before
/// an update, which keep their devices.
pub fn machine_spec<'a>(spec: &'a MachineSpec, stored: &[MachineVolume]) -> Cow<'a, MachineSpec> {
    let mut filled = Cow::Borrowed(spec);
    for field in open(spec, stored) {
        field.fill(filled.to_mut());
    }
    filled
}

/// What is open in a machine's spec.
fn open(spec: &MachineSpec, stored: &[MachineVolume]) -> Vec<Open> {
    let words = spec.lacks_defaults().then_some(Open::Defaults).into_iter();
    let devices = device::missing(&spec.volumes.iter().map(named), stored.iter().map(named));
    let devices = devices
        .into_iter()
        .map(|(index, device)| Open::Device(index, device));
    let interfaces = spec.network_interfaces.iter().enumerate();
    let templates = interfaces.flat_map(|(index, interface)| {
        let fields = template(interface).map(network_interface::open);
        let fields = fields.into_iter().flatten();
        fields.map(move |field| Open::Template(index, field))
    });
    words.chain(devices).chain(templates).collect()
}

fn named(volume: &MachineVolume) -> (&str, Option<&str>) {
    (&volume.name, volume.device.as_deref())
}

fn template(interface: &MachineNetworkInterface) -> Option<&NetworkInterfaceSpec> {
    let ephemeral = interface.ephemeral.as_ref()?;
    Some(&ephemeral.network_interface_template.as_ref()?.spec)
}

fn template_mut(interface: &mut MachineNetworkInterface) -> &mut NetworkInterfaceSpec {
    let ephemeral = interface.ephemeral.get_or_insert_default();
    let template = ephemeral.network_interface_template.get_or_insert_default();
    &mut template.spec
}

impl Open {
    fn fill(self, spec: &mut MachineSpec) {
        match self {
            Self::Defaults => spec.set_defaults(),
            Self::Device(index, device) => spec.volumes[index].device = Some(device),
            Self::Template(index, field) => {
                field.fill(template_mut(&mut spec.network_interfaces[index]));
            }
        }
    }
}
