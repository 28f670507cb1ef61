// SPDX-License-Identifier: Apache-2.0

//! What holds of all definitions.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::rule::Rule;
use crate::{KINDS, words};

/// Calls `visit` with each schema below the root of each kind, and its path.
fn each(visit: &mut impl FnMut(&str, &Value)) {
    for kind in KINDS {
        let crd = serde_json::to_value((kind.crd)()).unwrap();
        let root = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        below(kind.kind, root, visit);
    }
}

fn below(path: &str, schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, schema);
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        below(&format!("{path}.{name}"), field, visit);
    }
    for (keyword, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
        if let Some(inner) = schema.get(keyword) {
            below(&format!("{path}{mark}"), inner, visit);
        }
    }
}

/// Go clients send these as `null`, and what they send there has to come back.
const SENT_AS_NULL: [&str; 2] = [
    "Machine.spec.networkInterfaces[].ephemeral.networkInterfaceTemplate.spec.ipFamilies",
    "Machine.spec.networkInterfaces[].ephemeral.networkInterfaceTemplate.spec.ips",
];

#[test]
fn only_lists_that_are_sent_as_null_are_nullable_and_no_spec_has_an_enum() {
    each(&mut |path, schema| {
        assert_eq!(
            schema.get("nullable").is_some(),
            SENT_AS_NULL.contains(&path),
            "{path}"
        );
        assert!(
            schema.get("enum").is_none() || path.contains(".status."),
            "{path}"
        );
    });
}

#[test]
fn every_list_is_bounded_and_typed_and_in_the_docs() {
    let docs = include_str!("../../../../docs/limits.md");
    each(&mut |path, schema| {
        if schema["type"] == "array" {
            let bound = schema["maxItems"]
                .as_u64()
                .unwrap_or_else(|| panic!("{path}"));
            assert!(schema.get("x-kubernetes-list-type").is_some(), "{path}");
            let name = path.rsplit('.').next().unwrap();
            let documented = docs.lines().any(|line| {
                line.contains(&format!("{name}`")) && line.contains(&format!("| {bound} |"))
            });
            assert!(
                documented,
                "docs/limits.md does not say that {path} has at most {bound}"
            );
        }
    });
}

#[test]
fn every_field_is_described() {
    each(&mut |path, schema| {
        let field = path.contains('.') && !path.ends_with(['[', ']', '{', '}']);
        let metadata = path.ends_with(".metadata") || path.ends_with(".metadata.name");
        assert!(
            !field || metadata || schema.get("description").is_some(),
            "{path}"
        );
    });
}

/// Else who applies the manifest again would see lists that differ each time.
#[test]
fn nothing_below_a_list_or_a_template_has_a_default() {
    each(&mut |path, schema| {
        let is_below = path.contains("[]") || path.contains("Template");
        assert!(!is_below || schema.get("default").is_none(), "{path}");
    });
}

/// Calls `visit` with each rule of each kind, the schema that it is on, and its path.
fn each_rule(mut visit: impl FnMut(&str, &Value, Rule)) {
    each(&mut |path, schema| {
        if let Some(rules) = schema.get("x-kubernetes-validations") {
            let rules: Vec<Rule> = serde_json::from_value(rules.clone()).unwrap();
            for rule in rules {
                visit(path, schema, rule);
            }
        }
    });
}

/// Words that the description of a field must have, by the message of a rule on it.
fn wanted(message: &str) -> Vec<&str> {
    if let Some(values) = message.strip_prefix("supported values: ") {
        return values.split(", ").collect();
    }
    if let Some(fields) = message.strip_prefix("must specify one of: ") {
        return fields.split(", ").collect();
    }
    match message {
        words::IMMUTABLE => vec!["Immutable"],
        words::NOT_MODIFIED | words::NOT_CLEARED => vec!["once set"],
        words::NOT_SET => vec!["after creation"],
        words::SUBDOMAIN => vec!["RFC 1123 subdomain"],
        words::LABEL | words::LABEL_LONG => vec!["RFC 1123 label"],
        words::LENGTH_RANGE | words::ONE_ADDRESS_LENGTH => vec!["32", "128"],
        words::SPECIFIED => vec!["Required"],
        words::UNIQUE => vec!["nique"],
        _ => Vec::new(),
    }
}

/// `kubectl explain` shows nothing of a rule, nor of a default.
#[test]
fn descriptions_say_what_is_allowed_what_is_immutable_and_what_is_the_default() {
    let mut descriptions = HashMap::new();
    let mut wanted_words = Vec::new();
    each(&mut |path, schema| {
        let description = schema["description"].as_str().unwrap_or_default();
        descriptions.insert(path.to_owned(), description.to_owned());
        for keyword in ["default", "minimum", "maximum"] {
            let word = match schema.get(keyword) {
                Some(Value::String(word)) => word.clone(),
                Some(Value::Number(number)) => number.as_f64().unwrap().to_string(),
                _ => continue,
            };
            wanted_words.push((path.to_owned(), word));
        }
    });
    each_rule(|path, _, rule| {
        let at = rule.field_path.unwrap_or_default();
        let (place, message) = match rule.message.split_once(": ") {
            Some((place, message)) if place.starts_with("[*]") => (place, message),
            _ => ("", &*rule.message),
        };
        let field = format!("{path}{at}{place}").replace("[*]", "[]");
        let words = wanted(message).into_iter();
        wanted_words.extend(words.map(|word| (field.clone(), word.to_owned())));
    });
    assert!(wanted_words.len() > 150, "{}", wanted_words.len());
    for (field, word) in wanted_words {
        let description = &descriptions[&field];
        assert!(
            description.contains(&word),
            "{field}: {word}: {description}"
        );
    }
}

#[test]
fn no_rule_is_on_a_root_and_each_has_a_message_of_its_own() {
    let mut messages = HashSet::new();
    each_rule(|path, _, rule| {
        assert!(path.contains('.'), "{path}");
        assert!(!rule.message.is_empty(), "{path}: {}", rule.condition);
        let at = rule.field_path.unwrap_or_default();
        assert!(
            messages.insert(format!("{path}{at}: {}", rule.message)),
            "{path}: two rules say {}",
            rule.message
        );
    });
}

#[test]
fn each_rule_on_a_value_that_can_change_around_a_fault_forgives() {
    each_rule(|path, schema, rule| {
        let is_single = schema["type"] != "object" && schema["type"] != "array";
        assert!(
            is_single || rule.is_on_change(),
            "{path}: {}",
            rule.condition
        );
        let shown = rule.message_expression.unwrap_or_default();
        let forgives = rule.optional_old_self == Some(true);
        // Where `oldSelf` may be absent, a message that uses it fails.
        assert!(!forgives || !shown.contains("oldSelf"), "{path}: {shown}");
        // Of an old value, a field is not known by an escaped name.
        assert!(!forgives || !rule.condition.contains("__"), "{path}");
    });
}

#[test]
fn no_rule_is_on_an_entry_that_the_server_cannot_compare_with_what_it_was() {
    each(&mut |path, schema| {
        if schema["type"] == "array" && schema["x-kubernetes-list-type"] != "map" {
            below(path, &schema["items"], &mut |path, schema| {
                assert!(schema.get("x-kubernetes-validations").is_none(), "{path}");
            });
        }
    });
}
