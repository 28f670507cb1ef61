// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface, and the templates of interfaces.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::node::Node;
use super::prefix::{self, Place};
use super::rule::Rule;
use super::{Constrain, change, common, derive, network_interface_ips};
use crate::networking::{NetworkInterface, NetworkInterfaceSpec, NetworkInterfaceStatus};

/// Whose spec it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// A NetworkInterface's.
    Own,
    /// That of a template in a machine.
    Template,
}

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<NetworkInterface>(|mut root| {
        NetworkInterfaceSpec::constrain(root.at("spec"));
        spec(root.at("spec"), Of::Own);
        root.at("spec")
            .rules(change::rules::<NetworkInterfaceSpec>());
        status(root.at("status"));
    })
}

/// Spec of an interface, wherever it is: what holds across its fields.
pub(super) fn spec(mut node: Node<'_>, of: Of) {
    node.at("ipFamilies").rule(Rule::new(
        "self.size() < 2 || self[0] != self[1]",
        common::not_unique("[*]"),
    ));
    for list in ["ipFamilies", "ips"] {
        empty(&mut node.at(list), of);
    }
    let place = match of {
        Of::Own => Place::Prefixes,
        Of::Template => {
            prefix::of_many(node.at("prefixes[]"));
            Place::MachinePrefixes
        }
    };
    for (list, place) in [("ips[]", Place::Ips), ("prefixes[]", place)] {
        let mut entry = node.at(list);
        prefix::spec(entry.at("ephemeral.prefixTemplate.spec"), place);
    }
    node.rules(network_interface_ips::rules());
}

/// A list that Go clients send as `null` when it is empty. In a template it stays as it was sent: an entry of a list
/// that comes back otherwise would differ from its manifest each time that this is applied.
fn empty(list: &mut Node<'_>, of: Of) {
    match of {
        Of::Own => list.default(json!([])),
        Of::Template => list.set("nullable", json!(true)),
    };
}

fn status(mut node: Node<'_>) {
    NetworkInterfaceStatus::constrain(node.at(""));
    node.at("conditions").default(common::waiting());
    common::status_with(node, "state", "Pending");
}
