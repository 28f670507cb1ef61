// SPDX-License-Identifier: Apache-2.0

//! From `openAPIV3Schema` to [`Schema`].

use serde_json::Value;

use super::{Schema, Type, Unique};

/// # Panics
/// At what the model knows nothing of, rather than to be wrong about it.
pub(super) fn schema(json: &Value) -> Schema {
    for unknown in [
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "minLength",
        "minItems",
        "uniqueItems",
        "maximum",
        "multipleOf",
    ] {
        let harmless = unknown == "anyOf" && json["x-kubernetes-int-or-string"] == true;
        assert!(
            harmless || json.get(unknown).is_none(),
            "the model does not know {unknown}"
        );
    }
    let size = |name: &str| {
        json[name]
            .as_u64()
            .and_then(|size| usize::try_from(size).ok())
    };
    let child = |name: &str| {
        json.get(name)
            .filter(|child| child.is_object())
            .map(|child| Box::new(schema(child)))
    };
    let properties = json["properties"].as_object().into_iter().flatten();
    Schema {
        kind: kind(json),
        nullable: json["nullable"] == true,
        properties: properties
            .map(|(name, child)| (name.clone(), schema(child)))
            .collect(),
        others: child("additionalProperties"),
        items: child("items"),
        open: json["x-kubernetes-preserve-unknown-fields"] == true,
        default: json.get("default").cloned(),
        required: texts(&json["required"]),
        choices: json["enum"].as_array().cloned().unwrap_or_default(),
        longest: size("maxLength"),
        time: json["format"] == "date-time",
        most_items: size("maxItems"),
        most_properties: size("maxProperties"),
        minimum: json["minimum"].as_f64(),
        unique: unique(json),
    }
}

fn kind(json: &Value) -> Option<Type> {
    if json["x-kubernetes-int-or-string"] == true {
        return Some(Type::IntegerOrText);
    }
    Some(match json["type"].as_str()? {
        "object" => Type::Object,
        "array" => Type::Array,
        "string" => Type::Text,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Truth,
        other => panic!("the model does not know the type {other}"),
    })
}

fn unique(json: &Value) -> Unique {
    match json["x-kubernetes-list-type"].as_str() {
        Some("set") => Unique::Item,
        Some("map") => Unique::Keys(texts(&json["x-kubernetes-list-map-keys"])),
        _ => Unique::Nothing,
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
