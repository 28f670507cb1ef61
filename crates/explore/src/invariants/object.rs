// SPDX-License-Identifier: Apache-2.0

//! What an object's JSON says of it.

use ironcore_api::ownership::VIRTUAL_IP_UID;
use ni_controller::world::Kind;
use serde_json::Value;

const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";
const GUARD: &str = "common.ironcore.dev/managed-by";

fn is_marked(object: &Value) -> bool {
    object["metadata"]["annotations"][MARK] == "ephemeral-manager"
}

/// Whether it is a child that a controller made.
pub(super) fn is_managed(object: &Value) -> bool {
    is_marked(object) && object["metadata"]["ownerReferences"][0]["controller"] == true
}

/// Whether it is a virtual IP of the interface of its name, without an owner: it has the mark, and the target of its name.
pub(super) fn is_retained(kind: Kind, object: &Value) -> bool {
    let own = object["spec"]["targetRef"]["name"] == object["metadata"]["name"];
    kind == Kind::VirtualIp && is_marked(object) && own
}

/// Whether it is a prefix that a controller made for the public address of a virtual IP.
pub(super) fn is_public_address(kind: Kind, object: &Value) -> bool {
    let uid = &object["metadata"]["annotations"][VIRTUAL_IP_UID];
    kind == Kind::Prefix && uid.is_string() && *uid == object["metadata"]["name"]
}

/// Whether an object does not decode, as tests make such ones.
pub fn is_spoilt(object: &Value) -> bool {
    object["spec"]["networkInterfaces"] == "none"
        || object["spec"]["ips"] == "none"
        || object["spec"]["ipFamily"] == 5
        || object["spec"]["prefix"] == 5
        || object["status"]["observedGeneration"].is_string()
}

pub(super) fn is_guarded(object: &Value) -> bool {
    !object["metadata"]["annotations"][GUARD].is_null()
}

/// Whether nobody deletes it.
pub fn is_alive(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_null()
}

/// Whether this controller answers for what the object says: others may have changed what it does not touch.
pub fn is_tended(object: &Value) -> bool {
    is_alive(object) && !is_guarded(object) && !is_spoilt(object)
}

/// What an interface remembers of what its template named.
pub(super) fn last_applied(interface: &Value) -> Value {
    let text = &interface["metadata"]["annotations"]["ni.ironcore.dev/last-applied"];
    let text = text.as_str().unwrap_or("null");
    serde_json::from_str(text).unwrap_or_default()
}

pub(super) fn entries(list: &Value) -> Vec<Value> {
    list.as_array().cloned().unwrap_or_default()
}

/// The entries without one for each of `these`.
pub(super) fn without(mut entries: Vec<Value>, these: &[Value]) -> Vec<Value> {
    for entry in these {
        if let Some(at) = entries.iter().position(|other| other == entry) {
            entries.remove(at);
        }
    }
    entries
}

/// Fails with a rule and what breaks it.
pub(super) fn must(holds: bool, rule: &str, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds {
        return Ok(());
    }
    Err(format!("{rule}: {}", what()))
}
