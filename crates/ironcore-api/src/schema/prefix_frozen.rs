//! What of a Prefix may not be changed: all, but allocation fills in prefix, length and parent once.

use super::common::{forbidden, named};
use super::rule::Rule;

const ONCE: &str = "may not be changed once set";

pub(super) fn rules() -> [Rule; 6] {
    let had_parent = named("oldSelf.parentRef");
    let has_parent = named("self.parentRef");
    [
        forbidden(
            "!has(oldSelf.ipFamily) || oldSelf.ipFamily == '' || has(self.ipFamily) && self.ipFamily == oldSelf.ipFamily",
            ".ipFamily",
            "may not be changed",
        )
        .showing("'may not be changed: it was ' + oldSelf.ipFamily"),
        forbidden(
            "!has(oldSelf.prefix) || oldSelf.prefix == '' || has(self.prefix) && (self.prefix == oldSelf.prefix \
             || isCIDR(self.prefix) && isCIDR(oldSelf.prefix) && cidr(self.prefix) == cidr(oldSelf.prefix))",
            ".prefix",
            ONCE,
        )
        .showing(format!("'{ONCE}: it was ' + oldSelf.prefix")),
        forbidden(
            "!has(oldSelf.prefixLength) || oldSelf.prefixLength == 0 \
             || has(self.prefixLength) && self.prefixLength == oldSelf.prefixLength",
            ".prefixLength",
            ONCE,
        ),
        forbidden(
            format!("!({had_parent}) || {has_parent} && self.parentRef.name == oldSelf.parentRef.name"),
            ".parentRef",
            ONCE,
        )
        .showing(format!("'{ONCE}: it was ' + oldSelf.parentRef.name")),
        forbidden(
            format!("{had_parent} || !({has_parent}) || has(oldSelf.parentSelector)"),
            ".parentRef",
            "may not be added without a parentSelector",
        ),
        forbidden(
            "has(self.parentSelector) == has(oldSelf.parentSelector) \
             && (!has(self.parentSelector) || self.parentSelector == oldSelf.parentSelector)",
            ".parentSelector",
            "may not be changed",
        ),
    ]
}
