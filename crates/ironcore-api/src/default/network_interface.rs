use std::borrow::Cow;

use crate::address::{IpFamily, Prefix, parse_ip, parse_prefix};
use crate::bound;
use crate::networking::{IpSource, NetworkInterfaceSpec};

/// Fills in `ipFamilies` from `ips` when empty, and in `ips[i]` a prefix template's `ipFamily` from the
/// family at its index and `prefixLength` when it names neither prefix nor length.
///
/// Borrows where there is nothing to fill in.
pub fn network_interface_spec(spec: &NetworkInterfaceSpec) -> Cow<'_, NetworkInterfaceSpec> {
    let mut spec = Cow::Borrowed(spec);
    // Of too many, none is read: who sent them is told that, and nothing of families.
    if spec.ip_families.is_empty()
        && spec.ips.len() as u64 <= bound::IPS
        && let Some(families) = spec.ips.iter().map(family_of).collect::<Option<Vec<_>>>()
        && !families.is_empty()
        // Their author is told of the ips, which they wrote, and not of families, which they did not.
        && is_each_once(&families)
    {
        spec.to_mut().ip_families = families;
    }
    for index in 0..spec.ips.len() {
        fill_template(&mut spec, index);
    }
    spec
}

fn is_each_once(families: &[IpFamily]) -> bool {
    let repeats = |(index, family)| families[..index].contains(family);
    !families.iter().enumerate().any(repeats)
}

/// The family that an entry of `ips` itself names.
fn family_of(source: &IpSource) -> Option<IpFamily> {
    if let Some(value) = &source.value {
        return parse_ip(value).ok().map(IpFamily::of);
    }
    let template = source
        .ephemeral
        .as_ref()?
        .prefix_template
        .as_ref()?
        .spec
        .as_ref()?;
    template.ip_family.or_else(|| {
        parse_prefix(template.prefix.as_deref()?)
            .ok()
            .map(Prefix::family)
    })
}

fn fill_template(spec: &mut Cow<'_, NetworkInterfaceSpec>, index: usize) {
    let Some(family) = spec.ip_families.get(index).copied() else {
        return;
    };
    let Some(template) = template_spec(&spec.ips[index]) else {
        return;
    };
    let needs_family = template.ip_family.is_none();
    let needs_length = template.prefix.is_none() && template.prefix_length.unwrap_or(0) == 0;
    if !needs_family && !needs_length {
        return;
    }
    let ips = &mut spec.to_mut().ips;
    let template = ips[index]
        .ephemeral
        .as_mut()
        .and_then(|e| e.prefix_template.as_mut())
        .and_then(|t| t.spec.as_mut());
    if let Some(template) = template {
        template.ip_family.get_or_insert(family);
        if needs_length {
            template.prefix_length = Some(i32::from(family.bits()));
        }
    }
}

fn template_spec(source: &IpSource) -> Option<&crate::ipam::PrefixSpec> {
    source
        .ephemeral
        .as_ref()?
        .prefix_template
        .as_ref()?
        .spec
        .as_ref()
}
