// SPDX-License-Identifier: Apache-2.0

//! Machine.

use super::draft::{
    InterfaceTemplate, Later, Machine, MachineInterface, MachineSpec, NetworkInterfaceSpec, given,
    known_name,
};
use super::faults::Faults;
use super::judge::Rules;
use super::label;
use super::list::unique;
use super::referred::References;
use super::text::{is_subdomain, no_subdomain};
use super::virtual_ip::label_name;
use super::{address_warning, fill, machine_warning, network_interface, volume};
use crate::default::Filling;
use crate::field::{Fault, FieldPath};
use crate::names;
use crate::names::is_label;
use crate::reference::Referent;
use crate::{bound, words};

/// Room for the annotations that the controller gives to an interface, their values aside.
const MARKS: usize = 256;

impl Rules for Machine<'_> {
    fn fill(&mut self, old: Option<&str>) -> Vec<Filling> {
        let spec = self.spec.as_mut();
        spec.map(|spec| fill::machine(spec, old))
            .unwrap_or_default()
    }

    fn across(&self, faults: &mut Faults) {
        let name = known_name(self.metadata.as_ref());
        label_name(name, faults);
        let Some(spec) = &self.spec else {
            return;
        };
        let at = FieldPath::root("spec");
        // A machine whose own name is none is refused for that.
        let name = name.filter(|name| is_label(name));
        interfaces(&at.field("networkInterfaces"), spec, name, faults);
        volume::list(&at.field("volumes"), spec.volumes.entries(), faults);
        let variables = spec.efiVars.entries().iter();
        unique(
            &at.field("efiVars"),
            "name",
            variables.map(|v| v.name.as_deref()),
            faults,
        );
    }

    fn frozen(&self, old: &Self, faults: &mut Faults) {
        if let (Some(new), Some(before)) = (&self.spec, &old.spec) {
            let spec = FieldPath::root("spec");
            volume::images(
                &spec.field("volumes"),
                &new.volumes,
                &before.volumes,
                faults,
            );
            let status = old.status();
            volume::names(
                &spec.field("volumes"),
                &new.volumes,
                &before.volumes,
                status.volumes.read(),
                faults,
            );
        }
    }

    fn references(&self, found: &mut References) {
        let spec = FieldPath::root("spec");
        let list = spec.field("networkInterfaces");
        for (index, interface) in entries(self).iter().enumerate() {
            references(&list.index(index), interface, found);
        }
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let old = old.map_or(&[][..], entries);
        let mut warnings = Vec::from_iter(machine_warning::overwritten(entries(self), old));
        let known = address_warning::values(old.iter().filter_map(MachineInterface::template_spec));
        let spec = FieldPath::root("spec");
        let list = spec.field("networkInterfaces");
        for (index, interface) in entries(self).iter().enumerate() {
            if let Some(spec) = interface.template_spec() {
                let entry = list.index(index);
                let ephemeral = entry.field("ephemeral");
                let template = ephemeral.field("networkInterfaceTemplate");
                let at = template.field("spec");
                address_warning::unusable_ips(&at, spec, &known, &mut warnings);
            }
        }
        warnings
    }
}

fn entries<'m, 'a>(machine: &'m Machine<'a>) -> &'m [MachineInterface<'a>] {
    let spec = machine.spec.as_ref();
    spec.map_or(&[], |spec| spec.networkInterfaces.entries())
}

fn interfaces(
    at: &FieldPath<'_>,
    spec: &MachineSpec<'_>,
    machine: Option<&str>,
    faults: &mut Faults,
) {
    let entries = spec.networkInterfaces.entries();
    unique(
        at,
        "name",
        entries.iter().map(|entry| given(entry.name.as_deref())),
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
    faults: &mut Faults,
) {
    let Some(template) = entry.template() else {
        return;
    };
    let name = child_name(at, entry, machine, faults);
    if let Some(spec) = &template.spec {
        let ephemeral = at.field("ephemeral");
        let at = ephemeral.field("networkInterfaceTemplate");
        network_interface::spec(&at.field("spec"), spec, name.as_deref(), faults);
        remembered(&at, template, spec, faults);
    }
}

/// The interface made for the entry remembers in an annotation what its template says of `prefixes` and `virtualIP`.
fn remembered(
    at: &FieldPath<'_>,
    template: &InterfaceTemplate<'_>,
    spec: &NetworkInterfaceSpec<'_>,
    faults: &mut Faults,
) {
    if spec.prefixes.is_empty() && spec.virtualIP.is_none() {
        return;
    }
    let bytes = spec.prefixes.bytes() + spec.virtualIP.bytes();
    if bytes > bound::APPLIED {
        let spec = at.field("spec");
        faults.push(Fault::too_large(&spec.field("prefixes"), bound::APPLIED));
        return;
    }
    let metadata = template.metadata.as_ref().and_then(Later::get);
    let others = metadata.map_or(0, |metadata| metadata.annotations.size());
    let fits = |size| size <= label::ANNOTATIONS_SIZE;
    // Too many by themselves are refused for that.
    if fits(others) && !fits(others + bytes + MARKS) {
        let metadata = at.field("metadata");
        let most = label::ANNOTATIONS_SIZE - bytes - MARKS;
        faults.push(Fault::too_large(&metadata.field("annotations"), most));
    }
}

/// The name of the interface made for the entry at `at`, where it is known and can be one.
fn child_name(
    at: &FieldPath<'_>,
    entry: &MachineInterface<'_>,
    machine: Option<&str>,
    faults: &mut Faults,
) -> Option<String> {
    let own = entry.name.as_deref().filter(|name| is_subdomain(name))?;
    let name = names::network_interface(machine?, own);
    if is_subdomain(&name) {
        return Some(name);
    }
    for detail in no_subdomain(&name) {
        let detail = words::derived("NetworkInterface", detail);
        faults.push(Fault::invalid(&at.field("name"), &name, detail));
    }
    None
}

fn references(at: &FieldPath<'_>, entry: &MachineInterface<'_>, found: &mut References) {
    let reference = &entry.networkInterfaceRef;
    let path = at.field("networkInterfaceRef");
    found.add(&path, Referent::NetworkInterface, reference);
    if let Some(spec) = entry.template().and_then(|template| template.spec.as_ref()) {
        let ephemeral = at.field("ephemeral");
        let template = ephemeral.field("networkInterfaceTemplate");
        network_interface::references(&template.field("spec"), spec, found);
    }
}
