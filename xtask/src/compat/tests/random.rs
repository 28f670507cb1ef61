// SPDX-License-Identifier: Apache-2.0

//! Random schemas: each is compatible with itself, and with one that takes more.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{definition, told};

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
