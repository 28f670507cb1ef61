// SPDX-License-Identifier: Apache-2.0

//! VirtualIP, and the templates of virtual IPs.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

use super::node::Node;
use super::{Constrain, bound, change, derive, text};
use crate::networking::{EphemeralVirtualIPSpec, VirtualIP, VirtualIPSpec, VirtualIPStatus};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<VirtualIP>(|mut root| {
        root.label_name();
        VirtualIPSpec::constrain(root.at("spec"));
        root.at("spec").rules(change::rules::<VirtualIPSpec>());
        VirtualIPStatus::constrain(root.at("status"));
    })
}

/// As its draft, which is written by hand as well: it is a [`VirtualIPSpec`], and a field of its own.
impl Constrain for EphemeralVirtualIPSpec {
    fn constrain(mut node: Node<'_>) {
        VirtualIPSpec::constrain(node.at(""));
        node.at("reclaimPolicy")
            .at_most(bound::WORD)
            .rules(text::reclaim_policy());
    }
}
