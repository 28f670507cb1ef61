//! What holds of all definitions.

use serde_json::Value;

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

#[test]
fn nothing_is_nullable_and_no_spec_has_an_enum() {
    each(&mut |path, schema| {
        assert!(schema.get("nullable").is_none(), "{path}");
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

#[test]
fn no_rule_is_on_a_root_and_each_has_a_message() {
    each(&mut |path, schema| {
        let rules = schema["x-kubernetes-validations"].as_array();
        assert!(rules.is_none() || path.contains('.'), "{path}");
        for rule in rules.into_iter().flatten() {
            let said = rule.get("message").or(rule.get("messageExpression"));
            assert!(said.is_some(), "{path}: {rule}");
        }
    });
}
