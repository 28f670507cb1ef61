//! Machine.

use super::draft::{Machine, MachineInterface, MachineSpec, given, known_name};
use super::judge::Rules;
use super::list::{unique, within};
use super::source::one_of_two;
use super::stored::{ONCE, keeps};
use super::text::{NO_SUBDOMAIN, is_label, is_subdomain};
use super::virtual_ip::label_name;
use super::{machine_warning, network_interface, referred, volume};
use crate::field::{Fault, FieldPath};
use crate::reference::{Named, Reference, Referent};
use crate::{bound, names};

impl Rules for Machine<'_> {
    fn across(&self, faults: &mut Vec<Fault>) {
        let name = known_name(self.metadata.as_ref());
        label_name(name, faults);
        let Some(spec) = &self.spec else {
            return;
        };
        let at = FieldPath::root("spec");
        // A machine whose own name is none is refused for that.
        let name = name.filter(|name| is_label(name));
        interfaces(&at.field("networkInterfaces"), spec, name, faults);
        let volumes = within(&spec.volumes, bound::VOLUMES);
        volume::list(&at.field("volumes"), volumes, faults);
        let variables = within(&spec.efiVars, bound::EFI_VARS).iter();
        unique(
            &at.field("efiVars"),
            "name",
            variables.map(|v| v.name),
            faults,
        );
    }

    fn frozen(&self, old: &Self, faults: &mut Vec<Fault>) {
        if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
            frozen(&FieldPath::root("spec"), new, old, faults);
        }
    }

    fn references(&self, found: &mut Vec<Reference>) {
        let spec = FieldPath::root("spec");
        let list = spec.field("networkInterfaces");
        for (index, interface) in entries(self).iter().enumerate() {
            references(&list.index(index), interface, found);
        }
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let old = old.map_or(&[][..], entries);
        Vec::from_iter(machine_warning::overwritten(entries(self), old))
    }
}

fn entries<'m, 'a>(machine: &'m Machine<'a>) -> &'m [MachineInterface<'a>] {
    let all = machine.spec.as_ref().map(|spec| &*spec.networkInterfaces);
    within(all.unwrap_or_default(), bound::MACHINE_INTERFACES)
}

fn interfaces(
    at: &FieldPath<'_>,
    spec: &MachineSpec<'_>,
    machine: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    let entries = within(&spec.networkInterfaces, bound::MACHINE_INTERFACES);
    unique(
        at,
        "name",
        entries.iter().map(|entry| given(entry.name)),
        faults,
    );
    for (index, entry) in entries.iter().enumerate() {
        interface(&at.index(index), entry, machine, faults);
    }
}

fn interface(
    at: &FieldPath<'_>,
    entry: &MachineInterface<'_>,
    machine: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    let has_ref = entry.networkInterfaceRef.named().is_some();
    one_of_two(
        at,
        "networkInterfaceRef",
        has_ref,
        entry.ephemeral.is_some(),
        faults,
    );
    let Some(template) = entry.template() else {
        return;
    };
    let name = child_name(at, entry, machine, faults);
    if let Some(spec) = &template.spec {
        let ephemeral = at.field("ephemeral");
        let template = ephemeral.field("networkInterfaceTemplate");
        network_interface::spec(&template.field("spec"), spec, name.as_deref(), faults);
    }
}

/// The name of the interface made for the entry at `at`, where it is known and can be one.
fn child_name(
    at: &FieldPath<'_>,
    entry: &MachineInterface<'_>,
    machine: Option<&str>,
    faults: &mut Vec<Fault>,
) -> Option<String> {
    let own = entry.name.filter(|name| is_subdomain(name))?;
    let name = names::network_interface(machine?, own);
    if is_subdomain(&name) {
        return Some(name);
    }
    let detail = format!("would be the name of the interface made for it, but {NO_SUBDOMAIN}");
    faults.push(Fault::invalid(&at.field("name"), &name, detail));
    None
}

fn frozen(
    at: &FieldPath<'_>,
    new: &MachineSpec<'_>,
    old: &MachineSpec<'_>,
    faults: &mut Vec<Fault>,
) {
    let class = new.machineClassRef.named();
    // One that is missing is refused for that.
    if class.is_some() {
        keeps(
            &at.field("machineClassRef"),
            "",
            class,
            old.machineClassRef.named(),
            faults,
        );
    }
    let pool = at.field("machinePoolRef");
    keeps(
        &pool,
        ONCE,
        new.machinePoolRef.named(),
        old.machinePoolRef.named(),
        faults,
    );
    if hostname(new) != hostname(old) {
        let guest = at.field("guestConfig");
        let detail = "may not be added, changed or cleared";
        faults.push(Fault::forbidden(&guest.field("hostname"), detail));
    }
    volume::images(&at.field("volumes"), &new.volumes, &old.volumes, faults);
}

fn hostname<'a>(spec: &MachineSpec<'a>) -> Option<&'a str> {
    given(spec.guestConfig.as_ref()?.hostname)
}

fn references(at: &FieldPath<'_>, entry: &MachineInterface<'_>, found: &mut Vec<Reference>) {
    let reference = &entry.networkInterfaceRef;
    let path = at.field("networkInterfaceRef");
    referred::add(&path, Referent::NetworkInterface, reference, found);
    if let Some(spec) = entry.template().and_then(|template| template.spec.as_ref()) {
        let ephemeral = at.field("ephemeral");
        let template = ephemeral.field("networkInterfaceTemplate");
        network_interface::references(&template.field("spec"), spec, found);
    }
}
