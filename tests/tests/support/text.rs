// SPDX-License-Identifier: Apache-2.0

//! Objects compared with short texts, in the syntax in which they are changed.

use serde_json::Value;

/// The value at a path: `spec.ips.0.value`. Null where there is none.
pub(crate) fn at(object: &Value, path: &str) -> Value {
    let pointer = format!("/{}", path.replace('.', "/"));
    object.pointer(&pointer).cloned().unwrap_or_default()
}

/// How an object differs from `path = value; path -`, if it does.
pub(crate) fn otherwise(object: &Value, expected: &str) -> Option<String> {
    let wrong = expected
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .find(|part| {
            let (path, value) = if let Some(path) = part.strip_suffix(" -") {
                (path, Value::Null)
            } else {
                let (path, value) = part.split_once(" = ").expect("path = value");
                (path, serde_norway::from_str(value).expect("YAML"))
            };
            at(object, path) != value
        })?;
    Some(format!("not `{wrong}` in {object}"))
}

/// Fails unless the object is as the text says.
#[track_caller]
pub(crate) fn check(object: &Value, expected: &str) {
    if let Some(otherwise) = otherwise(object, expected) {
        panic!("{otherwise}");
    }
}

/// What users and others own: all but status and the API server's own bookkeeping.
pub(crate) fn owned(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().expect("an object").remove("status");
    let metadata = object["metadata"].as_object_mut().expect("metadata");
    metadata.retain(|key, _| key != "resourceVersion" && key != "managedFields");
    object
}

/// An entry of a machine's `networkInterfaces`: an interface that is made for it, on the network `net`.
pub(crate) fn makes(entry: &str, spec: &str) -> String {
    format!(
        "{{name: {entry}, ephemeral: {{networkInterfaceTemplate: {{spec: {{networkRef: {{name: net}}, {spec}}}}}}}}}"
    )
}

/// An entry of a machine's `networkInterfaces`: an interface that exists, under its own name.
pub(crate) fn uses(interface: &str) -> String {
    format!("{{name: {interface}, networkInterfaceRef: {{name: {interface}}}}}")
}

/// `ips` with one address.
pub(crate) fn ip(address: &str) -> String {
    format!("ips: [{{value: '{address}'}}]")
}

/// The whole of a machine's `networkInterfaces`, as a change.
pub(crate) fn entries(entries: &[String]) -> String {
    format!("spec.networkInterfaces = [{}]", entries.join(", "))
}

/// An entry as `makes`, with metadata in its template.
pub(crate) fn makes_with(metadata: &str, entry: &str, spec: &str) -> String {
    makes(entry, spec).replace("{spec:", &format!("{{metadata: {{{metadata}}}, spec:"))
}

/// The conditions of an interface that no controller has written, as a change.
pub(crate) const UNSEEN: &str = "status.conditions = [{type: Ready, status: Unknown, reason: Pending, message: Waiting for controller, \
     lastTransitionTime: '1970-01-01T00:00:00Z'}]";
