// SPDX-License-Identifier: Apache-2.0

//! Objects as text: a small valid one per kind, and changes to it.

use kube::core::DynamicObject;
use serde_json::{Value, json};

/// The smallest object of `kind` that the API server takes.
pub(crate) fn smallest(kind: &str) -> Value {
    let spec = match kind {
        "NetworkInterface" => {
            json!({"networkRef": {"name": "net"}, "ipFamilies": ["IPv4"], "ips": [{"value": "10.0.0.1"}]})
        }
        "VirtualIP" => json!({"type": "Public", "ipFamily": "IPv4"}),
        "Network" => json!({}),
        "Machine" => json!({"machineClassRef": {"name": "class"}}),
        "Prefix" => json!({"prefix": "10.0.0.0/8"}),
        _ => panic!("no kind {kind}"),
    };
    json!({
        "apiVersion": super::kind(kind).api_version(),
        "kind": kind,
        "metadata": {"name": "x"},
        "spec": spec,
    })
}

/// Applies changes: `path = value` or `path -`, separated by `;`. A path's parts are fields,
/// indices, and `+` for a new entry at the end of a list; a value is YAML; what lies on the way is made.
pub(crate) fn change(object: &mut Value, changes: &str) {
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
            let (path, value) = change.split_once(" = ").expect("path = value");
            *place(object, path) = serde_norway::from_str(value).expect("YAML");
        }
    }
}

fn place<'a>(object: &'a mut Value, path: &str) -> &'a mut Value {
    path.split('.').fold(object, |at, part| {
        let end = at.as_array().map_or(0, Vec::len);
        let index = if part == "+" { Ok(end) } else { part.parse() };
        let Ok(index) = index else {
            return &mut at[part];
        };
        if !at.is_array() {
            *at = json!([]);
        }
        let list = at.as_array_mut().expect("a list");
        while list.len() <= index {
            list.push(json!({}));
        }
        &mut list[index]
    })
}

/// The object as kube sends it.
pub(crate) fn dynamic(object: Value) -> DynamicObject {
    serde_json::from_value(object).expect("an object with metadata")
}
