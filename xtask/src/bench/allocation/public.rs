// SPDX-License-Identifier: Apache-2.0

//! Virtual IPs with public addresses, and for the floor the very objects that the controller makes of them.

use ironcore_api::Kind;
use ironcore_api::names;
use ironcore_api::ownership::{
    EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, PUBLIC_POOL, VIRTUAL_IP_NAME, VIRTUAL_IP_NAMESPACE,
    VIRTUAL_IP_UID, controller_reference,
};
use serde_json::{Value, json};

use super::case::Case;
use super::objects::{Parent, assignment_of, interface_name, prefix};
use crate::bench::harness::objects::{NAMESPACE, NETWORKING};
use crate::bench::harness::writes::{Written, collection};

/// The public pool's name.
pub(crate) const POOL: &str = "public";

/// Where virtual IPs are.
pub(crate) fn virtual_ips() -> String {
    collection("networking", "virtualips")
}

/// The public pool.
pub(crate) fn pool() -> Parent {
    let labels = json!({ PUBLIC_POOL: "" });
    let metadata = json!({ "namespace": NAMESPACE, "name": POOL, "labels": labels });
    let spec = json!({ "ipFamily": "IPv4", "prefix": Case::public() });
    Parent {
        name: POOL,
        block: Case::public(),
        body: prefix(&metadata, &spec),
    }
}

/// What a template says of a virtual IP.
pub(crate) fn virtual_ip_spec() -> Value {
    json!({ "type": "Public", "ipFamily": "IPv4" })
}

/// The virtual IP as the controller makes it for the interface of machine number `number`.
pub(crate) fn virtual_ip(number: u32, interface: &Written) -> Value {
    let (name, uid) = (interface_name(number), &interface.metadata.uid);
    let mut spec = virtual_ip_spec();
    spec["targetRef"] = json!({ "name": name, "uid": uid });
    json!({
        "apiVersion": NETWORKING,
        "kind": "VirtualIP",
        "metadata": {
            "namespace": NAMESPACE,
            "name": names::virtual_ip(&name),
            "annotations": { EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER },
            "ownerReferences": [controller_reference(NETWORKING, "NetworkInterface", &name, uid)],
        },
        "spec": spec,
    })
}

/// The prefix that holds its address.
pub(crate) fn holder(number: u32, virtual_ip: &Written) -> Value {
    let uid = &virtual_ip.metadata.uid;
    let any_pool = json!([{ "key": PUBLIC_POOL, "operator": "Exists" }]);
    let metadata = json!({
        "namespace": NAMESPACE,
        "name": uid,
        "annotations": {
            VIRTUAL_IP_NAMESPACE: NAMESPACE,
            VIRTUAL_IP_NAME: names::virtual_ip(&interface_name(number)),
            VIRTUAL_IP_UID: uid,
        },
        "finalizers": [Kind::named("Prefix").finalizer],
    });
    let spec = json!({
        "ipFamily": "IPv4",
        "prefixLength": 32,
        "parentSelector": { "matchExpressions": any_pool },
    });
    prefix(&metadata, &spec)
}

/// The block of that prefix.
pub(crate) fn holder_block(number: u32) -> String {
    format!("{}/32", Case::public_address(number))
}

/// The patch that gives it its block, of the pool.
pub(crate) fn assignment(number: u32, holder: &Written) -> Value {
    let mut body = assignment_of(&holder_block(number), holder);
    body["spec"]["parentRef"] = json!({ "name": POOL });
    body
}

/// The status of a virtual IP that has its address.
pub(crate) fn addressed(number: u32, virtual_ip: &Written) -> Value {
    json!({
        "metadata": { "resourceVersion": virtual_ip.metadata.resource_version },
        "status": { "ip": Case::public_address(number).to_string() },
    })
}
