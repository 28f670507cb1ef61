//! NetworkInterface, and the templates of interfaces.

use super::draft::{
    EphemeralPrefix, IpSource, NetworkInterface, NetworkInterfaceSpec, PrefixSource,
    VirtualIPSource, known_name,
};
use super::judge::Rules;
use super::list::within;
use super::prefix::{self, Place};
use super::source::one_of_two;
use super::stored::keeps;
use super::{interface_name, ips, referred, text};
use crate::address::IpFamily;
use crate::field::{Fault, FieldPath};
use crate::reference::{Named, Reference, Referent};
use crate::{bound, names};

impl Rules for NetworkInterface<'_> {
    fn across(&self, faults: &mut Vec<Fault>) {
        if let Some(own) = &self.spec {
            let name = known_name(self.metadata.as_ref());
            spec(&FieldPath::root("spec"), own, name, faults);
        }
    }

    fn frozen(&self, old: &Self, faults: &mut Vec<Fault>) {
        if let (Some(new), Some(old)) = (&self.spec, &old.spec) {
            frozen(&FieldPath::root("spec"), new, old, faults);
        }
    }

    fn references(&self, found: &mut Vec<Reference>) {
        if let Some(own) = &self.spec {
            references(&FieldPath::root("spec"), own, found);
        }
    }
}

/// Adds what is wrong across the fields of the spec at `at`, of an interface of this name, where it is
/// known.
pub(super) fn spec(
    at: &FieldPath<'_>,
    spec: &NetworkInterfaceSpec<'_>,
    name: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    ips::lists(at, spec, faults);
    let list = at.field("ips");
    for (index, entry) in within(&spec.ips, bound::IPS).iter().enumerate() {
        let family = ips::family_at(spec, index);
        ip(&list.index(index), (index, family), entry, name, faults);
    }
    let list = at.field("prefixes");
    let prefixes = within(&spec.prefixes, bound::INTERFACE_PREFIXES);
    for (index, entry) in prefixes.iter().enumerate() {
        prefix(&list.index(index), index, entry, name, faults);
    }
    if let Some(source) = &spec.virtualIP {
        virtual_ip(&at.field("virtualIP"), source, name, faults);
    }
}

fn ip(
    at: &FieldPath<'_>,
    (index, family): (usize, Option<IpFamily>),
    entry: &IpSource<'_>,
    name: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    let (has_value, has_ephemeral) = (entry.value.is_some(), entry.ephemeral.is_some());
    one_of_two(at, "value", has_value, has_ephemeral, faults);
    if let (Some(value), Some(family)) = (entry.value, family)
        && text::family_of_ip(entry.value).is_some_and(|its| its != family)
    {
        let detail = format!("is not of family {family} (ipFamilies[{index}])");
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
    faults: &mut Vec<Fault>,
) {
    let (has_value, has_ephemeral) = (entry.value.is_some(), entry.ephemeral.is_some());
    one_of_two(at, "value", has_value, has_ephemeral, faults);
    if let Some(source) = &entry.ephemeral {
        let at = at.field("ephemeral");
        let child = |interface: &str| names::prefix(interface, index);
        interface_name::of_prefix(&at, name, child, faults);
        template(&at, source, Place::Block, faults);
    }
}

fn template(
    at: &FieldPath<'_>,
    source: &EphemeralPrefix<'_>,
    place: Place,
    faults: &mut Vec<Fault>,
) {
    if let Some(spec) = source.spec() {
        prefix::spec(&at.field("prefixTemplate").field("spec"), spec, place, faults);
    }
}

fn virtual_ip(
    at: &FieldPath<'_>,
    source: &VirtualIPSource<'_>,
    name: Option<&str>,
    faults: &mut Vec<Fault>,
) {
    let has_ref = source.virtualIPRef.named().is_some();
    let has_ephemeral = source.ephemeral.is_some();
    one_of_two(at, "virtualIPRef", has_ref, has_ephemeral, faults);
    if has_ephemeral {
        interface_name::of_virtual_ip(&at.field("ephemeral"), name, faults);
    }
}

/// All is frozen but `providerID`, `ips`, `prefixes`, `machineRef` and `virtualIP`. Families may come
/// once, from empty: that is how those of an object that was stored while no webhook ran are filled in.
fn frozen(
    at: &FieldPath<'_>,
    new: &NetworkInterfaceSpec<'_>,
    old: &NetworkInterfaceSpec<'_>,
    faults: &mut Vec<Fault>,
) {
    let network = new.networkRef.named();
    // One that is missing is refused for that.
    if network.is_some() {
        keeps(&at.field("networkRef"), "", network, old.networkRef.named(), faults);
    }
    if !old.ipFamilies.is_empty() && new.ipFamilies != old.ipFamilies {
        let families: Vec<_> = old.ipFamilies.iter().map(|family| family.0).collect();
        let detail = format!("may not be changed: it was {}", families.join(", "));
        faults.push(Fault::forbidden(&at.field("ipFamilies"), detail));
    }
    if new.attributes != old.attributes {
        faults.push(Fault::forbidden(&at.field("attributes"), "may not be changed"));
    }
}

/// Adds what the spec at `at` refers to.
pub(super) fn references(
    at: &FieldPath<'_>,
    spec: &NetworkInterfaceSpec<'_>,
    found: &mut Vec<Reference>,
) {
    referred::add(&at.field("networkRef"), Referent::Network, &spec.networkRef, found);
    let ips = spec.ips.iter().map(|ip| ip.ephemeral.as_ref());
    parents(&at.field("ips"), ips, found);
    let prefixes = spec.prefixes.iter().map(|prefix| prefix.ephemeral.as_ref());
    parents(&at.field("prefixes"), prefixes, found);
    if let Some(source) = &spec.virtualIP
        && source.virtualIPRef.named().is_some_and(text::is_label)
    {
        let at = at.field("virtualIP");
        let at = at.field("virtualIPRef");
        referred::add(&at, Referent::VirtualIP, &source.virtualIPRef, found);
    }
}

/// Adds the parents that the templates of the list at `at` name.
fn parents<'a>(
    at: &FieldPath<'_>,
    entries: impl Iterator<Item = Option<&'a EphemeralPrefix<'a>>>,
    found: &mut Vec<Reference>,
) {
    for (index, source) in entries.enumerate() {
        if let Some(spec) = source.and_then(|source| source.spec()) {
            let entry = at.index(index);
            let ephemeral = entry.field("ephemeral");
            prefix::references(&ephemeral.field("prefixTemplate").field("spec"), spec, found);
        }
    }
}
