use std::borrow::Cow;

use crate::address::{Prefix, parse_prefix};
use crate::ipam::PrefixSpec;

/// Fills in `ipFamily` from `prefix`.
pub fn prefix_spec(spec: &PrefixSpec) -> Cow<'_, PrefixSpec> {
    let mut spec = Cow::Borrowed(spec);
    if spec.ip_family.is_none()
        && let Some(prefix) = spec.prefix.as_deref()
        && let Ok(family) = parse_prefix(prefix).map(Prefix::family)
    {
        spec.to_mut().ip_family = Some(family);
    }
    spec
}
