// SPDX-License-Identifier: Apache-2.0

//! What of a Prefix may not be changed: all, but allocation fills in prefix, length and parent once.

use super::common::{forbidden, named, set_once};
use super::rule::Rule;
use crate::words;

pub(super) fn rules() -> Vec<Rule> {
    let had_parent = named("oldSelf.parentRef");
    let has_parent = named("self.parentRef");
    let prefix = |spec: &str| format!("has({spec}.prefix) && {spec}.prefix != ''");
    let length = |spec: &str| format!("has({spec}.prefixLength) && {spec}.prefixLength != 0");
    let mut rules = vec![
        forbidden(
            "!has(oldSelf.ipFamily) || oldSelf.ipFamily == '' || has(self.ipFamily) && self.ipFamily == oldSelf.ipFamily",
            ".ipFamily",
            words::IMMUTABLE,
        ),
        forbidden(
            format!("{had_parent} || !({has_parent}) || has(oldSelf.parentSelector)"),
            ".parentRef",
            words::NOT_SET,
        ),
        forbidden(
            "has(self.parentSelector) == has(oldSelf.parentSelector) \
             && (!has(self.parentSelector) || self.parentSelector == oldSelf.parentSelector)",
            ".parentSelector",
            words::IMMUTABLE,
        ),
    ];
    rules.extend(set_once(
        ".prefix",
        &prefix("oldSelf"),
        &prefix("self"),
        "self.prefix == oldSelf.prefix \
         || isCIDR(self.prefix) && isCIDR(oldSelf.prefix) && cidr(self.prefix) == cidr(oldSelf.prefix)",
    ));
    rules.extend(set_once(
        ".prefixLength",
        &length("oldSelf"),
        &length("self"),
        "self.prefixLength == oldSelf.prefixLength",
    ));
    rules.extend(set_once(
        ".parentRef",
        &had_parent,
        &has_parent,
        "self.parentRef.name == oldSelf.parentRef.name",
    ));
    rules
}
