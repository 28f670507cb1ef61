// SPDX-License-Identifier: Apache-2.0

//! Label selectors, as Kubernetes reads them.

use std::hash::{Hash, Hasher};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use crate::world::meta::{Pairs, Str};

/// A label selector.
#[derive(Clone, Debug)]
pub struct Selector {
    /// Tells selectors apart.
    text: Str,
    selector: LabelSelector,
}

impl Selector {
    pub(crate) fn new(selector: &LabelSelector) -> Self {
        let text = serde_json::to_string(selector).unwrap_or_default();
        Self {
            text: text.into(),
            selector: selector.clone(),
        }
    }

    /// The selector as text: equal for equal selectors.
    pub(crate) fn text(&self) -> &Str {
        &self.text
    }

    /// Whether it selects what bears these labels. One without requirements selects everything.
    pub(crate) fn selects(&self, labels: &Pairs) -> bool {
        let pairs = self.selector.match_labels.iter().flatten();
        let mut pairs = pairs.map(|(key, value)| labels.get(key) == Some(value));
        let requirements = self.selector.match_expressions.iter().flatten();
        let mut requirements = requirements.map(|requirement| holds(requirement, labels));
        pairs.all(|holds| holds) && requirements.all(|holds| holds)
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Selector {}

impl Hash for Selector {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// An operator that Kubernetes does not know selects nothing.
fn holds(requirement: &LabelSelectorRequirement, labels: &Pairs) -> bool {
    let value = labels.get(&requirement.key);
    let listed = |value: &str| {
        let mut values = requirement.values.iter().flatten();
        values.any(|listed| listed == value)
    };
    match requirement.operator.as_str() {
        "In" => value.is_some_and(listed),
        "NotIn" => !value.is_some_and(listed),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_are_equal_if_they_say_the_same() {
        let selector = |pool: &str| {
            let selector = json!({ "matchLabels": { "pool": pool } });
            Selector::new(&serde_json::from_value(selector).unwrap())
        };
        let hash =
            |selector: &Selector| BuildHasherDefault::<DefaultHasher>::new().hash_one(selector);
        let (a, again, b) = (selector("a"), selector("a"), selector("b"));
        assert_eq!((&a, hash(&a)), (&again, hash(&again)));
        assert_ne!(a, b);
        assert_ne!(hash(&a), hash(&b));
        assert_eq!(&**a.text(), r#"{"matchLabels":{"pool":"a"}}"#);
    }

    #[test]
    fn selectors_select_as_kubernetes_does() {
        let labels: BTreeMap<String, String> = [("a", "1"), ("b", "2")]
            .map(|(key, value)| (key.into(), value.into()))
            .into();
        let labels = Pairs::from(labels);
        let expression = |key: &str, operator: &str, values: &[&str]| json!({ "matchExpressions": [{ "key": key, "operator": operator, "values": values }] });
        let cases = [
            (json!({}), true),
            (json!({ "matchLabels": { "a": "1" } }), true),
            (json!({ "matchLabels": { "a": "1", "b": "3" } }), false),
            (json!({ "matchLabels": { "c": "" } }), false),
            (expression("a", "In", &["1", "5"]), true),
            (expression("a", "In", &["5"]), false),
            (expression("c", "In", &["5"]), false),
            (expression("a", "NotIn", &["1"]), false),
            (expression("a", "NotIn", &["5"]), true),
            (expression("c", "NotIn", &["5"]), true),
            (expression("a", "Exists", &[]), true),
            (expression("c", "Exists", &[]), false),
            (expression("a", "DoesNotExist", &[]), false),
            (expression("c", "DoesNotExist", &[]), true),
            (expression("a", "Gt", &["0"]), false),
        ];
        for (selector, expected) in cases {
            let text = selector.to_string();
            let selector = Selector::new(&serde_json::from_value(selector).unwrap());
            assert_eq!(selector.selects(&labels), expected, "{text}");
        }
    }
}
