// SPDX-License-Identifier: Apache-2.0

//! What is told of changes of a definition.

mod random;
mod schemas;

use serde_json::{Value, json};

use super::{Weight, compare};

/// A definition whose objects have this schema as their spec.
fn definition(spec: &Value) -> Value {
    json!({
        "metadata": {"name": "things.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"kind": "Thing", "plural": "things", "shortNames": ["t"]},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "subresources": {"status": {}},
                "selectableFields": [{"jsonPath": ".spec.a"}],
                "additionalPrinterColumns": [{"name": "A", "type": "string", "jsonPath": ".spec.a"}],
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
            }],
        },
    })
}

fn yaml(text: &str) -> Value {
    serde_norway::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn told(old: &Value, new: &Value) -> Vec<String> {
    let changes = compare(std::slice::from_ref(old), std::slice::from_ref(new));
    changes.iter().map(ToString::to_string).collect()
}

/// Changes of a definition by JSON pointer, and what is told; null takes away.
const DEFINITIONS: &[(&str, &str, &str)] = &[
    (
        "/spec/scope",
        "Cluster",
        "incompatible: Thing `scope`: it was \"Namespaced\", and is \"Cluster\"",
    ),
    (
        "/spec/names/kind",
        "Other",
        "incompatible: Thing `names.kind`: it was \"Thing\", and is \"Other\"",
    ),
    (
        "/spec/names/shortNames",
        "[]",
        "differs: Thing `names.shortNames`: \"t\" is gone",
    ),
    ("/spec/names/shortNames", "[t, u]", ""),
    (
        "/metadata/name",
        "others.example.org",
        "incompatible: Thing `definition`: is gone",
    ),
    (
        "/spec/versions/0/name",
        "v2",
        "incompatible: Thing `versions[v1]`: is no longer served",
    ),
    (
        "/spec/versions/0/served",
        "false",
        "incompatible: Thing `versions[v1]`: is no longer served",
    ),
    (
        "/spec/versions/0/storage",
        "false",
        "differs: Thing `versions[v1].storage`: stored objects must be written again before the old version can go",
    ),
    (
        "/spec/versions/0/subresources",
        "{}",
        "incompatible: Thing `versions[v1].subresources.status`: it is gone, and was {}",
    ),
    (
        "/spec/versions/0/subresources",
        "{status: {}, scale: {}}",
        "incompatible: Thing `versions[v1].subresources.scale`: it is new: {}",
    ),
    (
        "/spec/versions/0/selectableFields",
        "[]",
        "incompatible: Thing `versions[v1].selectableFields`: .spec.a is gone",
    ),
    ("/spec/versions/0/additionalPrinterColumns", "[]", ""),
];

#[test]
fn what_a_definition_loses_is_told() {
    let old = definition(&json!({}));
    for (pointer, value, expected) in DEFINITIONS {
        let mut new = old.clone();
        *new.pointer_mut(pointer).expect("a part of the definition") = yaml(value);
        assert_eq!(told(&old, &new).join("|"), *expected, "{pointer} {value}");
    }
    assert!(compare(&[], &[old]).is_empty(), "a new kind breaks nothing");
}

#[test]
fn a_version_that_nobody_is_served_may_go() {
    let mut old = definition(&json!({}));
    let mut unserved = old["spec"]["versions"][0].clone();
    unserved["name"] = "v0".into();
    unserved["served"] = false.into();
    let new = old.clone();
    old["spec"]["versions"]
        .as_array_mut()
        .expect("versions")
        .push(unserved);
    assert_eq!(told(&old, &new), [""; 0]);
}

#[test]
fn the_worst_is_told_first() {
    let old = definition(&yaml("{properties: {a: {}, z: {}}}"));
    let new = definition(&yaml(
        "{properties: {a: {default: 1, x-kubernetes-validations: [{rule: r}]}}}",
    ));
    let weights: Vec<Weight> = compare(&[old], &[new])
        .iter()
        .map(|change| change.weight)
        .collect();
    assert_eq!(
        weights,
        [Weight::Breaks, Weight::MayRefuse, Weight::Differs]
    );
}

#[test]
fn a_changelog_names_a_change_by_kind_and_path() {
    let changes = compare(
        &[definition(&yaml("{maxItems: 2}"))],
        &[definition(&yaml("{maxItems: 1}"))],
    );
    assert!(changes[0].is_named_in("- Thing `spec` takes one item."));
    for other in [
        "",
        "- Thing `spec.a` is shorter.",
        "- Other `spec` is shorter.",
        "- Thing: spec is shorter.",
    ] {
        assert!(!changes[0].is_named_in(other), "{other}");
    }
}

#[test]
fn our_definitions_are_compatible_with_themselves() {
    let ours: Vec<Value> = ironcore_api::crds()
        .iter()
        .map(|crd| serde_json::to_value(crd).expect("plain data"))
        .collect();
    assert_eq!(compare(&ours, &ours), []);
}
