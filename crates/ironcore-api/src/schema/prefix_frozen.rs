//! What of a Prefix may not be changed: all, but allocation fills in prefix, length and parent once.

use kube::core::{Message, Rule};

use super::common::{forbidden, named};

pub(super) fn rules() -> [Rule; 6] {
    let had_parent = named("oldSelf.parentRef");
    let has_parent = named("self.parentRef");
    [
        forbidden(
            "!has(oldSelf.ipFamily) || oldSelf.ipFamily == '' || has(self.ipFamily) && self.ipFamily == oldSelf.ipFamily",
            ".ipFamily",
        )
        .message(was("may not be changed", "oldSelf.ipFamily")),
        forbidden(
            "!has(oldSelf.prefix) || oldSelf.prefix == '' || has(self.prefix) && (self.prefix == oldSelf.prefix \
             || isCIDR(self.prefix) && isCIDR(oldSelf.prefix) && cidr(self.prefix) == cidr(oldSelf.prefix))",
            ".prefix",
        )
        .message(was("may not be changed once set", "oldSelf.prefix")),
        forbidden(
            "!has(oldSelf.prefixLength) || oldSelf.prefixLength == 0 \
             || has(self.prefixLength) && self.prefixLength == oldSelf.prefixLength",
            ".prefixLength",
        )
        .message("may not be changed once set"),
        forbidden(
            format!("!({had_parent}) || {has_parent} && self.parentRef.name == oldSelf.parentRef.name"),
            ".parentRef",
        )
        .message(was("may not be changed once set", "oldSelf.parentRef.name")),
        forbidden(
            format!("{had_parent} || !({has_parent}) || has(oldSelf.parentSelector)"),
            ".parentRef",
        )
        .message("may not be added without a parentSelector"),
        forbidden(
            "has(self.parentSelector) == has(oldSelf.parentSelector) \
             && (!has(self.parentSelector) || self.parentSelector == oldSelf.parentSelector)",
            ".parentSelector",
        )
        .message("may not be changed"),
    ]
}

fn was(message: &str, old: &str) -> Message {
    Message::Expression(format!("'{message}: it was ' + {old}"))
}
