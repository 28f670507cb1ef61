use std::borrow::Cow;

use serde_json::json;

use super::fill::Filling;
use super::{device, network_interface};
use crate::compute::{MachineNetworkInterface, MachineSpec, MachineVolume, Power};
use crate::networking::NetworkInterfaceSpec;

/// A field of a machine's spec that is open, and what it gets.
pub(super) enum Open {
    Power,
    /// `device` of the volume at this index.
    Device(usize, String),
    /// A field of the interface template at this index of `networkInterfaces`.
    Template(usize, network_interface::Open),
}

/// Fills in `power`, the devices of volumes, and the specs of interface templates. `stored` are the
/// volumes of the machine as it was before an update: they keep their devices.
pub fn machine_spec<'a>(spec: &'a MachineSpec, stored: &[MachineVolume]) -> Cow<'a, MachineSpec> {
    let mut filled = Cow::Borrowed(spec);
    for field in open(spec, stored) {
        field.fill(filled.to_mut());
    }
    filled
}

/// What is open in a machine's spec.
pub(super) fn open(spec: &MachineSpec, stored: &[MachineVolume]) -> Vec<Open> {
    let power = spec.power.is_none().then_some(Open::Power).into_iter();
    let devices = device::missing(&spec.volumes, stored).into_iter();
    let devices = devices.map(|(index, device)| Open::Device(index, device));
    let interfaces = spec.network_interfaces.iter().enumerate();
    let templates = interfaces.flat_map(|(index, interface)| {
        let fields = template(interface).map(network_interface::open);
        let fields = fields.into_iter().flatten();
        fields.map(move |field| Open::Template(index, field))
    });
    power.chain(devices).chain(templates).collect()
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
            Self::Power => spec.power = Some(Power::On),
            Self::Device(index, device) => spec.volumes[index].device = Some(device),
            Self::Template(index, field) => {
                field.fill(template_mut(&mut spec.network_interfaces[index]));
            }
        }
    }

    /// What is filled in on the wire.
    pub(super) fn on_the_wire(self) -> Filling {
        let (pointer, value) = match self {
            Self::Power => ("/spec/power".to_owned(), json!(Power::On)),
            Self::Device(index, device) => (format!("/spec/volumes/{index}/device"), json!(device)),
            Self::Template(index, field) => {
                let entry = format!("/spec/networkInterfaces/{index}");
                return field.on_the_wire(&(entry + "/ephemeral/networkInterfaceTemplate/spec"));
            }
        };
        Filling { pointer, value }
    }
}
