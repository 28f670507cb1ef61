use std::borrow::Cow;

use super::{device, network_interface_spec};
use crate::compute::{MachineNetworkInterface, MachineSpec, Power};
use crate::networking::NetworkInterfaceSpec;

/// Fills in `power`, the devices of volumes, and the specs of interface templates. `stored` is the
/// machine as it was before an update: volumes keep their devices.
pub fn machine_spec<'a>(
    spec: &'a MachineSpec,
    stored: Option<&MachineSpec>,
) -> Cow<'a, MachineSpec> {
    let mut filled = Cow::Borrowed(spec);
    if spec.power.is_none() {
        filled.to_mut().power = Some(Power::On);
    }
    let stored = stored.map_or(&[][..], |stored| &stored.volumes);
    for (index, device) in device::missing(&spec.volumes, stored) {
        filled.to_mut().volumes[index].device = Some(device);
    }
    for (index, interface) in spec.network_interfaces.iter().enumerate() {
        if let Some(template) = template(interface)
            && let Cow::Owned(template) = network_interface_spec(template)
        {
            let interface = &mut filled.to_mut().network_interfaces[index];
            replace_template(interface, template);
        }
    }
    filled
}

fn template(interface: &MachineNetworkInterface) -> Option<&NetworkInterfaceSpec> {
    let template = interface
        .ephemeral
        .as_ref()?
        .network_interface_template
        .as_ref()?;
    Some(&template.spec)
}

fn replace_template(interface: &mut MachineNetworkInterface, spec: NetworkInterfaceSpec) {
    let ephemeral = interface.ephemeral.as_mut();
    if let Some(template) = ephemeral.and_then(|e| e.network_interface_template.as_mut()) {
        template.spec = spec;
    }
}
