// SPDX-License-Identifier: Apache-2.0

//! Addresses in `ips` that no interface can have. They are stored, as IronCore stores them.

use std::collections::HashSet;

use super::draft::NetworkInterfaceSpec;
use crate::address::{parse_ip, unusable};
use crate::field::FieldPath;

/// Warnings of such addresses in the spec at `at`, but for those that are in `old`.
pub(super) fn unusable_ips(
    at: &FieldPath<'_>,
    spec: &NetworkInterfaceSpec<'_>,
    old: &HashSet<&str>,
    warnings: &mut Vec<String>,
) {
    let list = at.field("ips");
    for (index, ip) in spec.ips.entries().iter().enumerate() {
        let value = ip.value.as_deref().filter(|value| !old.contains(value));
        let why = value.and_then(|value| unusable(parse_ip(value).ok()?));
        if let (Some(value), Some(why)) = (value, why) {
            let entry = list.index(index);
            let field = entry.field("value");
            warnings.push(format!(
                "{field}: {value} is {why}, which no interface can have"
            ));
        }
    }
}

/// The addresses of specs, as they are written.
pub(super) fn values<'s>(
    specs: impl Iterator<Item = &'s NetworkInterfaceSpec<'s>>,
) -> HashSet<&'s str> {
    specs
        .flat_map(|spec| spec.ips.entries())
        .filter_map(|ip| ip.value.as_deref())
        .collect()
}
