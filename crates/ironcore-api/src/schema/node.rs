// SPDX-License-Identifier: Apache-2.0

//! A place in a schema, and what can be said of it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::rule::Rule;
use super::{bound, derive, text};

/// A place in the tree of an OpenAPI schema. Methods that go deeper expect the place to exist: a
/// constraint on a field that the type does not have is a slip, and fails the first time it runs.
pub(super) struct Node<'a>(&'a mut Value);

impl<'a> Node<'a> {
    pub(super) fn new(schema: &'a mut Value) -> Self {
        Self(schema)
    }

    /// The place at `path`: names of fields, with `[]` after a list and `{}` after a map.
    pub(super) fn at(&mut self, path: &str) -> Node<'_> {
        let mut schema = &mut *self.0;
        for step in path.split('.') {
            let name = step.trim_end_matches("[]").trim_end_matches("{}");
            if !name.is_empty() {
                schema = below(below(schema, "properties", path), name, path);
            }
            if step.ends_with("[]") {
                schema = below(schema, "items", path);
            } else if step.ends_with("{}") {
                schema = below(schema, "additionalProperties", path);
            }
        }
        Node(schema)
    }

    /// Sets a keyword.
    pub(super) fn set(&mut self, keyword: &str, value: Value) -> &mut Self {
        self.0[keyword] = value;
        self
    }

    /// At most `bound` entries, bytes or characters, by what is here: list, map or string.
    pub(super) fn at_most(&mut self, bound: u64) -> &mut Self {
        let keyword = match self.0["type"].as_str() {
            Some("array") => "maxItems",
            Some("object") => "maxProperties",
            _ => "maxLength",
        };
        self.set(keyword, json!(bound))
    }

    /// The value where a user gives none.
    pub(super) fn default(&mut self, value: Value) -> &mut Self {
        self.set("default", value)
    }

    /// The fields that must be there. A missing one keeps all rules from running, so this is for those that every client sends.
    pub(super) fn require(&mut self, fields: &[&str]) -> &mut Self {
        self.set("required", json!(fields))
    }

    /// No field has to be there.
    pub(super) fn require_none(&mut self) -> &mut Self {
        if let Some(keywords) = self.0.as_object_mut() {
            keywords.remove("required");
        }
        self
    }

    /// A list whose entries have a key: appliers own entries, not the list.
    pub(super) fn list_map(&mut self, key: &str) -> &mut Self {
        self.set("x-kubernetes-list-type", json!("map"))
            .set("x-kubernetes-list-map-keys", json!([key]))
    }

    /// The object's own name must be a DNS label. Said of the field, since a rule on the root would
    /// hold of objects stored before it, too.
    pub(super) fn label_name(&mut self) -> &mut Self {
        self.0["properties"]["metadata"] = json!({
            "type": "object",
            "properties": {"name": {"type": "string"}},
        });
        self.at("metadata.name")
            .at_most(bound::NAME)
            .rules(text::label());
        self
    }

    /// The values of the enum `T`, checked before any rule: for status, which has no rules.
    pub(super) fn values_of<T: JsonSchema>(&mut self) -> &mut Self {
        self.set("enum", json!(derive::values_of::<T>()))
    }

    /// Adds a rule. All rules forgive what was at fault before: see `forgive`.
    pub(super) fn rule(&mut self, rule: Rule) -> &mut Self {
        let rules = self.0["x-kubernetes-validations"].take();
        let mut rules = rules.as_array().cloned().unwrap_or_default();
        rules.push(serde_json::to_value(rule).expect("a rule is plain data"));
        self.set("x-kubernetes-validations", Value::Array(rules))
    }

    /// Adds rules.
    pub(super) fn rules(&mut self, rules: impl IntoIterator<Item = Rule>) -> &mut Self {
        for rule in rules {
            self.rule(rule);
        }
        self
    }
}

fn below<'a>(schema: &'a mut Value, key: &str, path: &str) -> &'a mut Value {
    schema
        .get_mut(key)
        .unwrap_or_else(|| panic!("no {key} on the way to {path}"))
}
