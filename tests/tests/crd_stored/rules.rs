// SPDX-License-Identifier: Apache-2.0

//! The rules of a definition, each beside an object that breaks it.

use ironcore_api::Kind;
use kube::core::DynamicObject;
use serde_json::Value;

use crate::crd_faults::AtFault;
use crate::support::case::causes;

/// A rule of a definition.
pub(super) struct Rule {
    /// The field that it blames, and its message.
    pub(super) name: String,
    pub(super) field: String,
    /// Texts, of which each of its messages has one.
    says: Vec<String>,
    /// Whether it is on a change, and not on a value.
    pub(super) is_on_change: bool,
}

impl Rule {
    fn of(path: &str, rule: &Value) -> Self {
        let text = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
        let field = format!("{path}{}", text("fieldPath"));
        // What stands between quotes, with the values left out.
        let expression = text("messageExpression");
        let texts = expression.split('\'').skip(1).step_by(2);
        let texts = texts.filter(|text| text.len() > 8).map(str::to_owned);
        let says: Vec<_> = texts.collect();
        Self {
            name: format!("{field}: {}", text("message")),
            says: if says.is_empty() {
                vec![text("message")]
            } else {
                says
            },
            is_on_change: text("rule").contains("oldSelf") && rule["optionalOldSelf"] != true,
            field,
        }
    }

    /// Whether this is why it is refused.
    pub(super) fn refuses(&self, answer: &kube::Result<DynamicObject>) -> bool {
        let Err(error) = answer else {
            return false;
        };
        let causes = causes(error).unwrap_or_default();
        causes.iter().any(|(field, _, message)| {
            let says = self.says.iter().any(|text| message.contains(text));
            without_indices(field) == self.field && says
        })
    }
}

/// `a[1].b` as `a[].b`.
fn without_indices(path: &str) -> String {
    let mut parts = path.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let after = part.split_once(']').map_or("", |(_, after)| after);
        format!("{all}[]{after}")
    })
}

/// All rules at and below a schema.
pub(super) fn rules(schema: &Value, path: &str, found: &mut Vec<Rule>) {
    let own = schema["x-kubernetes-validations"].as_array();
    found.extend(own.into_iter().flatten().map(|rule| Rule::of(path, rule)));
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let deeper = [path, name].join(".");
        rules(field, deeper.trim_start_matches('.'), found);
    }
    for (keyword, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
        if schema[keyword].is_object() {
            rules(&schema[keyword], &format!("{path}{mark}"), found);
        }
    }
}

/// Each rule, beside the object that breaks it. Fails where there is a rule without one, or an object without a rule.
pub(super) fn paired<'a>(rules: &'a [Rule], faults: &'a [AtFault]) -> Vec<(&'a Rule, &'a AtFault)> {
    let pair = |fault: &'a AtFault| {
        let mut its = rules
            .iter()
            .filter(|rule| !rule.is_on_change && rule.name.starts_with(&fault.rule));
        match (its.next(), its.next()) {
            (Some(rule), None) => (rule, fault),
            _ => panic!("{} is not the beginning of one rule", fault.rule),
        }
    };
    let pairs: Vec<_> = faults.iter().map(pair).collect();
    for rule in rules.iter().filter(|rule| !rule.is_on_change) {
        let objects = pairs
            .iter()
            .filter(|(other, _)| other.name == rule.name)
            .count();
        assert!(objects > 0, "no object breaks the rule {}", rule.name);
    }
    pairs
}

/// The rules of a kind's definition.
pub(super) fn rules_of(kind: &Kind) -> Vec<Rule> {
    let crd = serde_json::to_value((kind.crd)()).unwrap();
    let mut found = Vec::new();
    rules(
        &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"],
        "",
        &mut found,
    );
    found
}
