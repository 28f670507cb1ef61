// SPDX-License-Identifier: Apache-2.0

//! The fields of a schema, an object a section.

use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::Value;

use super::{description, rules};
use crate::table::{code, table};

/// In what a template may differ from the kind's spec.
const APART: [&str; 5] = [
    "x-kubernetes-validations",
    "description",
    "default",
    "nullable",
    "pattern",
];

/// A kind's spec that others have in templates; it is told on the kind's own page.
pub(super) struct Shared<'a> {
    pub(super) kind: &'a str,
    pub(super) file: String,
    pub(super) spec: &'a Value,
}

impl Shared<'_> {
    /// Whether `schema` is this spec, but for rules that only hold of updates.
    pub(super) fn is(&self, schema: &Value) -> bool {
        if bare(schema) != bare(self.spec) {
            return false;
        }
        let of_template = rules::all(schema);
        let of_kind = rules::all(self.spec);
        let missing = of_kind.iter().filter(|rule| !of_template.contains(rule));
        let is_on_value = |rule: &Value| {
            let cel = rule["rule"].as_str().unwrap_or_default();
            rules::forgives(rule) || !cel.contains("oldSelf")
        };
        let missing = missing.filter(|(_, rule)| is_on_value(rule)).count();
        of_template.iter().all(|rule| of_kind.contains(rule))
            && missing + patterns(self.spec) <= patterns(schema)
    }

    fn row(&self) -> String {
        format!(
            "fields, bounds and rules of a [{}]({}#spec)'s spec, but for defaults and rules on updates",
            self.kind, self.file
        )
    }
}

/// How many texts have to match a pattern: it costs nothing, and stands for a rule where there are too many texts.
fn patterns(schema: &Value) -> usize {
    let own = usize::from(schema["pattern"].is_string());
    let below = match schema {
        Value::Object(fields) => fields.values().map(patterns).sum(),
        Value::Array(values) => values.iter().map(patterns).sum(),
        _ => 0,
    };
    own + below
}

/// What a template shares with the kind: not rules, which are compared apart, nor defaults, which it has none of.
fn bare(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(key, _)| !APART.contains(&key.as_str()));
            Value::Object(
                kept.map(|(key, value)| (key.clone(), bare(value)))
                    .collect(),
            )
        }
        Value::Array(values) => Value::Array(values.iter().map(bare).collect()),
        other => other.clone(),
    }
}

/// Sections of a kind's objects: spec, status, and what is in them.
pub(super) fn sections(schema: &Value, shared: &[Shared]) -> Result<String> {
    let mut text = String::new();
    for part in ["spec", "status"] {
        let schema = schema["properties"]
            .get(part)
            .with_context(|| format!("no {part}"))?;
        section(&mut text, part, schema, shared);
    }
    Ok(text)
}

fn section(text: &mut String, path: &str, schema: &Value, shared: &[Shared]) {
    let _ = write!(text, "\n## {path}\n\n{}\n\n", description(schema));
    let own = bounds(schema, false);
    if path.matches('.').count() == 0 && !own.is_empty() {
        let _ = write!(text, "The whole: {own}.\n\n");
    }
    let mut rows = Vec::new();
    let mut below = Vec::new();
    rows_of(schema, "", shared, &mut rows, &mut below);
    text.push_str(&table(["Field", "Type", "Bounds", "Meaning"], &rows));
    for (name, schema) in below {
        section(text, &format!("{path}.{name}"), schema, shared);
    }
}

/// One row for each field; small objects are told in place, the others go `below`.
fn rows_of<'a>(
    schema: &'a Value,
    prefix: &str,
    shared: &[Shared],
    rows: &mut Vec<[String; 4]>,
    below: &mut Vec<(String, &'a Value)>,
) {
    for (name, field) in properties(schema) {
        let required = schema["required"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == name));
        let name = format!("{prefix}{name}");
        let (suffix, inner) = innermost(field);
        let kind = shared.iter().find(|kind| kind.is(inner));
        let mut bounds = bounds(field, required);
        if let Some(kind) = kind {
            bounds = [bounds, kind.row()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("; ");
        }
        rows.push([code(&name), type_of(field), bounds, description(field)]);
        if kind.is_some() || properties(inner).next().is_none() {
            continue;
        }
        if suffix.is_empty() && is_small(inner) {
            rows_of(inner, &format!("{name}."), shared, rows, below);
        } else {
            below.push((format!("{name}{suffix}"), inner));
        }
    }
}

/// What lists and maps are of, and how that is written.
fn innermost(schema: &Value) -> (String, &Value) {
    let deeper = [
        ("[]", &schema["items"]),
        ("{}", &schema["additionalProperties"]),
    ];
    let Some((mark, inner)) = deeper.into_iter().find(|(_, inner)| inner.is_object()) else {
        return (String::new(), schema);
    };
    let (rest, inner) = innermost(inner);
    (format!("{mark}{rest}"), inner)
}

