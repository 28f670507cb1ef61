// SPDX-License-Identifier: Apache-2.0

//! What holds of any object.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::object::known;
use super::paths::{schema, strays};
use super::{judge, judged, kind};
use crate::KINDS;
use crate::wire_tests::typed;

/// Values that some field somewhere does not expect.
fn value() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "a",
        "A_b",
        "IPv4",
        "IPv6",
        "ipv4",
        "10.0.0.1",
        "10.0.0.1/24",
        "10.0.0.0/24",
        "fd00::1",
        "FD00::/8",
        "::ffff:10.0.0.1",
        "oda",
        "x",
        "-1Gi",
        "10Gi",
        "On",
        "Public",
        "Retain",
        "net",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(32),
        json!(129),
        json!(1.5),
        json!(4_294_967_296_u64),
        json!([]),
        json!([{}]),
        json!([{}, {}]),
        json!(["IPv4", "IPv4"]),
        json!({}),
        json!({"name": ""}),
        json!({"name": "A_b"}),
        json!({"name": "other"}),
        json!([{"name": "a"}, {"name": "a"}]),
        json!([{"value": "10.0.0.1"}]),
        json!([{"value": "10.0.0.1"}, {"value": "10.0.0.2"}]),
        json!({"ephemeral": {}}),
        json!({"prefixTemplate": {"spec": {}}}),
    ];
    prop_oneof![
        prop::sample::select(texts.to_vec()).prop_map(|text| json!(text)),
        prop::sample::select(values.to_vec()),
        prop::sample::select(vec![64_usize, 254, 2049])
            .prop_map(|length| json!("a".repeat(length))),
    ]
}

/// Any JSON, with fields that are somewhere known among its own.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        value(),
    ];
    let fields = [
        "metadata",
        "spec",
        "name",
        "namespace",
        "labels",
        "ips",
        "ipFamilies",
        "value",
        "prefixes",
        "prefix",
        "ephemeral",
        "prefixTemplate",
        "virtualIP",
        "virtualIPRef",
        "virtualIPTemplate",
        "networkRef",
        "machineRef",
        "networkInterfaces",
        "networkInterfaceTemplate",
        "volumes",
        "device",
        "volumeRef",
        "parentRef",
        "parentSelector",
        "matchExpressions",
        "values",
        "peerings",
        "tolerations",
        "efiVars",
        "attributes",
    ];
    let field = prop_oneof![
        4 => prop::sample::select(fields.to_vec()).prop_map(str::to_owned),
        1 => ".{0,8}",
    ];
    leaf.prop_recursive(6, 48, 6, move |below| {
        prop_oneof![
            prop::collection::vec(below.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(field.clone(), below, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The JSON pointers of all that is in a spec.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .map(|(i, value)| (i.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in below {
        let pointer = format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"));
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

/// What is done to a place.
#[derive(Clone, Debug)]
enum Edit {
    /// It holds something else.
    Set(Value),
    /// If it is a list, its entries are there twice.
    Double,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![3 => value().prop_map(Edit::Set), 1 => Just(Edit::Double)]
}

prop_compose! {
    /// An object of some kind, edited in a few places.
    fn object()(
        base in prop::sample::select(known()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), edit()), 0..4),
    ) -> Value {
        let mut object = base;
        for (index, edit) in edits {
            let mut found = Vec::new();
            pointers(&object["spec"], "/spec", &mut found);
            if found.is_empty() {
                continue;
            }
            let place = object.pointer_mut(&found[index.index(found.len())]).expect("it was found");
            match (edit, place) {
                (Edit::Set(value), place) => *place = value,
                (Edit::Double, Value::Array(entries)) => entries.extend_from_within(..),
                (Edit::Double, _) => {}
            }
        }
        object
    }
}

fn kind_of(object: &Value) -> &str {
    object["kind"].as_str().expect("a kind")
}

/// Whether the object decodes as its type.
fn is_typed(object: &Value) -> bool {
    let mut object = object.clone();
    if kind_of(&object) == "Network" && object["spec"].is_null() {
        // The schema's own default, which comes before any webhook.
        object["spec"] = json!({});
    }
    typed(&object).is_ok()
}

proptest! {
    #[test]
    fn what_decodes_and_is_not_refused_has_its_type(object in object()) {
        if let Ok(judgement) = judged(kind(kind_of(&object)), &object, None)
            && judgement.faults.is_empty()
        {
            prop_assert!(is_typed(&object), "{object}");
        }
    }

    #[test]
    fn what_is_refused_is_refused_at_a_place_of_the_schema(object in object()) {
        if let Ok(judgement) = judged(kind(kind_of(&object)), &object, None) {
            let strays = strays(&schema(kind_of(&object)), &judgement);
            prop_assert!(strays.is_empty(), "{strays:?} of {object}");
        }
    }

    #[test]
    fn an_update_that_changes_nothing_brings_nothing(object in object()) {
        if judged(kind(kind_of(&object)), &object, None).is_ok() {
            let judgement = judge(kind_of(&object), &object, Some(&object));
            prop_assert_eq!(&judgement.faults, &[]);
            prop_assert_eq!(&judgement.references, &[]);
            prop_assert_eq!(&judgement.warnings, &[] as &[String]);
        }
    }

    #[test]
    fn what_an_update_may_not_change_is_at_a_place_of_the_schema(object in object(), other in object()) {
        let kind = kind(kind_of(&object));
        if kind_of(&other) == kind.kind && let Ok(judgement) = judged(kind, &other, Some(&object)) {
            let strays = strays(&schema(kind.kind), &judgement);
            prop_assert!(strays.is_empty(), "{strays:?} of {other}");
        }
    }

    #[test]
    fn nothing_makes_it_panic(object in json(), spec in json(), old in json()) {
        for kind in &KINDS {
            let _ = judged(kind, &object, Some(&old));
            let _ = judged(kind, &json!({"metadata": object.clone(), "spec": spec.clone()}), Some(&json!({"spec": old.clone()})));
        }
    }
}
