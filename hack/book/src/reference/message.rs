//! What a rule tells who breaks it.

use serde_json::Value;

/// The message of a rule, with `{…}` for what is put in.
pub(super) fn of(rule: &Value) -> String {
    if let Some(expression) = rule["messageExpression"].as_str() {
        return joined(expression).unwrap_or_else(|| {
            format!(
                "`{}`",
                expression.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        });
    }
    rule["message"].as_str().unwrap_or_default().to_owned()
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
    fn messages_are_told_as_users_read_them() {
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
            (
                "has(self.a) ? 'two' : 'none'",
                "`has(self.a) ? 'two' : 'none'`",
            ),
        ];
        for (expression, expected) in cases {
            assert_eq!(of(&json!({"messageExpression": expression})), expected);
        }
        assert_eq!(of(&json!({"message": "plain"})), "plain");
    }
}
