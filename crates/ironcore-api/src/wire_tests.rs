// SPDX-License-Identifier: Apache-2.0

//! What is on the wire decodes, and what is encoded again is equal.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::KINDS;
use crate::compute::Machine;
use crate::ipam::Prefix;
use crate::networking::{Network, NetworkInterface, VirtualIP};

fn documents(yaml: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(yaml)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect()
}

fn again<K: DeserializeOwned + Serialize>(object: &Value) -> serde_json::Result<Value> {
    let typed: K = serde_json::from_value(object.clone())?;
    serde_json::to_value(typed)
}

/// The object decoded as its kind and encoded again.
fn through_its_type(object: &Value) -> Value {
    typed(object).unwrap_or_else(|error| panic!("{error}: {object}"))
}

/// The same, if it decodes.
pub(crate) fn typed(object: &Value) -> serde_json::Result<Value> {
    match object["kind"].as_str().expect("a kind") {
        "NetworkInterface" => again::<NetworkInterface>(object),
        "VirtualIP" => again::<VirtualIP>(object),
        "Network" => again::<Network>(object),
        "Machine" => again::<Machine>(object),
        "Prefix" => again::<Prefix>(object),
        kind => panic!("no kind {kind}"),
    }
}

#[test]
fn full_objects_are_encoded_as_they_were() {
    for object in documents(include_str!("../testdata/full.yaml")) {
        assert_eq!(through_its_type(&object), object);
    }
}

#[test]
fn zero_objects_decode_and_what_is_encoded_is_stable() {
    for mut object in documents(include_str!("../testdata/zero.yaml")) {
        // The API server has put an empty spec where there is none before anyone decodes.
        if object["spec"].is_null() {
            object["spec"] = json!({});
        }
        let encoded = through_its_type(&object);
        assert_eq!(through_its_type(&encoded), encoded);
    }
}

#[test]
fn an_unquoted_quantity_decodes() {
    let spec = json!({"volumes": [{"name": "a", "emptyDisk": {"sizeLimit": 5}}]});
    let machine: Machine = serde_json::from_value(json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine", "metadata": {}, "spec": spec
    }))
    .unwrap();
    let disk = machine.spec.volumes[0].empty_disk.clone().unwrap();
    assert_eq!(disk.size_limit.unwrap().0, "5");
}

/// The fields below `schema` that are in none of `values`.
fn missing(schema: &JSONSchemaProps, values: &[&Value], path: &str, gaps: &mut Vec<String>) {
    for (name, schema) in schema.properties.iter().flatten() {
        let path = format!("{path}.{name}");
        // Refused in these templates, and so in none of the objects.
        let nameless = ["name", "namespace", "generateName"].contains(&name.as_str())
            && (path.contains("refixTemplate.metadata") || path.contains("IPTemplate.metadata"));
        let mut inner: Vec<&Value> = values.iter().filter_map(|value| value.get(name)).collect();
        if inner.is_empty() && !nameless {
            gaps.push(path.clone());
        }
        while inner.iter().any(|value| value.is_array()) {
            inner = inner
                .into_iter()
                .filter_map(Value::as_array)
                .flatten()
                .collect();
        }
        let items = schema.items.as_ref().map(|items| match items {
            JSONSchemaPropsOrArray::Schema(items) => &**items,
            JSONSchemaPropsOrArray::Schemas(_) => panic!("one schema for all items"),
        });
        // An interface's own spec is covered where it is an interface's.
        if !path.contains("networkInterfaceTemplate.spec") {
            missing(items.unwrap_or(schema), &inner, &path, gaps);
        }
    }
}

#[test]
fn full_objects_have_every_field_of_the_schemas() {
    let objects = documents(include_str!("../testdata/full.yaml"));
    let mut gaps = Vec::new();
    for kind in KINDS {
        let of_kind: Vec<_> = objects
            .iter()
            .filter(|object| object["kind"] == kind.kind)
            .collect();
        let crd = (kind.crd)();
        let schema = crd.spec.versions[0]
            .schema
            .clone()
            .unwrap()
            .open_api_v3_schema
            .unwrap();
        missing(&schema, &of_kind, kind.kind, &mut gaps);
    }
    assert_eq!(gaps, Vec::<String>::new());
}
