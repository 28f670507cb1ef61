//! NetworkInterface, and the templates of interfaces.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::json;

use super::node::Node;
use super::{bound, common, derive, prefix, virtual_ip};
use crate::networking::{NetworkInterface, NetworkInterfaceState};

pub(crate) fn crd() -> CustomResourceDefinition {
    derive::crd::<NetworkInterface>(|mut root| {
        spec(root.at("spec"));
        status(root.at("status"));
    })
}

/// Spec of an interface, wherever it is.
pub(super) fn spec(mut node: Node<'_>) {
    node.at("providerID").at_most(bound::HANDLE);
    common::reference(node.at("networkRef"));
    common::uid_reference(node.at("machineRef"));
    node.at("ipFamilies").at_most(bound::IPS).default(json!([]));
    node.at("ipFamilies[]").at_most(bound::WORD);
    node.at("ips").at_most(bound::IPS).default(json!([]));
    source(node.at("ips[]"));
    node.at("prefixes").at_most(bound::INTERFACE_PREFIXES);
    source(node.at("prefixes[]"));
    virtual_ip_source(node.at("virtualIP"));
    node.at("attributes").at_most(bound::ENTRIES);
    node.at("attributes{}").at_most(bound::ATTRIBUTE);
    node.require(&["networkRef"]);
}

/// An entry of `ips` or `prefixes`.
fn source(mut node: Node<'_>) {
    node.at("value").at_most(bound::ADDRESS);
    let mut template = node.at("ephemeral.prefixTemplate");
    common::template_metadata(template.at("metadata"));
    prefix::spec(template.at("spec"));
}

fn virtual_ip_source(mut node: Node<'_>) {
    common::reference(node.at("virtualIPRef"));
    let mut template = node.at("ephemeral.virtualIPTemplate");
    common::template_metadata(template.at("metadata"));
    let mut spec = template.at("spec");
    spec.at("reclaimPolicy").at_most(bound::WORD);
    virtual_ip::spec(spec);
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
