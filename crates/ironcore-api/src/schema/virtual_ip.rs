// SPDX-License-Identifier: Apache-2.0

//! VirtualIP, and the templates of virtual IPs.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;

use super::common::forbidden;
use super::node::Node;
use super::rule::Rule;
use super::{bound, common, derive, text};
use crate::networking::VirtualIP;
use crate::words;

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<VirtualIP>(|mut root| {
        root.label_name();
        spec(root.at("spec"));
        root.at("spec").rules(frozen());
        root.at("status.ip").at_most(bound::ADDRESS);
    })
}

/// Spec of a virtual IP, wherever it is.
pub(super) fn spec(mut node: Node<'_>) {
    node.at("type")
        .at_most(bound::WORD)
        .rule(text::one_of(words::VIRTUAL_IP_TYPES));
    node.at("ipFamily")
        .at_most(bound::WORD)
        .rule(text::one_of(words::FAMILIES));
    common::uid_reference(node.at("targetRef"));
    node.require(&["type", "ipFamily"]);
}

/// All but `targetRef`.
fn frozen() -> [Rule; 2] {
    ["type", "ipFamily"].map(|field| {
        forbidden(
            format!(
                "!has(oldSelf.{field}) || has(self.{field}) && self.{field} == oldSelf.{field}"
            ),
            &format!(".{field}"),
            words::IMMUTABLE,
        )
    })
}
