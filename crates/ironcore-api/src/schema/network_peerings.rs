//! No two peerings of a network are the same.

use kube::core::Rule;

use super::common::named;

/// Rules on all peerings together. Their names are the list's keys, which need no rule.
pub(super) fn rules() -> [Rule; 3] {
    [
        Rule::new(format!(
            "self.all(p, !has(p.networkRef.name) || self.exists_one(q, {}))",
            same("q.networkRef", "p.networkRef"),
        ))
        .message("two peerings are of one network"),
        Rule::new(apart("x.name", "has(x.name)")).message("two peerings have prefixes of one name"),
        Rule::new(apart("x.prefixRef.name", &named("x.prefixRef")))
            .message("two peerings have prefixes of one prefixRef"),
    ]
}

/// A rule on the prefixes of one peering.
pub(super) fn prefix_ref_once() -> Rule {
    let named_x = named("x.prefixRef");
    let named_y = named("y.prefixRef");
    Rule::new(format!(
        "self.all(x, !({named_x}) || self.exists_one(y, {named_y} && y.prefixRef.name == x.prefixRef.name))"
    ))
    .message("two prefixes have one prefixRef")
}

/// A rule on the incoming peerings.
pub(super) fn incoming_once() -> Rule {
    Rule::new(format!(
        "self.all(p, self.exists_one(q, {}))",
        same("q", "p")
    ))
    .message("a network is given twice")
}

/// Whether two references are the same; no namespace and an empty one are. (`namespace` is a word that
/// CEL keeps for itself; by its escaped name its length is known, and so the price.)
fn same(one: &str, other: &str) -> String {
    let namespace = |reference: &str| {
        format!("(has({reference}.__namespace__) ? {reference}.__namespace__ : '')")
    };
    format!(
        "{one}.name == {other}.name && {} == {}",
        namespace(one),
        namespace(other)
    )
}

/// No two peerings have a prefix in common, compared by `key` where `has_key`. By sets: the price of a
/// set's operation does not depend on how long the texts are.
fn apart(key: &str, has_key: &str) -> String {
    let keys = |peering: &str| format!("{peering}.prefixes.map(x, {has_key}, {key})");
    format!(
        "self.all(p, !has(p.prefixes) || self.all(q, q.name == p.name || !has(q.prefixes) \
         || !sets.intersects({}, {})))",
        keys("p"),
        keys("q"),
    )
}
