use std::borrow::Cow;

use serde_json::json;

use super::fill::Filling;
use crate::address::{IpFamily, Prefix, parse_prefix};
use crate::ipam::PrefixSpec;

/// Fills in `ipFamily` from `prefix`.
pub fn prefix_spec(spec: &PrefixSpec) -> Cow<'_, PrefixSpec> {
    let mut filled = Cow::Borrowed(spec);
    if let Some(family) = open_family(spec) {
        filled.to_mut().ip_family = Some(family);
    }
    filled
}

/// What is filled in on the wire.
pub(super) fn on_the_wire(spec: &PrefixSpec) -> Option<Filling> {
    let family = open_family(spec)?;
    Some(Filling {
        pointer: "/spec/ipFamily".to_owned(),
        value: json!(family),
    })
}

/// What `ipFamily` gets, where it is open.
fn open_family(spec: &PrefixSpec) -> Option<IpFamily> {
    if spec.ip_family.is_some() {
        return None;
    }
    let prefix = parse_prefix(spec.prefix.as_deref()?).ok()?;
    Some(Prefix::family(prefix))
}
