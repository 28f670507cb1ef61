// SPDX-License-Identifier: Apache-2.0

//! Machine.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

use super::network_interface::{self, Of};
use super::node::Node;
use super::{Constrain, change, common, derive, machine_volume};
use crate::compute::{Machine, MachineSpec, MachineStatus};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<Machine>(|mut root| {
        root.label_name();
        spec(root.at("spec"));
        MachineStatus::constrain(root.at("status"));
        common::status_with(root.at("status"), "state", "Pending");
    })
}

fn spec(mut node: Node<'_>) {
    MachineSpec::constrain(node.at(""));
    node.rules(change::rules::<MachineSpec>());
    let mut interface = node.at("networkInterfaces[]");
    network_interface::spec(
        interface.at("ephemeral.networkInterfaceTemplate.spec"),
        Of::Template,
    );
    machine_volume::list(&mut node);
}
