// SPDX-License-Identifier: Apache-2.0

//! What several kinds have in common.

use serde_json::{Value, json};

use super::node::Node;
use super::rule::Rule;
use crate::words;

/// The field must be there; of a text, not empty.
pub(crate) fn required_field(field: &str, is_text: bool) -> Rule {
    let there = if is_text {
        format!("has(self.{field}) && self.{field} != ''")
    } else {
        format!("has(self.{field})")
    };
    required(there, &format!(".{field}"), words::SPECIFIED)
}

/// Whether the reference `path` names something, as CEL.
pub(super) fn named(path: &str) -> String {
    format!("has({path}) && has({path}.name) && {path}.name != ''")
}

/// No two of the list `keys`, as CEL, are the same. They are at `place` of the list that the rule is on.
pub(super) fn unique(keys: &str, place: &str) -> Rule {
    Rule::new(
        format!("[{keys}].exists(keys, keys.all(k, keys.exists_one(l, l == k)))"),
        not_unique(place),
    )
}

/// What is said of the values at `place` of a list, of which two are the same.
pub(super) fn not_unique(place: &str) -> String {
    format!("{place}: {}", words::UNIQUE)
}

/// Exactly one of the fields `sources`, each there where its CEL holds. What is too much is the later one.
pub(crate) fn one_source(node: &mut Node<'_>, sources: &[(&str, String)]) {
    let fields: Vec<_> = sources.iter().map(|(field, _)| *field).collect();
    let any = |sources: &[(&str, String)]| {
        let there: Vec<_> = sources
            .iter()
            .map(|(_, is_there)| format!("({is_there})"))
            .collect();
        there.join(" || ")
    };
    node.rule(Rule::new(any(sources), words::one_of(&fields)).required());
    for (index, (field, is_there)) in sources.iter().enumerate().skip(1) {
        node.rule(forbidden(
            format!("!({is_there}) || !({})", any(&sources[..index])),
            &format!(".{field}"),
            &words::exactly_one_of(&fields),
        ));
    }
}

/// A field, and CEL that says whether it is there.
pub(crate) fn source(field: &str) -> (&str, String) {
    (field, format!("has(self.{field})"))
}

/// A reference, and CEL that says whether it names something.
pub(crate) fn reference_source(field: &str) -> (&str, String) {
    (field, named(&format!("self.{field}")))
}

/// A field that is set once, in two rules: it is not cleared, and not modified. CEL says whether it was and is there, and
/// whether it is the same where it was and is.
pub(super) fn set_once(path: &str, was: &str, is: &str, same: &str) -> [Rule; 2] {
    [
        forbidden(format!("!({was}) || ({is})"), path, words::NOT_CLEARED),
        forbidden(
            format!("!({was}) || !({is}) || {same}"),
            path,
            words::NOT_MODIFIED,
        ),
    ]
}

/// A status that shows its first state at once, before anything has written it.
pub(super) fn status_with(mut node: Node<'_>, field: &str, first: &str) {
    node.default(json!({}));
    node.at(field).default(json!(first));
}

/// The conditions of an object that no controller has seen yet: tools that judge by conditions take one without any for ready.
pub(super) fn waiting() -> Value {
    json!([{
        "type": "Ready", "status": "Unknown", "reason": "Pending", "message": "Waiting for controller",
        "lastTransitionTime": "1970-01-01T00:00:00Z",
    }])
}

/// Without which the field at `path` is missing.
pub(super) fn required(condition: impl Into<String>, path: &str, message: &str) -> Rule {
    invalid(condition, path, message).required()
}

/// Without which the field at `path` may not be as it is.
pub(super) fn forbidden(condition: impl Into<String>, path: &str, message: &str) -> Rule {
    invalid(condition, path, message).forbidden()
}

/// Without which the value of the field at `path` is wrong.
pub(super) fn invalid(condition: impl Into<String>, path: &str, message: &str) -> Rule {
    Rule::new(condition, message).at(path)
}
