// SPDX-License-Identifier: Apache-2.0

//! Bodies of each kind: right ones, and ones that the schema refuses or changes.

use fastrand::Rng;
use ironcore_api::KINDS;
use serde_json::{Value, json};

use super::At;

/// The smallest object of a kind, without a name.
pub(super) fn smallest(kind: At) -> Value {
    let spec = match KINDS[kind].kind {
        "Prefix" => json!({ "prefix": "10.0.0.0/8" }),
        "VirtualIP" => json!({ "type": "Public", "ipFamily": "IPv4" }),
        "NetworkInterface" => {
            json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [{ "value": "10.0.0.1" }] })
        }
        "Machine" => json!({ "machineClassRef": { "name": "class" } }),
        _ => json!({}),
    };
    json!({ "apiVersion": KINDS[kind].api_version(), "kind": KINDS[kind].kind, "metadata": {}, "spec": spec })
}

/// A whole object of a kind, without a name.
pub(super) fn object(rng: &mut Rng, kind: At) -> Value {
    let mut object = smallest(kind);
    put_all(&mut object["spec"], spec_change(rng, kind));
    if rng.u8(..8) == 0 {
        object["status"] = status(rng, kind);
    }
    if rng.u8(..12) == 0 {
        let (path, value) = fault(rng, kind);
        put_at(&mut object, path, value);
    }
    object
}

/// What a patch changes of a spec: nothing that is immutable.
pub(super) fn spec_change(rng: &mut Rng, kind: At) -> Value {
    let mut change = json!({});
    for _ in 0..rng.usize(..3) {
        let (name, value) = one_change(rng, KINDS[kind].kind);
        change[name] = value;
    }
    change
}

fn one_change(rng: &mut Rng, kind: &str) -> (&'static str, Value) {
    let named = |rng: &mut Rng| json!({ "name": any(rng, &["x", "y", "z"]) });
    let options: Vec<(&str, Value)> = match kind {
        "Prefix" => vec![
            ("prefixLength", json!(0)),
            ("prefixLength", Value::Null),
            ("parentRef", json!({})),
            ("parentRef", Value::Null),
        ],
        "VirtualIP" => vec![
            ("targetRef", named(rng)),
            ("targetRef", json!({ "name": "x", "uid": "some-uid" })),
            ("targetRef", json!({ "name": "x", "uid": null })),
            ("targetRef", Value::Null),
            ("targetRef", json!({})),
        ],
        "Network" => vec![
            (
                "peerings",
                json!([{ "name": "p", "networkRef": named(rng) }]),
            ),
            (
                "peerings",
                json!([{ "name": "p", "networkRef": { "name": "x" }, "prefixes": [{ "name": "q", "prefix": "10.0.0.0/8" }, { "name": "r", "prefixRef": null }] }]),
            ),
            ("peerings", json!([])),
            ("peerings", Value::Null),
            (
                "incomingPeerings",
                json!([{ "name": "x" }, { "name": "y", "uid": "u" }]),
            ),
            ("incomingPeerings", Value::Null),
        ],
        "NetworkInterface" => vec![
            (
                "ips",
                json!([{ "value": any(rng, &["10.0.0.1", "10.0.0.2"]) }]),
            ),
            (
                "prefixes",
                json!([{ "value": "10.1.0.0/24" }, { "value": any(rng, &["10.2.0.0/24", "10.3.0.0/24"]), "ephemeral": null }]),
            ),
            ("prefixes", json!([])),
            ("prefixes", Value::Null),
            (
                "machineRef",
                json!({ "name": any(rng, &["m", "n"]), "uid": "some-uid" }),
            ),
            ("machineRef", Value::Null),
            ("providerID", json!(any(rng, &["p", "q", ""]))),
            ("providerID", Value::Null),
            (
                "virtualIP",
                json!({ "virtualIPRef": named(rng), "ephemeral": null }),
            ),
            (
                "virtualIP",
                json!({ "ephemeral": { "virtualIPTemplate": { "spec": { "type": "Public", "ipFamily": "IPv4", "targetRef": null } } }, "virtualIPRef": null }),
            ),
            ("virtualIP", Value::Null),
        ],
        _ => vec![
            ("power", json!(any(rng, &["On", "Off"]))),
            ("power", Value::Null),
            ("tolerations", json!([{ "key": "k" }, {}])),
            ("tolerations", Value::Null),
            (
                "volumes",
                json!([{ "name": "a", "emptyDisk": { "sizeLimit": any(rng, &["10Gi", "1Mi"]) } }, { "name": "b", "volumeRef": { "name": "v" } }]),
            ),
            (
                "volumes",
                json!([{ "name": "c", "ephemeral": { "volumeTemplate": { "spec": { "anything": { "goes": null }, "list": [null, { "a": null }] } } } }]),
            ),
            ("volumes", Value::Null),
            ("machinePoolSelector", json!({ "a": any(rng, &["b", "c"]) })),
            ("machinePoolSelector", json!({ "a": null, "d": "e" })),
            ("networkInterfaces", json!([])),
            (
                "networkInterfaces",
                json!([{ "name": "e", "networkInterfaceRef": named(rng), "ephemeral": null }]),
            ),
            (
                "networkInterfaces",
                json!([{ "name": "f", "ephemeral": { "networkInterfaceTemplate": template(rng) } }]),
            ),
        ],
    };
    let at = rng.usize(..options.len());
    options.into_iter().nth(at).unwrap_or(("none", Value::Null))
}

