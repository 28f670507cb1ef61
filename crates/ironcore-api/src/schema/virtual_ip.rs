//! VirtualIP, and the templates of virtual IPs.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

use super::node::Node;
use super::{bound, common, derive};
use crate::networking::VirtualIP;

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<VirtualIP>(|mut root| {
        spec(root.at("spec"));
        root.at("status.ip").at_most(bound::ADDRESS);
    })
}

/// Spec of a virtual IP, wherever it is.
pub(super) fn spec(mut node: Node<'_>) {
    node.at("type").at_most(bound::WORD);
    node.at("ipFamily").at_most(bound::WORD);
    common::uid_reference(node.at("targetRef"));
    node.require(&["type", "ipFamily"]);
}
