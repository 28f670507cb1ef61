// SPDX-License-Identifier: Apache-2.0

//! What is planned for prefixes: why they wait, what is granted and taken back, and what is kept from deletion.

mod allocated;
mod finalizer;
mod grants;
mod long;
mod pace;
mod rests;
mod waits;
mod withheld;

use super::*;

const FINALIZER: &str = "ipam.ironcore.dev/prefix";

fn prefix(name: &str, age: i64, spec: &Value) -> Value {
    let spec = with(json!({ "ipFamily": "IPv4" }), spec);
    object(Kind::Prefix, name, age, &spec)
}

/// A parent that has granted before.
fn parent(name: &str, block: &str) -> Value {
    let parent = allocated(prefix(name, 1, &json!({ "prefix": block })));
    let metadata = json!({ "finalizers": [FINALIZER], "labels": { "pool": "a" } });
    with(parent, &json!({ "metadata": metadata }))
}

fn records(parent: Value, used: &[&str], pending: &[(&str, &str)]) -> Value {
    let pending = pending.iter();
    let pending =
        pending.map(|(block, uid)| json!({ "prefix": block, "uid": format!("{uid}-uid") }));
    let pending: Vec<Value> = pending.collect();
    with(
        parent,
        &json!({ "status": { "used": used, "pending": pending } }),
    )
}

/// A child of `p` that asks for a length.
fn asks(name: &str, age: i64, length: u8) -> Value {
    let spec = json!({ "parentRef": { "name": "p" }, "prefixLength": length });
    prefix(name, age, &spec)
}

/// A child of `p` that names its block.
fn names(name: &str, age: i64, block: &str) -> Value {
    prefix(
        name,
        age,
        &json!({ "parentRef": { "name": "p" }, "prefix": block }),
    )
}

fn selects(name: &str, age: i64, spec: &Value) -> Value {
    let selector = json!({ "parentSelector": { "matchLabels": { "pool": "a" } } });
    prefix(name, age, &with(selector, spec))
}

/// What the plan writes to the status of the prefix.
fn status(scene: &Scene, name: &str) -> Option<Value> {
    let plan = scene.plan(Kind::Prefix, name);
    let [change] = &plan.changes[..] else {
        return None;
    };
    match &change.request {
        Request::PatchStatus(body) => {
            assert_eq!(body["metadata"]["resourceVersion"], "7", "{change:?}");
            Some(body["status"].clone())
        }
        _ => None,
    }
}

/// Reason and message of `Ready`, as they would be written; a star where it is Stalled.
fn said(scene: &Scene, name: &str) -> Option<String> {
    let status = status(scene, name)?;
    let conditions = status["conditions"].as_array()?;
    let ready = conditions.iter().find(|known| known["type"] == "Ready")?;
    let foreseen = scene.ready(Kind::Prefix, name);
    let foreseen = foreseen.map(|ready| serde_json::to_value(ready).unwrap());
    // One that gets its block is not asked.
    let expected = status["phase"].is_null().then(|| ready.clone());
    assert_eq!(foreseen, expected, "{name}");
    let stalled = conditions.iter().any(|known| known["type"] == "Stalled");
    let star = if stalled { "*" } else { "" };
    let (reason, message) = (ready["reason"].as_str()?, ready["message"].as_str()?);
    Some(format!("{star}{reason}: {message}"))
}

/// The record that `p` would write: `used`, then `block>uid` of `pending`. What stays as it is is left out.
fn record(scene: &Scene) -> Option<String> {
    let status = status(scene, "p")?;
    let mut words = Vec::new();
    for used in status["used"].as_array().into_iter().flatten() {
        words.push(used.as_str()?.to_owned());
    }
    for entry in status["pending"].as_array().into_iter().flatten() {
        let uid = entry["uid"].as_str()?.trim_end_matches("-uid");
        words.push(format!("{}>{uid}", entry["prefix"].as_str()?));
    }
    Some(words.join(" "))
}
