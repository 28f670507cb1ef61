// SPDX-License-Identifier: Apache-2.0

//! What it means that one keyword of a schema is different.

use serde_json::Value;

use super::{Weight, missing};

/// How bad a change of the keyword is, and in which words; nothing where it takes all that it took.
pub(super) fn judge(
    keyword: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Option<(Weight, String)> {
    let said = said(keyword, old, new);
    let when = |changed: bool, weight| changed.then_some((weight, said.clone()));
    match keyword {
        "description" | "title" | "example" | "externalDocs" => None,
        "maximum" | "maxLength" | "maxItems" | "maxProperties" => when(
            number(new) < number(old).or(Some(f64::INFINITY)) && new.is_some(),
            Weight::Breaks,
        ),
        "minimum" => when(new.is_some() && number(new) > number(old), Weight::Breaks),
        // Without it none is the least.
        "minLength" | "minItems" | "minProperties" => when(
            number(new).unwrap_or(0.0) > number(old).unwrap_or(0.0),
            Weight::Breaks,
        ),
        "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" => {
            when(is_true(new) && !is_true(old), Weight::Breaks)
        }
        "nullable" | "x-kubernetes-preserve-unknown-fields" => {
            when(is_true(old) && !is_true(new), Weight::Breaks)
        }
        "pattern" | "format" | "multipleOf" => when(new.is_some() && new != old, Weight::Breaks),
        "enum" => narrowed(old, new).map(|what| (Weight::Breaks, what)),
        "type" | "x-kubernetes-embedded-resource" | "x-kubernetes-list-map-keys" => {
            when(old != new, Weight::Breaks)
        }
        "x-kubernetes-int-or-string" => when(is_true(old) != is_true(new), Weight::Breaks),
        "x-kubernetes-list-type" => {
            when(text(old, "atomic") != text(new, "atomic"), Weight::Breaks)
        }
        "x-kubernetes-map-type" => when(
            text(old, "granular") != text(new, "granular"),
            Weight::Breaks,
        ),
        "default" => when(old != new, Weight::Differs),
        // Combinations of schemas, and what Kubernetes may come to know.
        _ => when(new.is_some() && old != new, Weight::MayRefuse),
    }
}

/// The change in words.
pub(super) fn said(keyword: &str, old: Option<&Value>, new: Option<&Value>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("{keyword} was {old}, and is {new}"),
        (Some(old), None) => format!("{keyword} is gone, and was {old}"),
        (None, Some(new)) => format!("{keyword} is new: {new}"),
        (None, None) => format!("{keyword} is none"),
    }
}

/// Values that are no longer taken.
fn narrowed(old: Option<&Value>, new: Option<&Value>) -> Option<String> {
    match (old, new) {
        (_, None) => None,
        (None, new) => Some(said("enum", None, new)),
        (Some(old), Some(new)) => {
            let gone: Vec<String> = missing(old, new).map(Value::to_string).collect();
            (!gone.is_empty()).then(|| format!("no longer takes {}", gone.join(", ")))
        }
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    value.and_then(Value::as_f64)
}

fn is_true(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool).unwrap_or_default()
}

/// A keyword that is absent means the same as this text.
fn text<'a>(value: Option<&'a Value>, absent: &'a str) -> &'a str {
    value.and_then(Value::as_str).unwrap_or(absent)
}
