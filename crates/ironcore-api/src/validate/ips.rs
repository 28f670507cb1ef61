// SPDX-License-Identifier: Apache-2.0

//! How `ips` and `ipFamilies` of an interface go together.

use super::draft::{IpSource, NetworkInterfaceSpec, given};
use super::faults::Faults;
use super::text;
use crate::address::{self, IpFamily};
use crate::field::{Fault, FieldPath};
use crate::{bound, words};

/// The family that `ipFamilies` has at `index`, where it has a known one.
pub(super) fn family_at(spec: &NetworkInterfaceSpec<'_>, index: usize) -> Option<IpFamily> {
    text::as_family(spec.ipFamilies.entries().get(index).map(|family| &**family))
}

/// Adds what is wrong with the lists of the spec at `at` as such, not with single entries.
pub(super) fn lists(at: &FieldPath<'_>, spec: &NetworkInterfaceSpec<'_>, faults: &mut Faults) {
    if spec.ipFamilies.is_empty() {
        inferred(at, spec, faults);
        return;
    }
    twice(at, spec, faults);
    let (ips, families) = (spec.ips.number(), spec.ipFamilies.number());
    if ips != families && ips.max(families) <= bound::IPS {
        faults.push(Fault::invalid_number(
            &at.field("ips"),
            ips,
            words::IP_FOR_EACH_FAMILY,
        ));
    }
}

fn twice(at: &FieldPath<'_>, spec: &NetworkInterfaceSpec<'_>, faults: &mut Faults) {
    let families = spec.ipFamilies.entries();
    for (index, family) in families.iter().enumerate() {
        if families[..index].contains(family) {
            let list = at.field("ipFamilies");
            faults.push(Fault::duplicate(&list.index(index), family));
        }
    }
}

/// Without `ipFamilies`, each entry says its family itself.
fn inferred(at: &FieldPath<'_>, spec: &NetworkInterfaceSpec<'_>, faults: &mut Faults) {
    let families = at.field("ipFamilies");
    if spec.ips.is_empty() {
        faults.push(Fault::required(&families, words::FAMILIES_WITHOUT_IPS));
    }
    let ips = spec.ips.entries();
    if ips.iter().any(says_no_family) {
        faults.push(Fault::required(&families, words::FAMILIES_NOT_INFERRED));
    }
    if let [first, second] = ips
        && let Some(family) = family_of(first)
        && family_of(second) == Some(family)
    {
        faults.push(Fault::inconsistent(
            &at.field("ips").index(1),
            words::IPS_OF_ONE_FAMILY,
        ));
    }
}

/// Whether the entry leaves its family open. One that has no template at all is refused for that.
fn says_no_family(ip: &IpSource<'_>) -> bool {
    let template = ip.ephemeral.as_ref().and_then(|ephemeral| ephemeral.spec());
    let open = template
        .is_some_and(|spec| given(spec.ipFamily.as_deref()).is_none() && spec.prefix.is_none());
    ip.value.is_none() && open
}

/// The family that the entry itself says.
fn family_of(ip: &IpSource<'_>) -> Option<IpFamily> {
    if ip.value.is_some() {
        return text::family_of_ip(ip.value.as_deref());
    }
    let spec = ip.ephemeral.as_ref()?.spec()?;
    match given(spec.ipFamily.as_deref()) {
        Some(word) => text::as_family(Some(word)),
        None => text::as_any_prefix(spec.prefix.as_deref()).map(address::Prefix::family),
    }
}
