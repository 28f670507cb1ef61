// SPDX-License-Identifier: Apache-2.0

use proptest::prelude::*;
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

/// Schemas of spec before and after, and what is told; what is empty is compatible.
const SCHEMAS: &[(&str, &str, &str)] = &[
    // Fields.
    (
        "{properties: {a: {type: string}}}",
        "{}",
        "incompatible: Thing `spec.a`: is gone: what is stored of it is dropped",
    ),
    ("{}", "{properties: {a: {type: string}}}", ""),
    (
        "{properties: {a: {}}}",
        "{x-kubernetes-preserve-unknown-fields: true}",
        "",
    ),
    ("{properties: {a: {}}}", "{additionalProperties: {}}", ""),
    (
        "{x-kubernetes-preserve-unknown-fields: true}",
        "{x-kubernetes-preserve-unknown-fields: true, properties: {a: {}}}",
        "may refuse: Thing `spec.a`: was kept whatever it was, and is judged now",
    ),
    (
        "{x-kubernetes-preserve-unknown-fields: true}",
        "{}",
        "incompatible: Thing `spec`: x-kubernetes-preserve-unknown-fields is gone, and was true",
    ),
    ("{}", "{x-kubernetes-preserve-unknown-fields: true}", ""),
    // Types.
    (
        "{type: integer}",
        "{type: string}",
        "incompatible: Thing `spec`: type was \"integer\", and is \"string\"",
    ),
    (
        "{x-kubernetes-int-or-string: true}",
        "{type: string}",
        "incompatible: Thing `spec`: type is new: \"string\"|incompatible: Thing `spec`: x-kubernetes-int-or-string is gone, and was true",
    ),
    (
        "{nullable: true}",
        "{}",
        "incompatible: Thing `spec`: nullable is gone, and was true",
    ),
    ("{}", "{nullable: true}", ""),
    (
        "{format: int32}",
        "{format: int64}",
        "incompatible: Thing `spec`: format was \"int32\", and is \"int64\"",
    ),
    ("{format: date-time}", "{}", ""),
    // What must be there.
    (
        "{properties: {a: {}}}",
        "{properties: {a: {}}, required: [a]}",
        "incompatible: Thing `spec.a`: is required now",
    ),
    (
        "{}",
        "{properties: {a: {}}, required: [a]}",
        "incompatible: Thing `spec.a`: is required now",
    ),
    ("{}", "{properties: {a: {default: 1}}, required: [a]}", ""),
    (
        "{properties: {a: {}}, required: [a]}",
        "{properties: {a: {}}}",
        "",
    ),
    // Values.
    (
        "{enum: [a, b]}",
        "{enum: [b]}",
        "incompatible: Thing `spec`: no longer takes \"a\"",
    ),
    (
        "{}",
        "{enum: [b]}",
        "incompatible: Thing `spec`: enum is new: [\"b\"]",
    ),
    ("{enum: [b]}", "{enum: [a, b]}", ""),
    ("{enum: [b]}", "{}", ""),
    (
        "{pattern: a}",
        "{pattern: b}",
        "incompatible: Thing `spec`: pattern was \"a\", and is \"b\"",
    ),
    (
        "{}",
        "{pattern: a}",
        "incompatible: Thing `spec`: pattern is new: \"a\"",
    ),
    ("{pattern: a}", "{}", ""),
    (
        "{}",
        "{multipleOf: 2}",
        "incompatible: Thing `spec`: multipleOf is new: 2",
    ),
    // Bounds.
    (
        "{maximum: 2}",
        "{maximum: 1}",
        "incompatible: Thing `spec`: maximum was 2, and is 1",
    ),
    (
        "{}",
        "{maximum: 1}",
        "incompatible: Thing `spec`: maximum is new: 1",
    ),
    ("{maximum: 1}", "{maximum: 2}", ""),
    ("{maximum: 1}", "{}", ""),
    (
        "{maximum: 1}",
        "{maximum: 1, exclusiveMaximum: true}",
        "incompatible: Thing `spec`: exclusiveMaximum is new: true",
    ),
    ("{maximum: 1, exclusiveMaximum: true}", "{maximum: 1}", ""),
    (
        "{minimum: 1}",
        "{minimum: 2}",
        "incompatible: Thing `spec`: minimum was 1, and is 2",
    ),
    (
        "{}",
        "{minimum: -1}",
        "incompatible: Thing `spec`: minimum is new: -1",
    ),
    ("{minimum: 2}", "{minimum: 1}", ""),
    ("{minimum: 2}", "{}", ""),
    (
        "{maxLength: 2}",
        "{maxLength: 1}",
        "incompatible: Thing `spec`: maxLength was 2, and is 1",
    ),
    ("{maxLength: 1}", "{maxLength: 2}", ""),
    (
        "{}",
        "{maxItems: 1}",
        "incompatible: Thing `spec`: maxItems is new: 1",
    ),
    (
        "{}",
        "{maxProperties: 1}",
        "incompatible: Thing `spec`: maxProperties is new: 1",
    ),
    (
        "{}",
        "{minItems: 1}",
        "incompatible: Thing `spec`: minItems is new: 1",
    ),
    ("{}", "{minLength: 0}", ""),
    ("{minProperties: 1}", "{}", ""),
    // How lists and maps are merged.
    (
        "{}",
        "{x-kubernetes-list-type: map}",
        "incompatible: Thing `spec`: x-kubernetes-list-type is new: \"map\"",
    ),
    ("{}", "{x-kubernetes-list-type: atomic}", ""),
    (
        "{x-kubernetes-list-map-keys: [a]}",
        "{x-kubernetes-list-map-keys: [b]}",
        "incompatible: Thing `spec`: x-kubernetes-list-map-keys was [\"a\"], and is [\"b\"]",
    ),
    (
        "{x-kubernetes-map-type: atomic}",
        "{}",
        "incompatible: Thing `spec`: x-kubernetes-map-type is gone, and was \"atomic\"",
    ),
    ("{}", "{x-kubernetes-map-type: granular}", ""),
    // Rules.
    (
        "{}",
        "{x-kubernetes-validations: [{rule: self > 1, message: m}]}",
        "may refuse: Thing `spec`: has a new rule: self > 1",
    ),
    (
        "{x-kubernetes-validations: [{rule: self > 1}]}",
        "{x-kubernetes-validations: [{rule: self > 2}]}",
        "may refuse: Thing `spec`: has a new rule: self > 2",
    ),
    (
        "{x-kubernetes-validations: [{rule: self > 1}]}",
        "{x-kubernetes-validations: [{rule: 'self  > 1', message: other}]}",
        "",
    ),
    ("{x-kubernetes-validations: [{rule: self > 1}]}", "{}", ""),
    // What is filled in.
    (
        "{}",
        "{default: 1}",
        "differs: Thing `spec`: default is new: 1",
    ),
    (
        "{default: 1}",
        "{default: 2}",
        "differs: Thing `spec`: default was 1, and is 2",
    ),
    (
        "{default: 1}",
        "{}",
        "differs: Thing `spec`: default is gone, and was 1",
    ),
    // Inside of others.
    (
        "{items: {properties: {a: {maxLength: 2}}}}",
        "{items: {properties: {a: {maxLength: 1}}}}",
        "incompatible: Thing `spec[].a`: maxLength was 2, and is 1",
    ),
    (
        "{additionalProperties: {maxLength: 2}}",
        "{additionalProperties: {maxLength: 1}}",
        "incompatible: Thing `spec{}`: maxLength was 2, and is 1",
    ),
    (
        "{additionalProperties: {}}",
        "{properties: {a: {}}}",
        "incompatible: Thing `spec`: takes fixed fields only, and no others",
    ),
    (
        "{additionalProperties: true}",
        "{additionalProperties: {type: string}}",
        "may refuse: Thing `spec`: its values are judged now",
    ),
    (
        "{additionalProperties: {type: string}}",
        "{additionalProperties: true}",
        "",
    ),
    // What is not known here is told; words for people are not.
    (
        "{}",
        "{not: {pattern: a}}",
        "may refuse: Thing `spec`: not is new: {\"pattern\":\"a\"}",
    ),
    ("{description: a}", "{description: b, title: c}", ""),
];

