// SPDX-License-Identifier: Apache-2.0

//! Two schemas of one place.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Found, Weight, items, keyword, missing};

/// Keywords that hold other schemas, or are told with those.
const STRUCTURE: [&str; 5] = [
    "properties",
    "additionalProperties",
    "items",
    "required",
    "x-kubernetes-validations",
];

/// Adds what is different; `path` is empty at an object's root.
pub(super) fn compare(found: &mut Found, path: &str, old: &Value, new: &Value) {
    let empty = Map::new();
    let (old_words, new_words) = (
        old.as_object().unwrap_or(&empty),
        new.as_object().unwrap_or(&empty),
    );
    let words: BTreeSet<_> = old_words.keys().chain(new_words.keys()).collect();
    for word in words {
        if !STRUCTURE.contains(&word.as_str())
            && let Some((weight, what)) =
                keyword::judge(word, old_words.get(word), new_words.get(word))
        {
            found.add(weight, named(path), what);
        }
    }
    fields(found, path, old, new);
    required(found, path, old, new);
    values(found, path, old, new);
    if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
        compare(found, &format!("{path}[]"), old, new);
    }
    rules(found, path, old, new);
}

fn fields(found: &mut Found, path: &str, old: &Value, new: &Value) {
    let (old_fields, new_fields) = (old["properties"].as_object(), new["properties"].as_object());
    for (name, old_field) in old_fields.into_iter().flatten() {
        let path = below(path, name);
        match new_fields.and_then(|fields| fields.get(name)) {
            Some(new_field) => compare(found, &path, old_field, new_field),
            // What a map takes, or an object that is kept whole, is stored all the same.
            None if keeps_unknown(new) || new.get("additionalProperties").is_some() => {}
            None => found.add(
                Weight::Breaks,
                &path,
                "is gone: what is stored of it is dropped",
            ),
        }
    }
    let is_new = |name: &&String| old_fields.is_none_or(|fields| !fields.contains_key(*name));
    if keeps_unknown(old) {
        for name in new_fields.into_iter().flat_map(Map::keys).filter(is_new) {
            let what = "was kept whatever it was, and is judged now";
            found.add(Weight::MayRefuse, &below(path, name), what);
        }
    }
}

fn required(found: &mut Found, path: &str, old: &Value, new: &Value) {
    for name in missing(&new["required"], &old["required"]).filter_map(Value::as_str) {
        // What is filled in is never missing.
        if new["properties"][name].get("default").is_none() {
            found.add(Weight::Breaks, &below(path, name), "is required now");
        }
    }
}

/// Of maps.
fn values(found: &mut Found, path: &str, old: &Value, new: &Value) {
    match (
        old.get("additionalProperties"),
        new.get("additionalProperties"),
    ) {
        (Some(Value::Bool(false)) | None, _) => {}
        (Some(old), Some(new)) if old.is_object() && new.is_object() => {
            compare(found, &format!("{path}{{}}"), old, new);
        }
        (Some(old), Some(new)) if old == new || *new == Value::Bool(true) => {}
        (Some(_), Some(_)) => {
            found.add(Weight::MayRefuse, named(path), "its values are judged now");
        }
        (Some(_), None) if keeps_unknown(new) => {}
        (Some(_), None) => found.add(
            Weight::Breaks,
            named(path),
            "takes fixed fields only, and no others",
        ),
    }
}

/// A rule that has other words is another rule.
fn rules(found: &mut Found, path: &str, old: &Value, new: &Value) {
    let rule = |rule: &Value| -> Vec<String> {
        let words = rule["rule"].as_str().unwrap_or_default().split_whitespace();
        words.map(str::to_owned).collect()
    };
    let old: BTreeSet<_> = items(&old["x-kubernetes-validations"]).map(rule).collect();
    for new in items(&new["x-kubernetes-validations"]).map(rule) {
        if !old.contains(&new) {
            found.add(
                Weight::MayRefuse,
                named(path),
                format!("has a new rule: {}", new.join(" ")),
            );
        }
    }
}

fn keeps_unknown(schema: &Value) -> bool {
    schema["x-kubernetes-preserve-unknown-fields"] == true
}

fn below(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

fn named(path: &str) -> &str {
    if path.is_empty() { "object" } else { path }
}
