// SPDX-License-Identifier: Apache-2.0

//! What is not managed is not changed, but for what the contract says, nor deleted.

use serde_json::{Map, Value};

use super::super::world::{Change, Kind, Known};
use super::{Broken, View};

const CHANGED: &str = "an unmanaged object is not changed";
const DELETED: &str = "an unmanaged object is not deleted";
/// As whom the controller writes.
const CONTROLLER: &str = "ni-controller";

/// The fields of an unmanaged object that the controller may write, beside its own finalizer and, where it has one, status.
fn admitted(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Machine | Kind::Network => &[],
        Kind::NetworkInterface => &["machineRef", "providerID"],
        Kind::Prefix => &["parentRef", "prefix"],
        Kind::VirtualIp => &["targetRef"],
    }
}

pub(super) fn see(change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
    let before = change.before.as_ref();
    if before.is_some_and(|known| known.manager().is_some()) {
        return;
    }
    let Some(after) = &change.after else {
        let uid = before.map_or("", Known::uid);
        if !view.taken.contains(&(change.key.clone(), uid.to_owned())) {
            found.push(change.breaks(DELETED, &[], String::new()));
        }
        return;
    };
    if after.manager().is_some() {
        return;
    }
    if let Some(field) = written(change) {
        found.push(change.breaks(CHANGED, &[], format!("{CONTROLLER} manages {field}")));
    }
    // Users change machines; of what else they make, all but this stays as they made it.
    if let Some(before) = before
        && change.key.kind != Kind::Machine
        && users(before, change.key.kind) != users(after, change.key.kind)
    {
        let text = format!("{} → {}", before.object, after.object);
        found.push(change.breaks(CHANGED, &[], text));
    }
}

/// A field that the controller manages by `managedFields`, and may not.
fn written(change: &Change) -> Option<String> {
    let managers = change.managers.as_array().into_iter().flatten();
    let ours = managers.filter(|manager| manager["manager"] == CONTROLLER);
    let kind = change.key.kind;
    ours.filter_map(|manager| manager["fieldsV1"].as_object())
        .find_map(|fields| outside(fields, kind))
}

fn outside(fields: &Map<String, Value>, kind: Kind) -> Option<String> {
    let admitted = admitted(kind);
    fields.iter().find_map(|(part, within)| {
        let fields = within.as_object().map(|within| within.keys());
        let mut fields = fields.into_iter().flatten().filter(|field| *field != ".");
        let wrong = match part.as_str() {
            "f:spec" => fields.find(|field| {
                let name = field.strip_prefix("f:").unwrap_or_default();
                !admitted.contains(&name)
            }),
            "f:metadata" => fields.find(|field| *field != "f:finalizers"),
            "f:status" if kind != Kind::Machine && kind != Kind::Network => None,
            _ => Some(part),
        };
        wrong.map(|field| format!("{part}/{field}"))
    })
}

/// What users decide of it alone.
fn users(known: &Known, kind: Kind) -> [Value; 3] {
    let mut spec = known.at("/spec").clone();
    if let Some(spec) = spec.as_object_mut() {
        for field in admitted(kind) {
            spec.remove(*field);
        }
    }
    let [labels, annotations] =
        ["labels", "annotations"].map(|part| known.at("/metadata")[part].clone());
    [spec, labels, annotations]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::{Scene, managed};
    use super::*;

    fn by(fields: &Value) -> Value {
        let manager = json!({ "manager": CONTROLLER, "fieldsV1": fields });
        json!({ "metadata": { "managedFields": [manager] }, "spec": { "providerID": "x" } })
    }

    #[test]
    fn claims_status_and_finalizers_are_admitted_of_an_interface() {
        let mut scene = Scene::default();
        let fields = json!({
            "f:spec": { "f:machineRef": {} }, "f:status": { ".": {}, "f:ips": {} },
            "f:metadata": { "f:finalizers": {} },
        });
        scene.write(Kind::NetworkInterface, "a", by(&fields));
        scene.expect(&[]);
        scene.write(Kind::Machine, "a", by(&fields));
        scene.expect(&[CHANGED]);
    }

    #[test]
    fn whatever_else_the_controller_manages_is_found() {
        for fields in [
            json!({ "f:spec": { "f:ips": {} } }),
            json!({ "f:metadata": { "f:labels": {} } }),
            json!({ "f:data": {} }),
        ] {
            let mut scene = Scene::default();
            scene.write(Kind::NetworkInterface, "a", by(&fields));
            scene.expect(&[CHANGED]);
        }
    }

    #[test]
    fn a_change_is_found_whoever_is_said_to_have_made_it() {
        let mut scene = Scene::default();
        let ips = |ip: &str| json!({ "spec": { "ips": [{ "value": ip }] } });
        scene.write(Kind::NetworkInterface, "a", ips("10.0.0.1"));
        scene.write(Kind::NetworkInterface, "a", ips("10.0.0.2"));
        scene.expect(&[CHANGED]);
    }

    #[test]
    fn a_deletion_is_found_unless_a_user_has_asked_for_it() {
        let mut scene = Scene::default();
        for name in ["a", "b"] {
            scene.write(Kind::NetworkInterface, name, json!({}));
        }
        scene.take(Kind::NetworkInterface, "a");
        scene.expect(&[]);
        scene.delete(Kind::NetworkInterface, "b");
        scene.expect(&[DELETED]);
        // What is managed is another rule's.
        scene.write(Kind::Machine, "m", json!({}));
        let child = json!({ "metadata": managed(Kind::Machine, "gone") });
        scene.write(Kind::NetworkInterface, "c", child);
        scene.delete(Kind::NetworkInterface, "c");
        scene.expect(&[]);
    }
}
