// SPDX-License-Identifier: Apache-2.0

//! An error in an object: the path of the field, the reason, and a message, as the API server reports them.

use std::fmt;

use crate::words;

/// The path of a field, such as `spec.ips[1].value`. It borrows its parent, so that walking an object costs nothing until an
/// error is found.
#[derive(Clone, Copy, Debug)]
pub struct FieldPath<'a> {
    parent: Option<&'a FieldPath<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> FieldPath<'a> {
    /// The path of a field at the top of an object.
    pub const fn root(field: &'a str) -> Self {
        Self {
            parent: None,
            step: Step::Field(field),
        }
    }

    /// The path of a field below this one.
    #[must_use]
    pub const fn field(&'a self, field: &'a str) -> Self {
        Self {
            parent: Some(self),
            step: Step::Field(field),
        }
    }

    /// The path of an item of this list.
    #[must_use]
    pub const fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for FieldPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Field(field) => {
                if self.parent.is_some() {
                    f.write_str(".")?;
                }
                f.write_str(field)
            }
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// Why a field is refused (`metav1.CauseType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultReason {
    /// The field must be specified.
    Required,
    /// The value is not valid.
    Invalid,
    /// The value is not one of the supported values.
    NotSupported,
    /// Another field has the same value.
    Duplicate,
    /// The field may not be specified, or not be changed.
    Forbidden,
    /// The list or map has too many items.
    TooMany,
    /// The string is too long.
    TooLong,
    /// The value has the wrong type.
    TypeInvalid,
    /// The object that the field refers to does not exist.
    NotFound,
}

impl FaultReason {
    /// The reason as Go clients compare it: `FieldValueRequired`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "FieldValueRequired",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Duplicate => "FieldValueDuplicate",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooMany => "FieldValueTooMany",
            Self::TooLong => "FieldValueTooLong",
            Self::TypeInvalid => "FieldValueTypeInvalid",
            Self::NotFound => "FieldValueNotFound",
        }
    }
}

/// One cause of a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Path of the field, as the API spells it.
    pub field: String,
    /// Why it is refused.
    pub reason: FaultReason,
    /// The value, and what is allowed.
    pub message: String,
}

impl Fault {
    /// The field must be specified.
    pub fn required(at: &FieldPath<'_>, detail: &str) -> Self {
        Self::new(
            at,
            FaultReason::Required,
            format!("Required value: {detail}"),
        )
    }

    /// The string is not valid.
    pub fn invalid(at: &FieldPath<'_>, value: &str, detail: impl fmt::Display) -> Self {
        let value = shown(value);
        Self::new(
            at,
            FaultReason::Invalid,
            format!("Invalid value: {value}: {detail}"),
        )
    }

    /// The number is not valid.
    pub fn invalid_number(
        at: &FieldPath<'_>,
        value: impl fmt::Display,
        detail: impl fmt::Display,
    ) -> Self {
        Self::new(
            at,
            FaultReason::Invalid,
            format!("Invalid value: {value}: {detail}"),
        )
    }

    /// The field as a whole is not valid.
    pub fn inconsistent(at: &FieldPath<'_>, detail: impl fmt::Display) -> Self {
        Self::new(at, FaultReason::Invalid, format!("Invalid value: {detail}"))
    }

    /// The value is not one of `allowed`.
    pub fn not_supported(at: &FieldPath<'_>, value: &str, allowed: &[&str]) -> Self {
        let message = format!(
            "Unsupported value: {}: {}",
            shown(value),
            words::supported(allowed)
        );
        Self::new(at, FaultReason::NotSupported, message)
    }

    /// An earlier field has the same value.
    pub fn duplicate(at: &FieldPath<'_>, value: &str) -> Self {
        Self::new(
            at,
            FaultReason::Duplicate,
            format!("Duplicate value: {}", shown(value)),
        )
    }

    /// Something else, which `detail` names, has the same value.
    pub fn duplicate_of(at: &FieldPath<'_>, value: &str, detail: &str) -> Self {
        let message = format!("Duplicate value: {}: {detail}", shown(value));
        Self::new(at, FaultReason::Duplicate, message)
    }

    /// The field may not be specified, or not be changed.
    pub fn forbidden(at: &FieldPath<'_>, detail: impl fmt::Display) -> Self {
        Self::new(at, FaultReason::Forbidden, format!("Forbidden: {detail}"))
    }

    /// The list or map has `number` items, more than `most`.
    pub fn too_many(at: &FieldPath<'_>, number: u64, most: u64) -> Self {
        let message = format!("Too many: {number}: must have at most {most} items");
        Self::new(at, FaultReason::TooMany, message)
    }

    /// The string has more than `most` characters. (Kubernetes calls them bytes.)
    pub fn too_long(at: &FieldPath<'_>, most: u64) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self::new(at, FaultReason::TooLong, message)
    }

    /// All strings of the field together have more than `most` bytes.
    pub fn too_large(at: &FieldPath<'_>, most: usize) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self::new(at, FaultReason::TooLong, message)
    }

    /// The value has the wrong type.
    pub fn type_invalid(at: &FieldPath<'_>, detail: impl fmt::Display) -> Self {
        Self::new(
            at,
            FaultReason::TypeInvalid,
            format!("Invalid value: {detail}"),
        )
    }

    /// The object that `field` refers to does not exist.
    pub fn not_found(field: &str, detail: impl fmt::Display) -> Self {
        Self {
            field: field.to_owned(),
            reason: FaultReason::NotFound,
            message: format!("Not found: {detail}"),
        }
    }

    pub(crate) fn new(at: &FieldPath<'_>, reason: FaultReason, message: String) -> Self {
        Self {
            field: at.to_string(),
            reason,
            message,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Characters that a message shows of a text: no more than a reader needs to find it.
const SHOWN: usize = 128;

/// What a message shows of a text: in quotes.
fn shown(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

/// As much of a text as decides what a message shows of it.
pub(crate) fn excerpt(value: &str) -> &str {
    let end = value.char_indices().nth(SHOWN + 1);
    end.map_or(value, |(end, _)| &value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_spelled_as_the_api_spells_them() {
        let spec = FieldPath::root("spec");
        let ips = spec.field("ips");
        assert_eq!(ips.index(1).field("value").to_string(), "spec.ips[1].value");
    }

    #[test]
    fn faults_read_as_the_api_servers_own() {
        let at = FieldPath::root("spec");
        let said = |fault: Fault| fault.to_string();
        assert_eq!(
            said(Fault::invalid(&at, "x", "must be y")),
            "spec: Invalid value: \"x\": must be y"
        );
        assert_eq!(
            said(Fault::not_supported(&at, "x", &["A", "B"])),
            "spec: Unsupported value: \"x\": supported values: \"A\", \"B\""
        );
        assert_eq!(
            said(Fault::duplicate(&at, "x")),
            "spec: Duplicate value: \"x\""
        );
        assert_eq!(
            said(Fault::too_many(&at, 3, 2)),
            "spec: Too many: 3: must have at most 2 items"
        );
        assert_eq!(
            said(Fault::too_long(&at, 2)),
            "spec: Too long: may not be more than 2 bytes"
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let fault = Fault::invalid(&FieldPath::root("spec"), &"ü".repeat(1000), "is long");
        assert_eq!(fault.message.chars().filter(|c| *c == 'ü').count(), 128);
    }
}
