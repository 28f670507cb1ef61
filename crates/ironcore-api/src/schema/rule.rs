// SPDX-License-Identifier: Apache-2.0

//! A rule in CEL, and what its user reads.

use kube::core::Reason;
use serde::{Deserialize, Serialize};

/// A rule on a value, which CEL calls `self`. One that names `oldSelf` is on the change of a value; all others
/// forgive what was at fault before (see `forgive`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule {
    #[serde(rename = "rule")]
    pub(super) condition: String,
    /// In constant words: a message that shows values falls back to it.
    pub(super) message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message_expression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) field_path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) optional_old_self: Option<bool>,
}

impl Rule {
    pub(super) fn new(condition: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            condition: condition.into(),
            message: message.into(),
            message_expression: None,
            field_path: None,
            reason: None,
            optional_old_self: None,
        }
    }

    /// The field at `path` is what is wrong.
    pub(super) fn at(mut self, path: &str) -> Self {
        self.field_path = Some(path.to_owned());
        self
    }

    /// Because it is not there.
    pub(super) fn required(mut self) -> Self {
        self.reason = Some(Reason::FieldValueRequired);
        self
    }

    /// Because it is there, or has changed.
    pub(super) fn forbidden(mut self) -> Self {
        self.reason = Some(Reason::FieldValueForbidden);
        self
    }

    /// The message that the CEL `expression` makes.
    pub(super) fn showing(mut self, expression: impl Into<String>) -> Self {
        self.message_expression = Some(expression.into());
        self
    }

    /// Whether it is on the change of a value.
    pub(super) fn is_on_change(&self) -> bool {
        words(&self.condition).any(|word| word == "oldSelf")
    }

    /// The condition, of `subject` instead of `self`.
    pub(super) fn of(&self, subject: &str) -> String {
        let parts = words(&self.condition);
        parts
            .map(|part| if part == "self" { subject } else { part })
            .collect()
    }
}

/// The words of a CEL expression, and what is between them.
fn words(expression: &str) -> impl Iterator<Item = &str> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let bytes = expression.as_bytes();
    let same = move |a: &u8, b: &u8| in_word(char::from(*a)) == in_word(char::from(*b));
    let mut start = 0;
    bytes.chunk_by(same).map(move |chunk| {
        let word = &expression[start..start + chunk.len()];
        start += chunk.len();
        word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_put_over_another_value() {
        let rule = Rule::new("self.self_a == oldSelf.x || has(self.b)", "");
        assert_eq!(rule.of("p.q"), "p.q.self_a == oldSelf.x || has(p.q.b)");
        assert!(rule.is_on_change());
        assert!(!Rule::new("self.oldSelfish", "").is_on_change());
    }
}
