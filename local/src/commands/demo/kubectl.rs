// SPDX-License-Identifier: Apache-2.0

//! What kubectl prints of an answer.

use kube::core::Status;

/// Of warnings, each on a line.
pub(super) fn warnings(warnings: &[String]) -> String {
    let lines: Vec<String> = warnings
        .iter()
        .map(|warning| format!("Warning: {warning}\n"))
        .collect();
    lines.concat()
}

/// Of a refusal: where the answer says which object is at fault, kubectl shows the causes, and not the message.
pub(super) fn refusal(status: &Status) -> String {
    let details = status.details.as_ref();
    let (true, Some(details)) = (status.is_invalid(), details) else {
        return format!("Error from server ({}): {}", status.reason, status.message);
    };
    let mut causes: Vec<String> = Vec::new();
    for cause in &details.causes {
        let line = format!("{}: {}", cause.field, cause.message);
        // One that says the same as another is not shown.
        if !causes.contains(&line) {
            causes.push(line);
        }
    }
    let head = format!("The {} {:?} is invalid", details.kind, details.name);
    match causes.as_slice() {
        [] => head,
        [one] => format!("{head}: {one}"),
        all => format!("{head}: \n* {}", all.join("\n* ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn invalid(causes: &Value) -> Status {
        let details = json!({ "kind": "Network", "name": "n", "causes": causes });
        serde_json::from_value(json!({
            "reason": "Invalid", "code": 422, "message": "not shown", "details": details,
        }))
        .expect("a status")
    }

    #[test]
    fn one_cause_stands_on_the_line() {
        let status = invalid(&json!([{ "field": "spec", "message": "Required value" }]));
        assert_eq!(
            refusal(&status),
            "The Network \"n\" is invalid: spec: Required value"
        );
    }

    #[test]
    fn several_causes_are_a_list_of_different_lines() {
        let status = invalid(&json!([
            { "field": "a", "message": "one" }, { "field": "b", "message": "two" }, { "field": "a", "message": "one" },
        ]));
        assert_eq!(
            refusal(&status),
            "The Network \"n\" is invalid: \n* a: one\n* b: two"
        );
    }

    #[test]
    fn another_error_is_told_by_its_message() {
        let status =
            json!({ "reason": "InternalError", "code": 500, "message": "failed calling webhook" });
        let status: Status = serde_json::from_value(status).expect("a status");
        assert_eq!(
            refusal(&status),
            "Error from server (InternalError): failed calling webhook"
        );
    }

    #[test]
    fn warnings_are_marked() {
        assert_eq!(
            warnings(&["a".to_owned(), "b".to_owned()]),
            "Warning: a\nWarning: b\n"
        );
    }
}
