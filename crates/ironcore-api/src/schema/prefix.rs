//! Prefix, and the templates of prefixes.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::node::Node;
use super::{bound, common, derive};
use crate::ipam::{Prefix, PrefixPhase};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Prefix>(|mut root| {
        spec(root.at("spec"));
        status(root.at("status"));
    })
}

/// Spec of a prefix, wherever it is.
pub(super) fn spec(mut node: Node<'_>) {
    node.at("ipFamily").at_most(bound::WORD);
    node.at("prefix").at_most(bound::ADDRESS);
    node.at("prefixLength").set("minimum", json!(0));
    common::reference(node.at("parentRef"));
    selector(node.at("parentSelector"));
}

fn selector(mut node: Node<'_>) {
    node.set("x-kubernetes-map-type", json!("atomic"));
    node.at("matchLabels").at_most(bound::ENTRIES);
    node.at("matchLabels{}").at_most(bound::LABEL_VALUE);
    node.at("matchExpressions").at_most(bound::ENTRIES);
    let mut expression = node.at("matchExpressions[]");
    expression.at("key").at_most(bound::LABEL_KEY);
    expression.at("operator").at_most(bound::WORD);
    expression.at("values").at_most(bound::ENTRIES);
    expression.at("values[]").at_most(bound::LABEL_VALUE);
}

fn status(mut node: Node<'_>) {
    node.at("phase").values_of::<PrefixPhase>();
    node.at("used").at_most(bound::USED);
    node.at("used[]").at_most(bound::ADDRESS);
    common::status_with(node, "phase", "Pending");
}
