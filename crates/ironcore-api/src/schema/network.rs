// SPDX-License-Identifier: Apache-2.0

//! Network.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::common::{needs_name, set_once};
use super::node::Node;
use super::rule::Rule;
use super::{bound, common, derive, network_peerings, text};
use crate::networking::{Network, NetworkPeeringState, NetworkState};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Network>(|mut root| {
        root.require_none();
        spec(root.at("spec"));
        status(root.at("status"));
    })
}

fn spec(mut node: Node<'_>) {
    node.default(json!({})).rules(provider_id_once());
    node.at("providerID").at_most(bound::HANDLE);
    node.at("peerings")
        .at_most(bound::PEERINGS)
        .list_map("name")
        .rules(network_peerings::rules());
    peering(node.at("peerings[]"));
    node.at("incomingPeerings")
        .at_most(bound::INCOMING_PEERINGS)
        .rule(network_peerings::incoming_once());
    let mut incoming = node.at("incomingPeerings[]");
    incoming.at("name").at_most(bound::NAME).rules(text::name());
    incoming
        .at("namespace")
        .at_most(bound::NAME)
        .rules(text::optional_label());
    incoming.at("uid").at_most(bound::UID);
}

fn peering(mut node: Node<'_>) {
    node.require(&["name", "networkRef"]);
    node.at("name").at_most(bound::NAME).rules(text::name());
    let mut network = node.at("networkRef");
    network.rule(needs_name());
    network
        .at("namespace")
        .at_most(bound::NAME)
        .rules(text::optional_label());
    network
        .at("name")
        .at_most(bound::NAME)
        .rule(text::optional(text::subdomain()));
    node.at("prefixes")
        .at_most(bound::PEERING_PREFIXES)
        .list_map("name")
        .rule(network_peerings::prefix_ref_once());
    let mut prefix = node.at("prefixes[]");
    prefix.at("name").at_most(bound::NAME).rules(text::name());
    text::cidr(prefix.at("prefix"));
    common::reference(prefix.at("prefixRef"));
}

fn provider_id_once() -> [Rule; 2] {
    let there = |network: &str| format!("has({network}.providerID) && {network}.providerID != ''");
    set_once(
        ".providerID",
        &there("oldSelf"),
        &there("self"),
        "self.providerID == oldSelf.providerID",
    )
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
