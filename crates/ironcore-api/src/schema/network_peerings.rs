// SPDX-License-Identifier: Apache-2.0

//! No two peerings of a network are the same.

use super::common::{named, not_unique, unique};
use super::rule::Rule;

/// Rules on all peerings together. Their names are the list's keys, which need no rule.
pub(super) fn rules() -> [Rule; 3] {
    let networks = format!(
        "self.map(p, has(p.networkRef.name), {})",
        network("p.networkRef")
    );
    let names = "[*].prefixes[*].name";
    let references = "[*].prefixes[*].prefixRef.name";
    [
        unique(&networks, "[*].networkRef"),
        Rule::new(apart("x.name", "has(x.name)"), not_unique(names)),
        Rule::new(
            apart("x.prefixRef.name", &named("x.prefixRef")),
            not_unique(references),
        ),
    ]
}

/// A rule on the prefixes of one peering.
pub(super) fn prefix_ref_once() -> Rule {
    let references = format!("self.map(x, {}, x.prefixRef.name)", named("x.prefixRef"));
    unique(&references, "[*].prefixRef.name")
}

/// A rule on the incoming peerings.
pub(super) fn incoming_once() -> Rule {
    let networks = format!("self.map(p, has(p.name), {})", network("p"));
    unique(&networks, "[*]")
}

/// The namespace and name of a network; no namespace and an empty one are the same.
fn network(reference: &str) -> String {
    format!("[has({reference}.namespace) ? {reference}.namespace : '', {reference}.name]")
}

/// No two peerings have a prefix in common, compared by `key` where `has_key`.
fn apart(key: &str, has_key: &str) -> String {
    format!(
        "[self.map(p, has(p.prefixes), p.prefixes.map(x, {has_key}, {key}))]\
         .exists(keys, keys.all(k, k.size() == 0 || keys.exists_one(l, sets.intersects(l, k))))"
    )
}
