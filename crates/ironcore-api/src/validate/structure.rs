// SPDX-License-Identifier: Apache-2.0

//! What `validator` finds by the attributes of a draft's fields, as faults: the drafts' fields are the API's, so the name
//! of a field is its path.

use std::borrow::Cow;

use serde_json::Value;
use validator::{Validate, ValidationError, ValidationErrorsKind};

use super::draft::Text;
use super::faults::Faults;
use crate::field::{Fault, FieldPath};
use crate::words;

/// Codes of errors, beside those of `validator` itself: `length`, `range`, `required`.
const INVALID: &str = "invalid";
const REQUIRED: &str = "required";
const UNSUPPORTED: &str = "unsupported";
const LENGTH: &str = "length";
const RANGE: &str = "range";

/// The value is wrong.
pub(super) fn invalid(detail: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new(INVALID).with_message(detail.into())
}

/// The value is empty, which is as good as none.
pub(super) fn required() -> ValidationError {
    ValidationError::new(REQUIRED)
}

/// The value is none of `allowed`.
pub(super) fn unsupported(allowed: &[&str]) -> ValidationError {
    let mut error = ValidationError::new(UNSUPPORTED);
    error.add_param(Cow::Borrowed("allowed"), &allowed);
    error
}

/// The text is of more than `most` characters.
pub(super) fn too_long(most: u64) -> ValidationError {
    let mut error = ValidationError::new(LENGTH);
    error.add_param(Cow::Borrowed("max"), &most);
    error
}

/// Adds what is wrong with the fields of the part at `at`.
pub(crate) fn collect(part: &impl Validate, at: &FieldPath<'_>, faults: &mut Faults) {
    each(part, |name, errors| {
        of_field(&at.field(name), errors, faults);
    });
}

/// Adds what is wrong with the fields of an object.
pub(super) fn collect_of_object(object: &impl Validate, faults: &mut Faults) {
    each(object, |name, errors| {
        of_field(&FieldPath::root(name), errors, faults);
    });
}

/// Adds what is wrong with the text at `at`, if it is.
pub(super) fn verdict(
    at: &FieldPath<'_>,
    text: &Text<'_>,
    verdict: Result<(), ValidationError>,
    faults: &mut Faults,
) {
    if let Err(mut error) = verdict {
        error.add_param(Cow::Borrowed("value"), &text);
        of_field(at, &[error], faults);
    }
}

/// Calls `visit` with the errors of each field, in the order of their names, so that it is the same each time.
fn each(part: &impl Validate, mut visit: impl FnMut(&str, &[ValidationError])) {
    let Err(errors) = part.validate() else {
        return;
    };
    let mut errors: Vec<_> = errors.into_errors().into_iter().collect();
    errors.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    for (name, kind) in errors {
        // `draft::Part` judges the parts, so no attribute is nested.
        if let ValidationErrorsKind::Field(errors) = kind {
            visit(field_name(&name), &errors);
        }
    }
}

/// The API's name of a field: `type` is a word of Rust, and escaped there.
fn field_name(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Of what is too long, or has too many entries, nothing else is said.
fn of_field(at: &FieldPath<'_>, errors: &[ValidationError], faults: &mut Faults) {
    match errors.iter().find(|error| error.code == LENGTH) {
        Some(error) => faults.add(|| out_of_bounds(at, error)),
        None => {
            for error in errors {
                faults.add(|| fault(at, error));
            }
        }
    }
}

/// A list or map stands in its error by the number of its entries.
fn out_of_bounds(at: &FieldPath<'_>, error: &ValidationError) -> Fault {
    let most = error.params.get("max").and_then(Value::as_u64);
    let most = most.unwrap_or_default();
    match error.params.get("value").and_then(Value::as_u64) {
        Some(number) => Fault::too_many(at, number, most),
        None => Fault::too_long(at, most),
    }
}

fn fault(at: &FieldPath<'_>, error: &ValidationError) -> Fault {
    let detail = error.message.as_deref().unwrap_or_default();
    let value = error.params.get("value").unwrap_or(&Value::Null);
    match (&*error.code, value) {
        (REQUIRED, _) => Fault::required(at, words::SPECIFIED),
        (RANGE, value) => Fault::invalid_number(at, value, out_of_range(error)),
        (UNSUPPORTED, value) => {
            Fault::not_supported(at, value.as_str().unwrap_or_default(), &allowed(error))
        }
        (_, Value::Number(number)) => Fault::invalid_number(at, number, detail),
        (_, value) => Fault::invalid(at, value.as_str().unwrap_or_default(), detail),
    }
}

fn out_of_range(error: &ValidationError) -> String {
    let bound = |name| error.params.get(name).and_then(Value::as_i64);
    words::range(bound("min"), bound("max"))
}

fn allowed(error: &ValidationError) -> Vec<&str> {
    let words = error.params.get("allowed").and_then(Value::as_array);
    words
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
