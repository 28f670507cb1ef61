// SPDX-License-Identifier: Apache-2.0

//! A place in a schema, and what can be said of it.

use schemars::JsonSchema;
use serde_json::{Value, json};

use super::rule::Rule;
use super::{bound, derive, text};
use crate::words;

/// A place in the tree of an OpenAPI schema. Methods that go deeper expect the place to exist: a
/// constraint on a field that the type does not have is a slip, and fails the first time it runs.
pub(crate) struct Node<'a>(&'a mut Value);

impl<'a> Node<'a> {
    pub(crate) fn new(schema: &'a mut Value) -> Self {
        Self(schema)
    }

    /// The place at `path`: names of fields, with `[]` after a list and `{}` after a map.
    pub(crate) fn at(&mut self, path: &str) -> Node<'_> {
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
    pub(crate) fn set(&mut self, keyword: &str, value: Value) -> &mut Self {
        self.0[keyword] = value;
        self
    }

    /// At most `bound` entries, bytes or characters, by what is here: list, map or string.
    pub(crate) fn at_most(&mut self, bound: u64) -> &mut Self {
        let keyword = match self.0["type"].as_str() {
            Some("array") => "maxItems",
            Some("object") => "maxProperties",
            _ => "maxLength",
        };
        self.set(keyword, json!(bound))
    }

    /// The value where a user gives none.
    pub(crate) fn default(&mut self, value: Value) -> &mut Self {
        self.set("default", value)
    }

    /// The fields that must be there. A missing one keeps all rules from running, so this is for those that every client sends.
    pub(crate) fn require(&mut self, fields: &[&str]) -> &mut Self {
        if fields.is_empty() {
            return self;
        }
        self.set("required", json!(fields))
    }

    /// No field has to be there.
    pub(crate) fn require_none(&mut self) -> &mut Self {
        if let Some(keywords) = self.0.as_object_mut() {
            keywords.remove("required");
        }
        self
    }

    /// A list whose entries have a key: appliers own entries, not the list.
    pub(crate) fn list_map(&mut self, key: &str) -> &mut Self {
        self.set("x-kubernetes-list-type", json!("map"))
            .set("x-kubernetes-list-map-keys", json!([key]))
    }

    /// A list of texts, none of them twice.
    pub(crate) fn list_set(&mut self) -> &mut Self {
        self.set("x-kubernetes-list-type", json!("set"))
    }

    /// An object that appliers own as a whole.
    pub(crate) fn atomic(&mut self) -> &mut Self {
        self.set("x-kubernetes-map-type", json!("atomic"))
    }

    /// An object that is stored as it is.
    pub(crate) fn opaque(&mut self) -> &mut Self {
        self.set("type", json!("object"))
            .set("x-kubernetes-preserve-unknown-fields", json!(true))
    }

    /// A number in this range. As a keyword where there are too many numbers for a rule: one that breaks it keeps all rules from
    /// running, and the API server says it in words of its own.
    pub(crate) fn range(
        &mut self,
        least: Option<i64>,
        most: Option<i64>,
        as_keyword: bool,
    ) -> &mut Self {
        let mut holds = Vec::new();
        for (keyword, compared, bound) in [("minimum", ">=", least), ("maximum", "<=", most)] {
            match bound {
                Some(bound) if as_keyword => drop(self.set(keyword, json!(bound))),
                Some(bound) => holds.push(format!("self {compared} {bound}")),
                None => {}
            }
        }
        if !holds.is_empty() {
            self.rule(Rule::new(holds.join(" && "), words::range(least, most)));
        }
        self
    }

    /// Takes the rules away, for those that the caller adds instead.
    pub(crate) fn without_rules(&mut self) -> &mut Self {
        if let Some(keywords) = self.0.as_object_mut() {
            keywords.remove("x-kubernetes-validations");
        }
        self
    }

    /// The object's own name must be a DNS label. Said of the field, since a rule on the root would
    /// hold of objects stored before it, too.
    pub(crate) fn label_name(&mut self) -> &mut Self {
        self.0["properties"]["metadata"] = json!({
            "type": "object",
            "properties": {"name": {"type": "string"}},
        });
        self.at("metadata.name")
            .at_most(bound::NAME)
            .rules(text::own_label());
        self
    }

    /// The values of the enum `T`, checked before any rule: for status, which has no rules.
    pub(crate) fn values_of<T: JsonSchema>(&mut self) -> &mut Self {
        self.set("enum", json!(derive::values_of::<T>()))
    }

    /// Adds a rule. All rules forgive what was at fault before: see `forgive`.
    pub(crate) fn rule(&mut self, rule: Rule) -> &mut Self {
        let rules = self.0["x-kubernetes-validations"].take();
        let mut rules = rules.as_array().cloned().unwrap_or_default();
        rules.push(serde_json::to_value(rule).expect("a rule is plain data"));
        self.set("x-kubernetes-validations", Value::Array(rules))
    }

    /// Adds rules.
    pub(crate) fn rules(&mut self, rules: impl IntoIterator<Item = Rule>) -> &mut Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_rule_or_keywords() {
        for (least, most, rule, message) in [
            (
                Some(576),
                Some(9216),
                "self >= 576 && self <= 9216",
                "must be between 576 and 9216, inclusive",
            ),
            (
                Some(0),
                None,
                "self >= 0",
                "must be greater than or equal to 0",
            ),
            (
                None,
                Some(7),
                "self <= 7",
                "must be less than or equal to 7",
            ),
        ] {
            let mut schema = json!({});
            Node::new(&mut schema).range(least, most, false);
            let expected = json!([{"rule": rule, "message": message}]);
            assert_eq!(schema, json!({"x-kubernetes-validations": expected}));
            let mut schema = json!({});
            Node::new(&mut schema).range(least, most, true);
            assert_eq!(schema.get("minimum"), least.map(Value::from).as_ref());
            assert_eq!(schema.get("maximum"), most.map(Value::from).as_ref());
        }
    }
}