#[test]
fn what_is_incompatible_is_told_and_its_twin_is_not() {
    for (old, new, expected) in SCHEMAS {
        let told = told(&definition(&yaml(old)), &definition(&yaml(new)));
        assert_eq!(told.join("|"), *expected, "{old} to {new}");
    }
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

/// Any schema, of a few keywords each.
fn schema() -> impl Strategy<Value = Value> {
    let keyword = prop_oneof![
        (0..9_u32).prop_map(|n| ("maxLength", json!(n))),
        (0..9_u32).prop_map(|n| ("minItems", json!(n))),
        (-9..9_i32).prop_map(|n| ("minimum", json!(n))),
        "[a-c]".prop_map(|text| ("pattern", json!(text))),
        proptest::collection::vec("[a-c]", 1..3).prop_map(|texts| ("enum", json!(texts))),
        "[a-c]".prop_map(|text| ("default", json!(text))),
        any::<bool>().prop_map(|yes| ("nullable", json!(yes))),
        "[a-c]".prop_map(|text| ("x-kubernetes-validations", json!([{"rule": text}]))),
    ];
    let leaf = proptest::collection::vec(keyword, 0..4).prop_map(|keywords| {
        keywords
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Value>()
    });
    leaf.prop_recursive(3, 24, 4, |inner| {
        let fields = proptest::collection::btree_map("[a-d]", inner.clone(), 1..4);
        prop_oneof![
            (fields, proptest::collection::btree_set("[a-d]", 0..3))
                .prop_map(|(fields, required)| json!({"properties": fields, "required": required})),
            inner.clone().prop_map(|items| json!({"items": items})),
            inner.prop_map(|values| json!({"additionalProperties": values})),
        ]
    })
}

/// The schema with its structure alone: it takes all that the other takes.
fn loosened(schema: &Value) -> Value {
    let Some(words) = schema.as_object() else {
        return schema.clone();
    };
    let loose = |(word, value): (&String, &Value)| match word.as_str() {
        "properties" => {
            let fields = value.as_object().into_iter().flatten();
            let fields: Value = fields
                .map(|(name, inner)| (name.clone(), loosened(inner)))
                .collect();
            Some((word.clone(), fields))
        }
        "items" | "additionalProperties" => Some((word.clone(), loosened(value))),
        "default" | "nullable" => Some((word.clone(), value.clone())),
        _ => None,
    };
    words.iter().filter_map(loose).collect()
}

proptest! {
    #[test]
    fn a_schema_is_compatible_with_itself(schema in schema()) {
        let definition = definition(&schema);
        prop_assert_eq!(told(&definition, &definition), [""; 0]);
    }

    #[test]
    fn what_only_takes_more_is_compatible(schema in schema()) {
        prop_assert_eq!(told(&definition(&schema), &definition(&loosened(&schema))), [""; 0]);
    }
}
