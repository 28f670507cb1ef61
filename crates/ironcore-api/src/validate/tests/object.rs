// SPDX-License-Identifier: Apache-2.0

//! Objects as text: a small valid one per kind, and changes to it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{KINDS, Kind};

pub(super) fn kind(name: &str) -> &'static Kind {
    let found = KINDS.iter().find(|kind| kind.kind == name);
    found.unwrap_or_else(|| panic!("no kind {name}"))
}

/// The smallest object of the kind that is taken.
pub(super) fn smallest(of: &str) -> Value {
    let spec = match of {
        "NetworkInterface" => {
            json!({"networkRef": {"name": "net"}, "ipFamilies": ["IPv4"], "ips": [{"value": "10.0.0.1"}]})
        }
        "VirtualIP" => json!({"type": "Public", "ipFamily": "IPv4"}),
        "Network" => json!({}),
        "Machine" => json!({"machineClassRef": {"name": "class"}}),
        "Prefix" => json!({"prefix": "10.0.0.0/8"}),
        _ => panic!("no kind {of}"),
    };
    json!({
        "apiVersion": kind(of).api_version(),
        "kind": of,
        "metadata": {"name": "x", "namespace": "default"},
        "spec": spec,
    })
}

/// Applies changes: `path = value` or `path -`, separated by `;`. A path's parts are fields and
/// indices, a value is YAML; what lies on the way is made. In a value, `N*c` is `c`, N times.
pub(super) fn change(object: &mut Value, changes: &str) {
    for change in changes.split(';').map(str::trim).filter(|c| !c.is_empty()) {
        if let Some(path) = change.strip_suffix(" -") {
            let (parent, last) = match path.rsplit_once('.') {
                Some((parent, last)) => (place(object, parent), last),
                None => (&mut *object, path),
            };
            match parent {
                Value::Array(list) => drop(list.remove(last.parse().expect("an index"))),
                parent => drop(parent.as_object_mut().expect("an object").remove(last)),
            }
        } else {
            let (path, value) = change
                .split_once(" = ")
                .unwrap_or_else(|| panic!("no `path = value`: {change:?}"));
            *place(object, path) =
                repeated(value).unwrap_or_else(|| serde_norway::from_str(value).expect("YAML"));
        }
    }
}

fn repeated(value: &str) -> Option<Value> {
    let (times, text) = value.split_once('*')?;
    Some(Value::String(text.repeat(times.parse().ok()?)))
}

fn place<'a>(object: &'a mut Value, path: &str) -> &'a mut Value {
    path.split('.')
        .fold(object, |at, part| match part.parse::<usize>() {
            Ok(index) => {
                if !at.is_array() {
                    *at = json!([]);
                }
                let list = at.as_array_mut().expect("a list");
                while list.len() <= index {
                    list.push(json!({}));
                }
                &mut list[index]
            }
            Err(_) => &mut at[part],
        })
}

/// The objects of YAML documents.
pub(super) fn documents(yaml: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(yaml)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect()
}

/// Objects of all kinds as they are stored and sent: every field once, what Go clients send of objects in
/// which nothing is set that need not be, and the samples.
pub(super) fn known() -> Vec<Value> {
    [
        include_str!("../../../testdata/full.yaml"),
        include_str!("../../../testdata/zero.yaml"),
        include_str!("../../../../../deploy/samples/machine-ephemeral.yaml"),
        include_str!("../../../../../deploy/samples/machine-existing.yaml"),
        include_str!("../../../../../deploy/samples/machine-waiting.yaml"),
        include_str!("../../../../../deploy/samples/network-late.yaml"),
        include_str!("../../../../../deploy/samples/networkinterface.yaml"),
    ]
    .into_iter()
    .flat_map(documents)
    .collect()
}
