// SPDX-License-Identifier: Apache-2.0

//! What a user reads who breaks a rule.

use serde_json::Value;

/// The message of a rule as Markdown, with `{…}` for a value in it. Where an expression chooses between messages, it is the one in
/// constant words.
pub(super) fn of(rule: &Value) -> String {
    let expression = rule["messageExpression"].as_str();
    let message = expression.and_then(joined);
    let message =
        message.unwrap_or_else(|| rule["message"].as_str().unwrap_or_default().to_owned());
    escaped(&message)
}

/// The text as Markdown that shows it as it is, with code between its backticks.
fn escaped(text: &str) -> String {
    let (mut shown, mut in_code) = (String::new(), false);
    for c in text.chars() {
        in_code ^= c == '`';
        if !in_code && matches!(c, '\\' | '[' | ']' | '*' | '_' | '<') {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// The texts and values of a CEL expression that joins them by `+`; `None` of any other.
fn joined(expression: &str) -> Option<String> {
    let mut told = String::new();
    for part in parts(expression) {
        let part = part.trim();
        if let Some(text) = part
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''))
        {
            told.push_str(text);
        } else if part.contains('\'') && part.contains('?') {
            return None;
        } else {
            told.push('{');
            told.push_str(part);
            told.push('}');
        }
    }
    Some(told)
}

/// Split at each `+` that is in no text and no parentheses.
fn parts(expression: &str) -> Vec<&str> {
    let (mut depth, mut in_text, mut start) = (0_usize, false, 0);
    let mut parts = Vec::new();
    for (at, c) in expression.char_indices() {
        match c {
            '\'' => in_text = !in_text,
            '(' | '[' if !in_text => depth += 1,
            ')' | ']' if !in_text => depth = depth.saturating_sub(1),
            '+' if !in_text && depth == 0 => {
                parts.push(&expression[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&expression[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_are_shown_as_users_read_them() {
        let cases = [
            (
                r#"'"' + self + '" is no address'"#,
                r#""{self}" is no address"#,
            ),
            (
                "'it was ' + oldSelf.families.join(', ')",
                "it was {oldSelf.families.join(', ')}",
            ),
            ("'a + b ' + string(self)", "a + b {string(self)}"),
            ("has(self.a) ? 'two' : 'none'", "some"),
        ];
        for (expression, expected) in cases {
            let rule = json!({"messageExpression": expression, "message": "some"});
            assert_eq!(of(&rule), expected);
        }
        let regex = json!({"message": "matches '[a](b)*' as `c[0]`"});
        assert_eq!(of(&regex), "matches '\\[a\\](b)\\*' as `c[0]`");
        assert_eq!(of(&json!({"message": "plain"})), "plain");
    }
}
