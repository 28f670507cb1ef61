//! What several kinds have in common.

use serde_json::json;

use super::bound;
use super::node::Node;

/// A reference to an object by name.
pub(super) fn reference(mut node: Node<'_>) {
    node.set("x-kubernetes-map-type", json!("atomic"));
    node.at("name").at_most(bound::NAME);
}

/// A reference to an object by name and UID.
pub(super) fn uid_reference(mut node: Node<'_>) {
    node.at("uid").at_most(bound::UID);
    reference(node);
}

/// Metadata of a template.
pub(super) fn template_metadata(mut node: Node<'_>) {
    for field in ["name", "generateName", "namespace"] {
        node.at(field).at_most(bound::NAME);
    }
    node.at("finalizers")
        .at_most(bound::FINALIZERS)
        .set("x-kubernetes-list-type", json!("set"));
}

/// A status that shows its first state at once, before anything has written it.
pub(super) fn status_with(mut node: Node<'_>, field: &str, first: &str) {
    node.default(json!({}));
    node.at(field).default(json!(first));
}
