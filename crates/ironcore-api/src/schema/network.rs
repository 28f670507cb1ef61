//! Network.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::node::Node;
use super::{bound, common, derive};
use crate::networking::{Network, NetworkPeeringState, NetworkState};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Network>(|mut root| {
        root.require(&[]);
        spec(root.at("spec"));
        status(root.at("status"));
    })
}

fn spec(mut node: Node<'_>) {
    node.default(json!({}));
    node.at("providerID").at_most(bound::HANDLE);
    node.at("peerings")
        .at_most(bound::PEERINGS)
        .list_map("name");
    peering(node.at("peerings[]"));
    node.at("incomingPeerings")
        .at_most(bound::INCOMING_PEERINGS);
    let mut incoming = node.at("incomingPeerings[]");
    incoming.at("namespace").at_most(bound::NAME);
    incoming.at("name").at_most(bound::NAME);
    incoming.at("uid").at_most(bound::UID);
}

fn peering(mut node: Node<'_>) {
    node.require(&["name", "networkRef"]);
    node.at("name").at_most(bound::NAME);
    node.at("networkRef.namespace").at_most(bound::NAME);
    node.at("networkRef.name").at_most(bound::NAME);
    node.at("prefixes")
        .at_most(bound::PEERING_PREFIXES)
        .list_map("name");
    let mut prefix = node.at("prefixes[]");
    prefix.at("name").at_most(bound::NAME);
    prefix.at("prefix").at_most(bound::ADDRESS);
    common::reference(prefix.at("prefixRef"));
}

fn status(mut node: Node<'_>) {
    node.at("state").values_of::<NetworkState>();
    node.at("peerings")
        .at_most(bound::PEERINGS)
        .list_map("name");
    let mut peering = node.at("peerings[]");
    peering.at("name").at_most(bound::NAME);
    peering.at("state").values_of::<NetworkPeeringState>();
    peering
        .at("prefixes")
        .at_most(bound::PEERING_PREFIXES)
        .list_map("name");
    let mut prefix = peering.at("prefixes[]");
    prefix.at("name").at_most(bound::NAME);
    prefix.at("prefix").at_most(bound::ADDRESS);
}
