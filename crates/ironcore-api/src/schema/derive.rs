// SPDX-License-Identifier: Apache-2.0

//! What is taken from the types: names, structure and descriptions. All else is said in this module's siblings.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use super::node::Node;
use super::{describe, forgive};

/// The definition of `K` as derived, its schema reduced by [`reduce`] and then constrained by `constrain`, in rules that its
/// descriptions name, and that forgive.
pub(super) fn crd<K: CustomResourceExt>(constrain: fn(Node<'_>)) -> CustomResourceDefinition {
    let mut crd = serde_json::to_value(K::crd()).expect("a definition is plain data");
    let schema = &mut crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    reduce(schema);
    constrain(Node::new(schema));
    describe::everywhere(schema);
    forgive::everywhere(schema);
    serde_json::from_value(crd).expect("what constrains a schema keeps its form")
}

/// Removes what derived schemas say of Rust rather than of the API, everywhere:
///
/// - `nullable`: it stores nulls and puts defaults out of force; without it a null is dropped, which
///   is what Go clients mean by it.
/// - `default`: those of serde say how to decode, not what to store.
/// - `enum`: a value that it refuses keeps all rules from running; families and the like are rules.
///
/// Lists are atomic unless said otherwise.
fn reduce(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    for keyword in ["nullable", "default", "enum", "title"] {
        keywords.remove(keyword);
    }
    if keywords.get("type") == Some(&json!("array")) {
        keywords.insert("x-kubernetes-list-type".to_owned(), json!("atomic"));
    }
    if let Some(Value::Object(properties)) = keywords.get_mut("properties") {
        properties.values_mut().for_each(reduce);
    }
    for keyword in ["items", "additionalProperties"] {
        keywords.get_mut(keyword).into_iter().for_each(reduce);
    }
}

/// The values of a plain enum, as the API spells them.
pub(super) fn values_of<T: JsonSchema>() -> Vec<Value> {
    let schema = schema_for!(T).to_value();
    let variants = schema["oneOf"].as_array();
    let documented = variants.into_iter().flatten().map(|v| v["const"].clone());
    let plain = schema["enum"].as_array().into_iter().flatten().cloned();
    documented.chain(plain).collect()
}
