//! NetworkInterface, and the templates of interfaces.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::core::{Message, Rule};
use serde_json::json;

use super::common::forbidden;
use super::node::Node;
use super::prefix::{self, Place};
use super::{bound, common, derive, network_interface_ips, text, virtual_ip};
use crate::networking::{NetworkInterface, NetworkInterfaceState};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<NetworkInterface>(|mut root| {
        spec(root.at("spec"));
        root.at("spec").rules(frozen());
        status(root.at("status"));
    })
}

/// Spec of an interface, wherever it is.
pub(super) fn spec(mut node: Node<'_>) {
    node.require(&["networkRef"]);
    node.at("providerID").at_most(bound::HANDLE);
    common::required_reference(node.at("networkRef"));
    node.at("machineRef.uid").at_most(bound::UID);
    common::label_reference(node.at("machineRef"));
    families(&mut node);
    node.at("ips").at_most(bound::IPS).default(json!([]));
    text::ip(node.at("ips[].value"));
    prefix_template(node.at("ips[]"), Place::Ips);
    node.at("prefixes").at_most(bound::INTERFACE_PREFIXES);
    text::cidr(node.at("prefixes[].value"));
    prefix_template(node.at("prefixes[]"), Place::Prefixes);
    virtual_ip_source(node.at("virtualIP"));
    node.at("attributes").at_most(bound::ENTRIES);
    node.at("attributes{}").at_most(bound::ATTRIBUTE);
    node.rules(network_interface_ips::rules());
}

fn families(node: &mut Node<'_>) {
    node.at("ipFamilies")
        .at_most(bound::IPS)
        .default(json!([]))
        .rule(
            Rule::new("self.size() < 2 || self[0] != self[1]").message(Message::Expression(
                "self[1] + ' is given twice: each family once'".to_owned(),
            )),
        );
    node.at("ipFamilies[]")
        .at_most(bound::WORD)
        .rule(text::one_of(&["IPv4", "IPv6"], "IP family"));
}

/// An entry of `ips` or `prefixes`.
fn prefix_template(mut node: Node<'_>, place: Place) {
    common::one_source(&mut node, "value", "has(self.value)");
    common::template(node.at("ephemeral"), "prefixTemplate");
    let mut template = node.at("ephemeral.prefixTemplate");
    common::nameless_metadata(template.at("metadata"));
    prefix::spec(template.at("spec"), place);
}

fn virtual_ip_source(mut node: Node<'_>) {
    let named = common::named("self.virtualIPRef");
    common::one_source(&mut node, "virtualIPRef", &named);
    common::label_reference(node.at("virtualIPRef"));
    common::template(node.at("ephemeral"), "virtualIPTemplate");
    let mut template = node.at("ephemeral.virtualIPTemplate");
    common::nameless_metadata(template.at("metadata"));
    let mut spec = template.at("spec");
    spec.at("reclaimPolicy")
        .at_most(bound::WORD)
        .rule(text::one_of(&["Retain", "Delete", ""], "reclaim policy"));
    virtual_ip::spec(spec);
}

/// All but `providerID`, `ips`, `prefixes`, `machineRef` and `virtualIP`. Families may come once,
/// from empty: that is how those of an object that was stored while no webhook ran are filled in.
fn frozen() -> [Rule; 3] {
    [
        forbidden(
            "!has(self.networkRef.name) || !has(oldSelf.networkRef.name) || self.networkRef.name == oldSelf.networkRef.name",
            ".networkRef",
        )
        .message(Message::Expression(
            "'may not be changed: it was ' + oldSelf.networkRef.name".to_owned(),
        )),
        forbidden(
            "size(oldSelf.ipFamilies) == 0 || self.ipFamilies == oldSelf.ipFamilies",
            ".ipFamilies",
        )
        .message(Message::Expression(
            "'may not be changed: it was ' + oldSelf.ipFamilies.join(', ')".to_owned(),
        )),
        // No attributes and empty attributes are the same.
        forbidden(
            "(has(self.attributes) ? size(self.attributes) : 0) == (has(oldSelf.attributes) ? size(oldSelf.attributes) : 0) \
             && (!has(self.attributes) || !has(oldSelf.attributes) || self.attributes == oldSelf.attributes)",
            ".attributes",
        )
        .message("may not be changed"),
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
        .list_map("type");
    common::status_with(node, "state", "Pending");
}
