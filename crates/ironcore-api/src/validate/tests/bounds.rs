// SPDX-License-Identifier: Apache-2.0

//! What the schema bounds, the rules bound: one more is refused at its place, and as much as fits is not.

use serde_json::{Value, json};

use super::paths::schema;
use super::{judge, smallest};
use crate::KINDS;
use crate::field::FaultReason;

/// Calls `visit` with each bound below a place of the schema: its JSON pointer in an object, its path as a fault names
/// it, its keyword, its number.
fn each(schema: &Value, pointer: &str, path: &str, visit: &mut impl FnMut(&str, &str, &str, u64)) {
    for keyword in ["maxItems", "maxLength", "maxProperties"] {
        if let Some(most) = schema[keyword].as_u64() {
            visit(pointer, path, keyword, most);
        }
    }
    for (name, below) in schema["properties"].as_object().into_iter().flatten() {
        each(
            below,
            &format!("{pointer}/{name}"),
            &format!("{path}.{name}"),
            visit,
        );
    }
    if let Some(items) = schema.get("items") {
        each(items, &format!("{pointer}/0"), &format!("{path}[0]"), visit);
    }
    if let Some(values) = schema.get("additionalProperties") {
        each(
            values,
            &format!("{pointer}/key"),
            &format!("{path}.key"),
            visit,
        );
    }
}

/// A value of so many entries or characters.
fn of_size(keyword: &str, size: u64, items: &Value) -> Value {
    let size = usize::try_from(size).expect("a size of memory");
    match keyword {
        "maxItems" if items["type"] == "string" => vec![json!("a"); size].into(),
        "maxItems" => vec![json!({}); size].into(),
        "maxProperties" => (0..size).map(|n| (format!("k{n}"), json!("v"))).collect(),
        _ => "a".repeat(size).into(),
    }
}

/// Puts a value where the pointer says; what lies on the way is made.
fn put(object: &mut Value, pointer: &str, value: Value) {
    let mut at = object;
    for step in pointer.split('/').skip(1) {
        at = if let Ok(index) = step.parse::<usize>() {
            if at.as_array().is_none_or(Vec::is_empty) {
                *at = json!([{}]);
            }
            &mut at[index]
        } else {
            if !at.is_object() {
                *at = json!({});
            }
            &mut at[step]
        };
    }
    *at = value;
}

/// Whether the object, with a value of this size there, is refused for the size.
fn is_refused(
    of: &str,
    (pointer, path, keyword): (&str, &str, &str),
    size: u64,
    items: &Value,
) -> bool {
    let mut object = smallest(of);
    put(&mut object, pointer, of_size(keyword, size, items));
    let reasons = [FaultReason::TooMany, FaultReason::TooLong];
    let faults = judge(of, &object, None).faults;
    faults
        .iter()
        .any(|fault| fault.field == path && reasons.contains(&fault.reason))
}

#[test]
fn what_the_schema_bounds_the_rules_bound() {
    let (mut slips, mut bounds) = (Vec::new(), 0);
    for kind in &KINDS {
        let schema = schema(kind.kind);
        each(
            &schema["properties"]["spec"],
            "/spec",
            "spec",
            &mut |pointer, path, keyword, most| {
                bounds += 1;
                let items = schema
                    .pointer(&schema_pointer(pointer))
                    .cloned()
                    .unwrap_or_default();
                let place = (pointer, path, keyword);
                if !is_refused(kind.kind, place, most + 1, &items["items"]) {
                    slips.push(format!("{} {path}: more than {most} is taken", kind.kind));
                }
                if is_refused(kind.kind, place, most, &items["items"]) {
                    slips.push(format!("{} {path}: {most} is refused", kind.kind));
                }
            },
        );
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
    assert!(bounds > 150, "only {bounds} bounds were found");
}

/// Where in the schema the place of an object is described.
fn schema_pointer(pointer: &str) -> String {
    let steps = pointer.split('/').skip(1).map(|step| match step {
        "0" => "items".to_owned(),
        "key" => "additionalProperties".to_owned(),
        name => format!("properties/{name}"),
    });
    steps.fold(String::new(), |all, step| format!("{all}/{step}"))
}
