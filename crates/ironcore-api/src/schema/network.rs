// SPDX-License-Identifier: Apache-2.0

//! Network.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::node::Node;
use super::{Constrain, change, derive, network_peerings};
use crate::networking::{Network, NetworkSpec, NetworkStatus};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Network>(|mut root| {
        root.require_none();
        spec(root.at("spec"));
        NetworkStatus::constrain(root.at("status"));
    })
}

fn spec(mut node: Node<'_>) {
    NetworkSpec::constrain(node.at(""));
    node.default(json!({}))
        .rules(change::rules::<NetworkSpec>());
    node.at("peerings").rules(network_peerings::rules());
    node.at("peerings[].prefixes")
        .rule(network_peerings::prefix_ref_once());
    node.at("incomingPeerings")
        .rule(network_peerings::incoming_once());
}
