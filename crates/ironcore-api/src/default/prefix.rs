// SPDX-License-Identifier: Apache-2.0

use std::borrow::Cow;

use crate::address::{IpFamily, Prefix, parse_prefix};
use crate::ipam::PrefixSpec;

/// Sets `ipFamily` from `prefix`.
pub fn prefix_spec(spec: &PrefixSpec) -> Cow<'_, PrefixSpec> {
    let open = spec.ip_family.is_none();
    let inferred = open.then(|| family(spec.prefix.as_deref()?)).flatten();
    let mut filled = Cow::Borrowed(spec);
    if inferred.is_some() {
        filled.to_mut().ip_family = inferred;
    }
    filled
}

/// The family of the prefix that the text says, where it says one.
pub(crate) fn family(prefix: &str) -> Option<IpFamily> {
    parse_prefix(prefix).ok().map(Prefix::family)
}
