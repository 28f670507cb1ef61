// SPDX-License-Identifier: Apache-2.0

//! The CEL rules of a schema, with their messages.

use std::fmt::Write;

use serde_json::Value;

use super::fields::{Shared, properties};
use super::message;

/// Each rule below `schema`, with the path of the value that it holds of.
pub(super) fn all(schema: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(schema, "", &[], &mut found);
    found
}

fn collect(schema: &Value, path: &str, shared: &[Shared], found: &mut Vec<(String, Value)>) {
    if shared.iter().any(|kind| kind.is(schema)) {
        return;
    }
    let own = schema["x-kubernetes-validations"].as_array();
    found.extend(
        own.into_iter()
            .flatten()
            .map(|rule| (path.to_owned(), rule.clone())),
    );
    for (name, field) in properties(schema) {
        let deeper = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        collect(field, &deeper, shared, found);
    }
    for (mark, key) in [("[]", "items"), ("{}", "additionalProperties")] {
        if schema[key].is_object() {
            collect(&schema[key], &format!("{path}{mark}"), shared, found);
        }
    }
}

/// The section of a page, without the rules that another kind's page tells.
pub(super) fn section(schema: &Value, shared: &[Shared]) -> String {
    let mut found = Vec::new();
    collect(schema, "", shared, &mut found);
    let mut text = "\n## Rules\n".to_owned();
    let mut last = None;
    for (path, rule) in &found {
        if last != Some(path) {
            let _ = writeln!(text, "\n**`{path}`**\n");
            last = Some(path);
        }
        text.push_str(&one(rule));
    }
    text
}

/// Whether the rule forgives a value that broke it before.
pub(super) fn forgives(rule: &Value) -> bool {
    rule["optionalOldSelf"] == true
}

/// What the rule says of a value; of an entry, where it is on a list's entries. How it forgives is the same in all rules,
/// and left out.
fn condition(rule: &Value) -> &str {
    let cel = rule["rule"].as_str().unwrap_or_default();
    let between = |before: &str, after: &str| {
        let (_, rest) = cel.split_once(before)?;
        rest.split_once(after).map(|(condition, _)| condition)
    };
    let of_entries = || between("list.filter(entry, !(", "))].exists(broken, ");
    let of_value = || between("(", ") || oldSelf.hasValue() && ");
    let known = forgives(rule).then(|| of_entries().or_else(of_value));
    known.flatten().unwrap_or(cel)
}

fn one(rule: &Value) -> String {
    let cel = condition(rule);
    let reason = rule["reason"].as_str().unwrap_or("FieldValueInvalid");
    let at = rule["fieldPath"].as_str();
    let at = at
        .map(|at| format!(" at `{}`", at.trim_start_matches('.')))
        .unwrap_or_default();
    let cel = cel.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "- {} (`{reason}`{at})\n\n  ```cel\n  {cel}\n  ```\n",
        message::of(rule)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_are_found_at_their_paths() {
        let rule = |name: &str| json!([{"rule": name}]);
        let schema = json!({
            "x-kubernetes-validations": rule("root"),
            "properties": {"list": {"items": {"properties": {"a": {"x-kubernetes-validations": rule("deep")}}}}},
        });
        let found: Vec<_> = all(&schema)
            .into_iter()
            .map(|(path, rule)| (path, rule["rule"].clone()))
            .collect();
        assert_eq!(
            found,
            [
                (String::new(), json!("root")),
                ("list[].a".to_owned(), json!("deep"))
            ]
        );
    }

    #[test]
    fn no_rule_of_ours_shows_how_it_forgives() {
        for kind in ironcore_api::KINDS {
            let crd = serde_json::to_value((kind.crd)()).unwrap();
            for (path, rule) in all(&crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]) {
                let shown = condition(&rule);
                assert!(
                    !forgives(&rule) || !shown.contains("oldSelf"),
                    "{path}: {shown}"
                );
            }
        }
    }

    #[test]
    fn a_rule_is_told_with_message_reason_and_place() {
        let rule = json!({"rule": "a\n  && b", "message": "no", "reason": "FieldValueForbidden", "fieldPath": ".a"});
        assert_eq!(
            one(&rule),
            "- no (`FieldValueForbidden` at `a`)\n\n  ```cel\n  a && b\n  ```\n"
        );
    }
}
