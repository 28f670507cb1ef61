// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface, and the templates of interfaces.

use super::draft::{
    EphemeralPrefix, IpSource, NetworkInterface, NetworkInterfaceSpec, PrefixSource,
    VirtualIPSource, known_name,
};
use super::faults::Faults;
use super::judge::Rules;
use super::prefix::{self, Place};
use super::referred::References;
use super::{address_warning, fill, interface_name, ips, text};
use crate::address::IpFamily;
use crate::default::Filling;
use crate::field::{Fault, FieldPath};
use crate::names;
use crate::reference::{Named, Referent};
use crate::words;

impl Rules for NetworkInterface<'_> {
    fn fill(&mut self, _old: Option<&str>) -> Vec<Filling> {
        let filled = self.spec.as_mut().and_then(fill::network_interface);
        filled.into_iter().collect()
    }

    fn across(&self, faults: &mut Faults) {
        if let Some(own) = &self.spec {
            let name = known_name(self.metadata.as_ref());
            spec(&FieldPath::root("spec"), own, name, faults);
        }
    }

    fn references(&self, found: &mut References) {
        if let Some(own) = &self.spec {
            references(&FieldPath::root("spec"), own, found);
        }
    }

    fn warnings(&self, old: Option<&Self>) -> Vec<String> {
        let mut warnings = Vec::new();
        let old = address_warning::values(old.and_then(|old| old.spec.as_ref()).into_iter());
        if let Some(spec) = &self.spec {
            address_warning::unusable_ips(&FieldPath::root("spec"), spec, &old, &mut warnings);
        }
        warnings
    }
}

/// Adds what is wrong across the fields of the spec at `at`, of an interface of this name, where it is
/// known.
pub(super) fn spec(
    at: &FieldPath<'_>,
    spec: &NetworkInterfaceSpec<'_>,
    name: Option<&str>,
    faults: &mut Faults,
) {
    ips::lists(at, spec, faults);
    let list = at.field("ips");
    for (index, entry) in spec.ips.entries().iter().enumerate() {
        let family = ips::family_at(spec, index);
        ip(&list.index(index), (index, family), entry, name, faults);
    }
    let list = at.field("prefixes");
    for (index, entry) in spec.prefixes.entries().iter().enumerate() {
        prefix(&list.index(index), index, entry, name, faults);
    }
    if let Some(source) = &*spec.virtualIP {
        virtual_ip(&at.field("virtualIP"), source, name, faults);
    }
}

fn ip(
    at: &FieldPath<'_>,
    (index, family): (usize, Option<IpFamily>),
    entry: &IpSource<'_>,
    name: Option<&str>,
    faults: &mut Faults,
) {
    if let (Some(value), Some(family)) = (entry.value.as_deref(), family)
        && text::family_of_ip(Some(value)).is_some_and(|its| its != family)
    {
        let detail = words::at_index(&format!("of family {family}"), index);
        faults.push(Fault::invalid(&at.field("value"), value, detail));
    }
    if let Some(source) = &entry.ephemeral {
        let at = at.field("ephemeral");
        let child = |interface: &str| names::ip_prefix(interface, index);
        interface_name::of_prefix(&at, name, child, faults);
        template(&at, source, Place::Address(index, family), faults);
    }
}

fn prefix(
    at: &FieldPath<'_>,
    index: usize,
    entry: &PrefixSource<'_>,
    name: Option<&str>,
    faults: &mut Faults,
) {
    if let Some(source) = &entry.ephemeral {
        let at = at.field("ephemeral");
        let child = |interface: &str| names::prefix(interface, index);
        interface_name::of_prefix(&at, name, child, faults);
        template(&at, source, Place::Block, faults);
    }
}

fn template(at: &FieldPath<'_>, source: &EphemeralPrefix<'_>, place: Place, faults: &mut Faults) {
    if let Some(spec) = source.spec() {
        prefix::spec(
            &at.field("prefixTemplate").field("spec"),
            spec,
            place,
            faults,
        );
    }
}

fn virtual_ip(
    at: &FieldPath<'_>,
    source: &VirtualIPSource<'_>,
    name: Option<&str>,
    faults: &mut Faults,
) {
    if source.ephemeral.is_some() {
        interface_name::of_virtual_ip(&at.field("ephemeral"), name, faults);
    }
}

/// Adds what the spec at `at` refers to.
pub(super) fn references(
    at: &FieldPath<'_>,
    spec: &NetworkInterfaceSpec<'_>,
    found: &mut References,
) {
    found.add(&at.field("networkRef"), Referent::Network, &spec.networkRef);
    let ips = spec.ips.entries().iter();
    let ips = ips.map(|ip| ip.ephemeral.as_deref());
    parents(&at.field("ips"), ips, found);
    let prefixes = spec.prefixes.entries().iter();
    let prefixes = prefixes.map(|prefix| prefix.ephemeral.as_deref());
    parents(&at.field("prefixes"), prefixes, found);
    if let Some(source) = &*spec.virtualIP
        && source.virtualIPRef.named().is_some_and(names::is_label)
    {
        let at = at.field("virtualIP");
        let at = at.field("virtualIPRef");
        found.add(&at, Referent::VirtualIP, &source.virtualIPRef);
    }
}

/// Adds the parents that the templates of the list at `at` name.
fn parents<'s, 'a: 's>(
    at: &FieldPath<'_>,
    entries: impl Iterator<Item = Option<&'s EphemeralPrefix<'a>>>,
    found: &mut References,
) {
    for (index, source) in entries.enumerate() {
        if let Some(spec) = source.and_then(|source| source.spec()) {
            let entry = at.index(index);
            let ephemeral = entry.field("ephemeral");
            prefix::references(
                &ephemeral.field("prefixTemplate").field("spec"),
                spec,
                found,
            );
        }
    }
}
