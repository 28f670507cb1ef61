//! What holds of all definitions.

use std::collections::HashSet;

use serde_json::Value;

use super::rule::Rule;
use crate::KINDS;

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
