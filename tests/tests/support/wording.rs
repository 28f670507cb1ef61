// SPDX-License-Identifier: Apache-2.0

//! What the definitions say of an object, beside what the webhook's rules say of it.

use ironcore_api::field::Fault;
use kube::core::Status;
use serde_json::Value;

use super::case::{DUPLICATE, INVALID, NOT_SUPPORTED};

/// Prefixes of interfaces in a machine's templates: a rule for each way in which a text is not a prefix would be too expensive.
const MANY_PREFIXES: &str = "networkInterfaceTemplate.spec.prefixes[*]";

/// What is said, of what, and why: in the terms of the rules.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// Without indices: a rule of a list can't name the entry.
    field: String,
    reason: String,
    detail: String,
}

/// The causes of a refusal by the definitions that the rules' faults do not repeat: the same field, reason and detail. What
/// the API server says in its own words is left out, and so is that it did not check all rules.
pub(crate) fn unsaid(status: &Status, faults: &[Fault]) -> Vec<String> {
    let rules: Vec<Said> = faults.iter().map(of_rules).collect();
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let causes = causes.filter(|cause| cause.field != "<nil>");
    let said =
        causes.filter_map(|cause| of_definitions(&cause.field, &cause.reason, &cause.message));
    let unsaid = said.filter(|said| !rules.iter().any(|rule| is_same(said, rule)));
    unsaid
        .map(|said| format!("{said:?}, among {rules:?}"))
        .collect()
}

fn is_same(definitions: &Said, rule: &Said) -> bool {
    // Of so many texts, the definitions don't say more.
    let is_coarse = definitions.field.contains(MANY_PREFIXES)
        && definitions.detail.starts_with("must be a valid CIDR value");
    definitions == rule || is_coarse && definitions.field == rule.field && rule.reason == INVALID
}

fn of_rules(fault: &Fault) -> Said {
    Said {
        field: without_indices(&fault.field),
        reason: fault.reason.as_str().to_owned(),
        detail: detail(&fault.message).to_owned(),
    }
}

/// The cause of a rule in CEL, in the terms of the webhook's rules.
fn of_definitions(field: &str, reason: &str, message: &str) -> Option<Said> {
    let detail = detail(message);
    if detail.is_empty() || is_the_servers(reason, detail) {
        return None;
    }
    // A rule that is on a list says where in the list it is broken.
    let (place, detail) = match detail.split_once(": ") {
        Some((place, detail)) if place.starts_with('[') => (place, detail),
        _ => ("", detail),
    };
    // CEL has no reason for these two.
    let (reason, detail) = match detail {
        "must be unique" => (DUPLICATE, ""),
        _ if detail.starts_with("supported values: ") => (NOT_SUPPORTED, detail),
        _ => (reason, detail),
    };
    Some(Said {
        field: without_indices(&format!("{field}{place}")),
        reason: reason.to_owned(),
        detail: detail.to_owned(),
    })
}

/// Whether these are the API server's own words: for keys of lists, and for keywords of the schema.
fn is_the_servers(reason: &str, detail: &str) -> bool {
    !matches!(
        reason,
        INVALID | "FieldValueRequired" | "FieldValueForbidden"
    ) || detail.contains(" in body ")
}

/// `a[1].b` as `a[*].b`.
fn without_indices(path: &str) -> String {
    let mut parts = path.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let after = part.split_once(']').map_or("", |(_, after)| after);
        format!("{all}[*]{after}")
    })
}

/// What follows the reason and the value in a message.
fn detail(message: &str) -> &str {
    let (reason, rest) = message.split_once(": ").unwrap_or((message, ""));
    if !matches!(
        reason,
        "Invalid value" | "Unsupported value" | "Duplicate value"
    ) {
        return rest;
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::String(_) | Value::Number(_))) => {
            let rest = &rest[values.byte_offset()..];
            // A long text is cut.
            let rest = rest.strip_prefix('…').unwrap_or(rest);
            rest.strip_prefix(": ").unwrap_or(rest)
        }
        _ => rest,
    }
}