/// As references are: few fields, none of them an object.
fn is_small(schema: &Value) -> bool {
    properties(schema).count() <= 3
        && properties(schema).all(|(_, field)| properties(innermost(field).1).next().is_none())
}

pub(super) fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

fn type_of(schema: &Value) -> String {
    if schema["x-kubernetes-int-or-string"] == true {
        return "integer or string".to_owned();
    }
    if schema["items"].is_object() {
        return format!("list of {}", plural(&type_of(&schema["items"])));
    }
    if schema["additionalProperties"].is_object() {
        return format!(
            "map of {}",
            plural(&type_of(&schema["additionalProperties"]))
        );
    }
    let name = schema["type"].as_str().unwrap_or("any");
    match schema["format"].as_str() {
        Some("date-time") => "time".to_owned(),
        Some(format) => format!("{name} ({format})"),
        None => name.to_owned(),
    }
}

fn plural(name: &str) -> String {
    match name {
        "any" | "integer or string" => name.to_owned(),
        _ => format!("{name}s"),
    }
}

/// What the schema asks of a value, in words.
fn bounds(schema: &Value, required: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    if required {
        parts.push("required".to_owned());
    }
    if let Some(value) = schema.get("default") {
        parts.push(format!("default {}", code(&plain(value))));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| code(&plain(value))).collect();
        parts.push(format!("one of {}", values.join(", ")));
    }
    let numbers = [
        ("minimum", "at least ", ""),
        ("maximum", "at most ", ""),
        ("minLength", "at least ", " characters"),
        ("maxLength", "at most ", " characters"),
        ("minItems", "at least ", ""),
        ("maxItems", "at most ", ""),
        ("maxProperties", "at most ", " keys"),
    ];
    for (key, before, after) in numbers {
        if let Some(number) = schema.get(key) {
            // Bounds are written as 0.0 where the schema has numbers of any kind.
            let number = number.as_f64().unwrap_or_default();
            parts.push(format!("{before}{number}{after}"));
        }
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        parts.push(format!("matches {}", code(pattern)));
    }
    if let Some(keys) = schema["x-kubernetes-list-map-keys"].as_array() {
        let keys: Vec<String> = keys.iter().map(|key| code(&plain(key))).collect();
        parts.push(format!("one for each {}", keys.join(" and ")));
    }
    if schema["x-kubernetes-list-type"] == "set" {
        parts.push("each once".to_owned());
    }
    if schema["x-kubernetes-preserve-unknown-fields"] == true {
        parts.push("kept whole, whatever its fields".to_owned());
    }
    parts.join("; ")
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_told_in_words() {
        let cases = [
            (json!({"type": "string"}), "string"),
            (
                json!({"type": "integer", "format": "int32"}),
                "integer (int32)",
            ),
            (json!({"type": "string", "format": "date-time"}), "time"),
            (
                json!({"x-kubernetes-int-or-string": true}),
                "integer or string",
            ),
            (
                json!({"type": "array", "items": {"type": "object"}}),
                "list of objects",
            ),
            (
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
                "map of strings",
            ),
        ];
        for (schema, expected) in cases {
            assert_eq!(type_of(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn bounds_are_told_in_words() {
        let cases = [
            (
                json!({"maxItems": 2, "x-kubernetes-list-type": "set"}),
                false,
                "at most 2; each once",
            ),
            (
                json!({"default": "On", "maxLength": 3}),
                true,
                "required; default `On`; at most 3 characters",
            ),
            (json!({"enum": ["A", "B"]}), false, "one of `A`, `B`"),
            (
                json!({"minimum": 0.0, "maximum": 9}),
                false,
                "at least 0; at most 9",
            ),
        ];
        for (schema, required, expected) in cases {
            assert_eq!(bounds(&schema, required), expected, "{schema}");
        }
    }

    #[test]
    fn a_template_is_told_by_its_kind_only_where_it_lacks_nothing_but_rules_on_updates() {
        let spec = |rules: &[&str], bound: u64| {
            let rules: Vec<Value> = rules.iter().map(|rule| json!({"rule": rule})).collect();
            json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": bound}}, "x-kubernetes-validations": rules})
        };
        let matching = |mut schema: Value| {
            schema["properties"]["a"]["pattern"] = "^.+$".into();
            schema
        };
        let kind = spec(&["self.a != ''", "self.a == oldSelf.a"], 9);
        let shared = Shared {
            kind: "Kind",
            file: "kind.md".to_owned(),
            spec: &kind,
        };
        let cases = [
            (spec(&["self.a != ''"], 9), true),
            (spec(&["self.a != ''", "self.a == oldSelf.a"], 9), true),
            (spec(&[], 9), false),
            (spec(&["self.a != ''", "self.a != 'b'"], 9), false),
            (spec(&["self.a != ''"], 8), false),
            // A pattern in place of a rule.
            (matching(spec(&[], 9)), true),
            (matching(spec(&["self.a != ''"], 9)), true),
        ];
        for (schema, expected) in cases {
            assert_eq!(shared.is(&schema), expected, "{schema}");
        }
    }
}
