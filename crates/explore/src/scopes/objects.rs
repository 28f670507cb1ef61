// SPDX-License-Identifier: Apache-2.0

//! Objects as users write them, for all scopes.

use ironcore_api::ownership::{EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, controller_reference};
use ni_controller::world::Kind;
use serde_json::{Value, json};

use crate::server::{Model, Server};

/// The network that every interface is on.
pub(super) const NETWORK: &str = "net";

/// Makes the network.
pub(super) fn network(model: &mut Model) {
    network_named(model, NETWORK);
}

/// Makes a network, as the controller has left it.
pub(super) fn network_named(model: &mut Model, name: &str) {
    let finalizers = [Kind::Network.entry().finalizer];
    let body = json!({ "metadata": { "finalizers": finalizers }, "spec": {} });
    model.create(Kind::Network, name, &body);
}

/// The spec of an interface with this address.
pub(super) fn interface(ip: &str) -> Value {
    json!({ "networkRef": { "name": NETWORK }, "ipFamilies": ["IPv4"], "ips": [{ "value": ip }] })
}

/// The spec of an interface with this address, and more.
pub(super) fn interface_with(ip: &str, field: &str, value: Value) -> Value {
    let mut spec = interface(ip);
    spec[field] = value;
    spec
}

/// An entry of a machine that makes an interface from this spec.
pub(super) fn ephemeral(name: &str, spec: &Value) -> Value {
    json!({ "name": name, "ephemeral": { "networkInterfaceTemplate": { "spec": spec } } })
}

/// An entry of a machine that uses an existing interface.
pub(super) fn uses(name: &str, interface: &str) -> Value {
    json!({ "name": name, "networkInterfaceRef": { "name": interface } })
}

/// Applies a machine with these entries.
pub(super) fn machine(model: &mut Model, name: &str, entries: &[Value]) {
    let body =
        json!({ "spec": { "machineClassRef": { "name": "class" }, "networkInterfaces": entries } });
    apply(model, Kind::Machine, name, &body);
}

/// Makes an interface of a machine, as the controller would have.
pub(super) fn made_for(model: &mut Model, machine: &str, name: &str, spec: &Value) {
    let owner = model.get(Kind::Machine, machine).expect("the machine");
    let uid = owner["metadata"]["uid"].as_str().expect("a UID").to_owned();
    let kind = Kind::Machine;
    let owner = controller_reference(&kind.api_version(), kind.as_str(), machine, &uid);
    let mut spec = spec.clone();
    spec["machineRef"] = json!({ "name": machine, "uid": uid });
    let body = json!({
        "metadata": {
            "ownerReferences": [owner],
            "annotations": { EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER },
        },
        "spec": spec,
    });
    model.create(Kind::NetworkInterface, name, &body);
}

/// Makes an object, or changes what is there.
pub(super) fn apply(model: &mut Model, kind: Kind, name: &str, body: &Value) {
    if !model.create(kind, name, body) {
        model.patch(kind, name, body);
    }
}

/// Whether an object is there, and stays.
pub(super) fn is_there(model: &Model, kind: Kind, name: &str) -> bool {
    let object = model.get(kind, name);
    object.is_some_and(|object| object["metadata"]["deletionTimestamp"].is_null())
}

/// What an object says in this place, or null.
pub(super) fn says(server: &Server, kind: Kind, name: &str, pointer: &str) -> Value {
    let object = server.model().get(kind, name);
    let value = object.and_then(|object| object.pointer(pointer));
    value.cloned().unwrap_or_default()
}
