//! What `validator` finds by the drafts' attributes, as faults.
//!
//! Its tree of errors has the drafts' fields for branches, and these are the API's: so a place in the
//! tree is a path in the object.

use std::borrow::Cow;

use serde_json::Value;
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::field::{Fault, FieldPath};

/// The name under which an entry that is no object bears its own errors.
pub(super) const ITSELF: &str = "";

/// Codes of errors, beside those of `validator` itself: `length`, `range`, `required`.
const INVALID: &str = "invalid";
const REQUIRED: &str = "required";
const FORBIDDEN: &str = "forbidden";
const UNSUPPORTED: &str = "unsupported";
const LENGTH: &str = "length";
pub(super) const DUPLICATE: &str = "duplicate";

/// The value is wrong.
pub(super) fn invalid(detail: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new(INVALID).with_message(detail.into())
}

/// The value is empty, which is as good as none.
pub(super) fn required(detail: &'static str) -> ValidationError {
    ValidationError::new(REQUIRED).with_message(Cow::Borrowed(detail))
}

/// There may be no value. The field's attribute says why.
pub(super) fn forbidden() -> ValidationError {
    ValidationError::new(FORBIDDEN)
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

/// Adds the faults of a whole object, in no order.
pub(super) fn collect(errors: &ValidationErrors, faults: &mut Vec<Fault>) {
    for (name, kind) in errors.errors() {
        below(&FieldPath::root(field_name(name)), kind, faults);
    }
}

fn below(at: &FieldPath<'_>, kind: &ValidationErrorsKind, faults: &mut Vec<Fault>) {
    match kind {
        ValidationErrorsKind::Struct(errors) => fields(at, errors, faults),
        ValidationErrorsKind::List(entries) => {
            for (index, errors) in entries {
                fields(&at.index(*index), errors, faults);
            }
        }
        ValidationErrorsKind::Field(errors) => of_field(at, errors, faults),
    }
}

fn fields(at: &FieldPath<'_>, errors: &ValidationErrors, faults: &mut Vec<Fault>) {
    for (name, kind) in errors.errors() {
        match field_name(name) {
            ITSELF => below(at, kind, faults),
            name => below(&at.field(name), kind, faults),
        }
    }
}

/// The API's name of a field: `type` is a word of Rust, and escaped there.
fn field_name(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// What is too long, or has too many entries, is not read further.
fn of_field(at: &FieldPath<'_>, errors: &[ValidationError], faults: &mut Vec<Fault>) {
    match errors.iter().find(|error| error.code == LENGTH) {
        Some(error) => faults.push(out_of_bounds(at, error)),
        None => faults.extend(errors.iter().map(|error| fault(at, error))),
    }
}

fn out_of_bounds(at: &FieldPath<'_>, error: &ValidationError) -> Fault {
    let most = error.params.get("max").and_then(Value::as_u64);
    let most = most.unwrap_or_default();
    match error.params.get("value") {
        Some(Value::Array(list)) => Fault::too_many(at, list.len(), most),
        Some(Value::Object(map)) => Fault::too_many(at, map.len(), most),
        _ => Fault::too_long(at, most),
    }
}

fn fault(at: &FieldPath<'_>, error: &ValidationError) -> Fault {
    let detail = error.message.as_deref().unwrap_or_default();
    let value = error.params.get("value").unwrap_or(&Value::Null);
    match (&*error.code, value) {
        (REQUIRED, _) => Fault::required(at, detail),
        (FORBIDDEN, _) => Fault::forbidden(at, detail),
        (DUPLICATE, value) => Fault::duplicate(at, value.as_str().unwrap_or_default()),
        (UNSUPPORTED, value) => {
            Fault::not_supported(at, value.as_str().unwrap_or_default(), &allowed(error))
        }
        (_, Value::Number(number)) => Fault::invalid_number(at, number, detail),
        (_, value) => Fault::invalid(at, value.as_str().unwrap_or_default(), detail),
    }
}

fn allowed(error: &ValidationError) -> Vec<&str> {
    let words = error.params.get("allowed").and_then(Value::as_array);
    words.into_iter().flatten().filter_map(Value::as_str).collect()
}
