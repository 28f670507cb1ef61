// SPDX-License-Identifier: Apache-2.0

use std::borrow::Cow;

use super::family;
use crate::address::{IpFamily, parse_ip};
use crate::bound;
use crate::ipam::PrefixSpec;
use crate::networking::{IpSource, NetworkInterfaceSpec};

/// A field of an interface's spec that is open, and what it gets.
pub(super) enum Open {
    IpFamilies(Vec<IpFamily>),
    /// `ipFamily` of the prefix template at this index of `ips`.
    TemplateFamily(usize, IpFamily),
    /// `prefixLength` of the prefix template at this index of `ips`: that of one address.
    TemplateLength(usize, IpFamily),
}

/// Sets `ipFamilies` from `ips` if it is empty, and in prefix templates of `ips[i]` the `ipFamily` from `ipFamilies[i]`, and the
/// `prefixLength` if neither prefix nor length is specified.
///
/// Borrows the spec if nothing is missing.
pub fn network_interface_spec(spec: &NetworkInterfaceSpec) -> Cow<'_, NetworkInterfaceSpec> {
    let mut filled = Cow::Borrowed(spec);
    for field in open(spec) {
        field.fill(filled.to_mut());
    }
    filled
}

/// What is open in an interface's spec.
pub(super) fn open(spec: &NetworkInterfaceSpec) -> Vec<Open> {
    let inferred = families_of(spec);
    let families = inferred.as_ref().unwrap_or(&spec.ip_families);
    let ips = spec.ips.iter().enumerate().zip(families);
    let templates = ips
        .flat_map(|((index, source), family)| open_template(index, template_spec(source), *family));
    let templates: Vec<_> = templates.collect();
    let families = inferred.map(Open::IpFamilies).into_iter();
    families.chain(templates).collect()
}

/// The families of `ips`, where none are given and all can be told.
fn families_of(spec: &NetworkInterfaceSpec) -> Option<Vec<IpFamily>> {
    // Of too many, none is read: who sent them is told that, and nothing of families.
    let open = spec.ip_families.is_empty() && spec.ips.len() as u64 <= bound::IPS;
    open.then(|| families(spec.ips.iter().map(hint))).flatten()
}

fn hint(source: &IpSource) -> Hint<'_> {
    let template = template_spec(source);
    Hint {
        value: source.value.as_deref(),
        family: template.and_then(|spec| Some(spec.ip_family?.as_str())),
        prefix: template.and_then(|spec| spec.prefix.as_deref()),
    }
}

/// What an entry of `ips` says of its family.
pub(crate) struct Hint<'a> {
    pub(crate) value: Option<&'a str>,
    /// `ipFamily` of its template, if it is not empty.
    pub(crate) family: Option<&'a str>,
    /// `prefix` of its template.
    pub(crate) prefix: Option<&'a str>,
}

impl Hint<'_> {
    fn family(&self) -> Option<IpFamily> {
        match (self.value, self.family) {
            (Some(value), _) => parse_ip(value).ok().map(IpFamily::of),
            (None, Some(word)) => IpFamily::named(word),
            (None, None) => family(self.prefix?),
        }
    }
}

/// The families that entries of `ips` name themselves, if each names another.
pub(crate) fn families<'a>(ips: impl Iterator<Item = Hint<'a>>) -> Option<Vec<IpFamily>> {
    let families: Vec<_> = ips.map(|ip| ip.family()).collect::<Option<_>>()?;
    // Their author is told of the ips, which they wrote, and not of families, which they did not.
    (!families.is_empty() && is_each_once(&families)).then_some(families)
}

fn is_each_once(families: &[IpFamily]) -> bool {
    let repeats = |(index, family)| families[..index].contains(family);
    !families.iter().enumerate().any(repeats)
}

fn open_template(
    index: usize,
    template: Option<&PrefixSpec>,
    family: IpFamily,
) -> impl Iterator<Item = Open> {
    let no_family = template.is_some_and(|template| template.ip_family.is_none());
    let no_length = template.is_some_and(|template| {
        template.prefix.is_none() && template.prefix_length.unwrap_or(0) == 0
    });
    let family_field = no_family.then_some(Open::TemplateFamily(index, family));
    let length = no_length.then_some(Open::TemplateLength(index, family));
    family_field.into_iter().chain(length)
}

fn template_spec(source: &IpSource) -> Option<&PrefixSpec> {
    let ephemeral = source.ephemeral.as_ref()?;
    ephemeral.prefix_template.as_ref()?.spec.as_ref()
}

impl Open {
    /// Fills the field in.
    pub(super) fn fill(self, spec: &mut NetworkInterfaceSpec) {
        match self {
            Self::IpFamilies(families) => spec.ip_families = families,
            Self::TemplateFamily(index, family) => {
                template_mut(spec, index).ip_family = Some(family);
            }
            Self::TemplateLength(index, family) => {
                template_mut(spec, index).prefix_length = Some(length(family));
            }
        }
    }
}

fn length(family: IpFamily) -> i32 {
    i32::from(family.bits())
}

fn template_mut(spec: &mut NetworkInterfaceSpec, index: usize) -> &mut PrefixSpec {
    let ephemeral = spec.ips[index].ephemeral.get_or_insert_default();
    let template = ephemeral.prefix_template.get_or_insert_default();
    template.spec.get_or_insert_default()
}
