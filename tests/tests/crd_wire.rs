// SPDX-License-Identifier: Apache-2.0

//! What clients send is stored, and read back equal.

use kube::api::{Patch, PatchParams, PostParams};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::object::dynamic;
use crate::support::space::merge;
use crate::support::text::UNSEEN;
use crate::support::{client, kind, namespace, objects};

fn documents(yaml: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(yaml)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect()
}

/// Creates each object, writes its status, and gives what was sent beside what is read then. Unknown
/// fields are refused, as kubectl has it.
async fn stored(yaml: &str) -> Vec<(Value, Value)> {
    let client = client().await;
    let namespace = namespace(&client).await;
    let mut pairs = Vec::new();
    for object in documents(yaml) {
        let name = object["metadata"]["name"].as_str().unwrap();
        let api = objects(&client, &namespace, &kind(object["kind"].as_str().unwrap()));
        let params = PostParams {
            field_manager: Some("test".to_owned()),
            ..PostParams::default()
        };
        api.create(&params, &dynamic(object.clone()))
            .await
            .unwrap_or_else(|error| panic!("{object}: {error}"));
        let status = Patch::Merge(json!({"status": object["status"]}));
        let params = PatchParams {
            field_validation: Some(kube::api::ValidationDirective::Strict),
            ..PatchParams::default()
        };
        let read = if object["status"].is_null() {
            api.get(name).await
        } else {
            api.patch_status(name, &params, &status).await
        };
        let read = read.unwrap_or_else(|error| panic!("{object}: {error}"));
        pairs.push((object, serde_json::to_value(read).unwrap()));
    }
    pairs
}

/// The conditions of an interface that no controller has written.
fn unseen() -> Value {
    merge(UNSEEN)["status"]["conditions"].take()
}

#[tokio::test]
async fn full_objects_are_read_back_equal() {
    for (sent, read) in stored(include_str!("../../crates/ironcore-api/testdata/full.yaml")).await {
        assert_eq!(read["spec"], sent["spec"]);
        assert_eq!(read["status"], sent["status"]);
        for field in ["labels", "annotations", "finalizers"] {
            assert_eq!(read["metadata"][field], sent["metadata"][field]);
        }
    }
}

/// The value without nulls: they mean that nothing is said. What is kept whole, is.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| {
                let kept = fields.len() == 1 && name == "resources";
                (
                    name.clone(),
                    if kept {
                        value.clone()
                    } else {
                        without_nulls(value)
                    },
                )
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        value => value.clone(),
    }
}

#[tokio::test]
async fn zero_objects_are_read_back_as_meant() {
    for (sent, read) in stored(include_str!("../../crates/ironcore-api/testdata/zero.yaml")).await {
        let mut meant = without_nulls(&sent);
        match (
            sent["kind"].as_str().unwrap(),
            sent["metadata"]["name"].as_str().unwrap(),
        ) {
            ("NetworkInterface", "zero") => meant["spec"]["ipFamilies"] = json!([]),
            ("Network", "no-spec") => meant["spec"] = json!({}),
            ("Machine", _) => {
                meant["spec"]["power"] = json!("On");
                // In a template they stay as they were sent: who applies it again would see a difference.
                let template = "/spec/networkInterfaces/0/ephemeral/networkInterfaceTemplate/spec";
                meant.pointer_mut(template).unwrap()["ipFamilies"] = Value::Null;
                // Kept whole, with the nulls in it.
                let volume = "/spec/volumes/1/ephemeral/volumeTemplate/spec";
                *meant.pointer_mut(volume).unwrap() = json!({"resources": null});
            }
            _ => {}
        }
        match sent["kind"].as_str().unwrap() {
            "NetworkInterface" => {
                meant["status"] = json!({ "state": "Pending", "conditions": unseen() });
            }
            "Machine" => meant["status"]["state"] = json!("Pending"),
            "Prefix" => {
                meant["status"] = json!({ "phase": "Pending", "conditions": unseen() });
            }
            _ => {}
        }
        assert_eq!(read["spec"], meant["spec"], "{sent}");
        assert_eq!(read["status"], meant["status"], "{sent}");
    }
}
