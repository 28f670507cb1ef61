// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface, and the templates of interfaces.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::common::{forbidden, named};
use super::node::Node;
use super::prefix::{self, Place};
use super::rule::Rule;
use super::{bound, common, derive, network_interface_ips, text, virtual_ip};
use crate::networking::{NetworkInterface, NetworkInterfaceState};
use crate::words;

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
        spec(root.at("spec"), Of::Own);
        root.at("spec").rules(frozen());
        status(root.at("status"));
    })
}

/// Spec of an interface, wherever it is.
pub(super) fn spec(mut node: Node<'_>, of: Of) {
    node.require(&["networkRef"]);
    node.at("providerID").at_most(bound::HANDLE);
    common::required_reference(node.at("networkRef"));
    node.at("machineRef.uid").at_most(bound::UID);
    common::label_reference(node.at("machineRef"));
    families(&mut node);
    node.at("ips").at_most(bound::IPS);
    for list in ["ipFamilies", "ips"] {
        empty(&mut node.at(list), of);
    }
    text::ip(node.at("ips[].value"));
    prefix_template(node.at("ips[]"), Place::Ips);
    node.at("prefixes").at_most(bound::INTERFACE_PREFIXES);
    let (cidr, place): (fn(Node<'_>), _) = match of {
        Of::Own => (text::cidr, Place::Prefixes),
        Of::Template => (text::cidr_of_many, Place::MachinePrefixes),
    };
    cidr(node.at("prefixes[].value"));
    prefix_template(node.at("prefixes[]"), place);
    virtual_ip_source(node.at("virtualIP"));
    node.at("attributes").at_most(bound::ENTRIES);
    node.at("attributes{}").at_most(bound::ATTRIBUTE);
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

fn families(node: &mut Node<'_>) {
    node.at("ipFamilies").at_most(bound::IPS).rule(Rule::new(
        "self.size() < 2 || self[0] != self[1]",
        common::not_unique("[*]"),
    ));
    node.at("ipFamilies[]")
        .at_most(bound::WORD)
        .rule(text::one_of(words::FAMILIES));
}

/// An entry of `ips` or `prefixes`.
fn prefix_template(mut node: Node<'_>, place: Place) {
    common::one_source(
        &mut node,
        &[common::source("value"), common::source("ephemeral")],
    );
    common::template(node.at("ephemeral"), "prefixTemplate");
    let mut template = node.at("ephemeral.prefixTemplate");
    common::nameless_metadata(template.at("metadata"));
    prefix::spec(template.at("spec"), place);
}

fn virtual_ip_source(mut node: Node<'_>) {
    common::one_source(
        &mut node,
        &[
            common::reference_source("virtualIPRef"),
            common::source("ephemeral"),
        ],
    );
    common::label_reference(node.at("virtualIPRef"));
    common::template(node.at("ephemeral"), "virtualIPTemplate");
    let mut template = node.at("ephemeral.virtualIPTemplate");
    common::nameless_metadata(template.at("metadata"));
    let mut spec = template.at("spec");
    spec.at("reclaimPolicy")
        .at_most(bound::WORD)
        .rule(text::optional(text::one_of(words::RECLAIM_POLICIES)));
    virtual_ip::spec(spec);
}

/// All but `providerID`, `ips`, `prefixes`, `machineRef` and `virtualIP`. Families may come once,
/// from empty: that is how those of an object that was stored while no webhook ran are filled in.
fn frozen() -> [Rule; 3] {
    let had_network = named("oldSelf.networkRef");
    let has_network = named("self.networkRef");
    [
        // One that is missing is refused for that.
        forbidden(
            format!(
                "!({has_network} && {had_network}) || self.networkRef.name == oldSelf.networkRef.name"
            ),
            ".networkRef",
            words::IMMUTABLE,
        ),
        forbidden(
            "size(oldSelf.ipFamilies) == 0 || self.ipFamilies == oldSelf.ipFamilies",
            ".ipFamilies",
            words::IMMUTABLE,
        ),
        // No attributes and empty attributes are the same.
        forbidden(
            "(has(self.attributes) ? size(self.attributes) : 0) == (has(oldSelf.attributes) ? size(oldSelf.attributes) : 0) \
             && (!has(self.attributes) || !has(oldSelf.attributes) || self.attributes == oldSelf.attributes)",
            ".attributes",
            words::IMMUTABLE,
        ),
    ]
}

fn status(mut node: Node<'_>) {
    node.at("state").values_of::<NetworkInterfaceState>();
    node.at("ips").at_most(bound::IPS);
    node.at("ips[]").at_most(bound::ADDRESS);
    node.at("prefixes").at_most(bound::INTERFACE_PREFIXES);
    node.at("prefixes[]").at_most(bound::ADDRESS);
    node.at("virtualIP").at_most(bound::ADDRESS);
    node.at("conditions")
        .at_most(bound::CONDITIONS)
        .list_map("type")
        .default(common::waiting());
    common::status_with(node, "state", "Pending");
}