/// Of an interface: what may be null is so now and then.
fn template(rng: &mut Rng) -> Value {
    let families = if rng.bool() {
        json!(["IPv4"])
    } else {
        Value::Null
    };
    let ips = json!([{ "value": any(rng, &["10.0.0.8", "10.0.0.9"]) }]);
    let spec = json!({ "networkRef": { "name": "net" }, "ips": ips, "ipFamilies": families, "providerID": null, "unknown": 1 });
    json!({ "metadata": { "labels": { "a": "b" }, "color": "blue" }, "spec": spec })
}

/// A status of a kind.
pub(super) fn status(rng: &mut Rng, kind: At) -> Value {
    let time = any(rng, &["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]);
    let condition = json!({ "type": "Ready", "status": any(rng, &["True", "False"]), "reason": "R", "message": "m", "lastTransitionTime": time });
    let options: Vec<Value> = match KINDS[kind].kind {
        "Prefix" => vec![
            json!({ "phase": "Allocated" }),
            json!({ "used": ["10.0.0.0/24"] }),
            json!({ "used": null }),
            json!({ "phase": null }),
        ],
        "VirtualIP" => vec![
            json!({ "ip": any(rng, &["192.0.2.1", "192.0.2.2"]) }),
            json!({ "ip": null }),
        ],
        "Network" => vec![
            json!({ "state": any(rng, &["Pending", "Available", "Error"]) }),
            json!({ "peerings": [{ "name": "p", "state": "Ready" }] }),
            json!({ "peerings": null }),
        ],
        "NetworkInterface" => vec![
            json!({ "state": any(rng, &["Available", "Error"]), "lastStateTransitionTime": time }),
            json!({ "conditions": [condition] }),
            json!({ "conditions": null }),
            json!({ "ips": ["10.0.0.1"], "prefixes": ["10.1.0.0/24"], "virtualIP": "192.0.2.1", "observedGeneration": rng.u8(..4) }),
            json!({ "ips": null, "prefixes": [], "virtualIP": null }),
        ],
        _ => vec![
            json!({ "state": any(rng, &["Pending", "Running", "Shutdown"]), "observedGeneration": rng.u8(..4) }),
            json!({ "networkInterfaces": [{ "name": "e", "state": "Attached" }, { "name": "f", "handle": null }] }),
            json!({ "conditions": [condition] }),
            json!({ "machineID": null, "volumes": [] }),
        ],
    };
    let at = rng.usize(..options.len() + 2);
    options.into_iter().nth(at).unwrap_or_else(|| {
        if at.is_multiple_of(2) {
            json!({})
        } else {
            Value::Null
        }
    })
}

/// Puts something into a patch that is dropped, filled in or refused; nothing into `besides`, the part that this patch can't
/// write: that is the one place where the server minds what it drops, as it then forgets who manages which field.
pub(super) fn spoil(rng: &mut Rng, kind: At, besides: &str, patch: &mut Value) {
    let (path, value) = fault(rng, kind);
    if path.split('.').next() != Some(besides) {
        put_at(patch, path, value);
    }
}

fn fault(rng: &mut Rng, kind: At) -> (&'static str, Value) {
    match rng.u8(..14) {
        0 => ("spec.color", json!("blue")),
        1 => ("color", json!({ "blue": 1 })),
        2 => ("status.color", json!([1])),
        3 => ("metadata.color", json!("blue")),
        4 => ("spec", Value::Null),
        5 => ("spec", json!("text")),
        6 => ("status", json!(["text"])),
        7 => ("metadata.labels", json!({ "a": "no label!" })),
        8 => ("metadata.annotations", json!({ "no key!": "a" })),
        9 => ("metadata.finalizers", json!(["no finalizer!"])),
        _ => own_fault(rng, KINDS[kind].kind, &"a".repeat(3_000)),
    }
}

/// A fault of a field that not all kinds have.
fn own_fault(rng: &mut Rng, kind: &str, long: &str) -> (&'static str, Value) {
    let options = match kind {
        "Prefix" => vec![
            ("spec.prefix", json!(5)),
            (
                "spec.parentSelector",
                json!({ "matchExpressions": [{ "key": "a" }, { "operator": "In", "values": [1] }] }),
            ),
            ("status.phase", json!("Odd")),
            ("status.used", json!([long])),
            ("status.lastPhaseTransitionTime", json!("yesterday")),
        ],
        "VirtualIP" => vec![
            ("spec.type", json!(true)),
            ("spec.targetRef", json!({ "uid": long })),
            ("spec.targetRef", json!([])),
            ("status.ip", json!(long)),
        ],
        "Network" => vec![
            (
                "spec.peerings",
                json!([{ "name": "p", "networkRef": { "name": "x" } }, { "name": "p", "networkRef": { "name": "y" } }]),
            ),
            (
                "spec.peerings",
                json!([{ "networkRef": null }, null, "text"]),
            ),
            ("spec.peerings", json!({ "name": "p" })),
            ("status.state", json!("Odd")),
            (
                "status.peerings",
                json!([{ "name": "p", "state": "Odd" }, { "state": "Error" }]),
            ),
        ],
        "NetworkInterface" => vec![
            ("spec.networkRef", Value::Null),
            (
                "spec.ips",
                json!([{ "value": "10.0.0.1" }, { "value": "10.0.0.2" }, { "value": "10.0.0.3" }]),
            ),
            ("spec.ips", json!([null])),
            ("spec.ips", json!("none")),
            ("spec.prefixes", json!([{ "value": 5 }])),
            ("spec.attributes", json!({ "a": 1 })),
            ("spec.providerID", json!(long)),
            ("status.state", json!("Odd")),
            ("status.state", json!(5)),
            ("status.conditions", json!([{ "type": "Ready" }])),
            ("status.lastStateTransitionTime", json!("yesterday")),
            ("status.observedGeneration", json!("1")),
            ("status.observedGeneration", json!(true)),
        ],
        _ => vec![
            ("spec.machineClassRef", Value::Null),
            ("spec.power", json!({})),
            (
                "spec.volumes",
                json!([{ "name": "a", "emptyDisk": {} }, { "name": "a", "emptyDisk": { "sizeLimit": true } }]),
            ),
            ("spec.machinePoolSelector", json!({ "a": long })),
            ("spec.tolerations", json!([null, 5])),
            (
                "spec.efiVars",
                json!([{ "name": "a" }, { "name": "a" }, { "name": "a" }]),
            ),
            ("status.state", json!("Odd")),
            (
                "status.networkInterfaces",
                json!([{ "name": "a" }, { "name": "a", "state": "Odd" }]),
            ),
            (
                "status.conditions",
                json!([{ "type": "Ready", "lastTransitionTime": "yesterday" }]),
            ),
        ],
    };
    let at = rng.usize(..options.len());
    options.into_iter().nth(at).unwrap_or(("none", Value::Null))
}

fn any<'a>(rng: &mut Rng, of: &[&'a str]) -> &'a str {
    of[rng.usize(..of.len())]
}

fn put_all(to: &mut Value, from: Value) {
    if let (Value::Object(to), Value::Object(from)) = (to, from) {
        to.extend(from);
    }
}

/// Puts a value at a path of fields, and objects on the way where there are none.
fn put_at(body: &mut Value, path: &str, value: Value) {
    let place = path.split('.').fold(body, |at, name| {
        if !at.is_object() {
            *at = json!({});
        }
        &mut at[name]
    });
    *place = value;
}
