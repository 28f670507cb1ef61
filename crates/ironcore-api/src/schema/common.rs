//! What several kinds have in common.

use serde_json::{Value, json};

use super::node::Node;
use super::rule::Rule;
use super::{bound, text};

/// A reference by name to an object that may have any name; `{}` and an empty name refer to nothing.
pub(super) fn reference(mut node: Node<'_>) {
    node.set("x-kubernetes-map-type", json!("atomic"));
    node.at("name")
        .at_most(bound::NAME)
        .rule(text::optional(text::subdomain()));
}

/// A reference by name and UID.
pub(super) fn uid_reference(mut node: Node<'_>) {
    node.at("uid").at_most(bound::UID);
    reference(node);
}

/// A reference by name to an object whose name is a DNS label.
pub(super) fn label_reference(mut node: Node<'_>) {
    node.set("x-kubernetes-map-type", json!("atomic"));
    node.at("name")
        .at_most(bound::NAME)
        .rule(text::optional(text::label()));
}

/// A reference that must name something.
pub(super) fn required_reference(mut node: Node<'_>) {
    node.rule(needs_name());
    reference(node);
}

/// The reference names something.
pub(super) fn needs_name() -> Rule {
    required(
        "has(self.name) && self.name != ''",
        ".name",
        "a name is needed",
    )
}

/// Whether the reference `path` names something, as CEL.
pub(super) fn named(path: &str) -> String {
    format!("has({path}) && has({path}.name) && {path}.name != ''")
}

/// No two of the list `keys` are the same, as CEL.
pub(super) fn unique(keys: &str) -> String {
    format!("[{keys}].exists(keys, keys.all(k, keys.exists_one(l, l == k)))")
}

/// Metadata of a template.
pub(super) fn template_metadata(node: &mut Node<'_>) {
    for field in ["name", "generateName", "namespace"] {
        node.at(field).at_most(bound::NAME);
    }
    node.at("finalizers")
        .at_most(bound::FINALIZERS)
        .set("x-kubernetes-list-type", json!("set"));
}

/// Metadata of a template whose object gets its name from where the template is.
pub(super) fn nameless_metadata(mut node: Node<'_>) {
    template_metadata(&mut node);
    for field in ["name", "generateName", "namespace"] {
        node.rule(forbidden(
            format!("!has(self.{field}) || self.{field} == ''"),
            &format!(".{field}"),
            &format!("a template may not name its object: {field} is set by the controller"),
        ));
    }
}

/// What an `ephemeral` is made from: the template `field`, with a spec.
pub(super) fn template(mut node: Node<'_>, field: &str) {
    node.rule(required(
        format!("has(self.{field})"),
        &format!(".{field}"),
        "a template is needed",
    ));
    node.at(field).rule(required(
        "has(self.spec)",
        ".spec",
        "a template needs a spec",
    ));
}

/// Exactly one source: `first`, which is there where the CEL `has_first` holds, or `ephemeral`.
pub(super) fn one_source(node: &mut Node<'_>, first: &str, has_first: &str) {
    node.rule(
        Rule::new(
            format!("({has_first}) || has(self.ephemeral)"),
            format!("has no source: give {first} or ephemeral"),
        )
        .required(),
    );
    node.rule(forbidden(
        format!("!({has_first} && has(self.ephemeral))"),
        ".ephemeral",
        &format!("has two sources: give {first} or ephemeral, not both"),
    ));
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
