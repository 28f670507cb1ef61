//! Where in an object a fault is, and what it is, as the API server says it.

use std::fmt;

use crate::words;

/// The path of a field, as the API spells it: `spec.ips[1].value`. It borrows its parent, so that
/// walking an object costs nothing until a fault is found.
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

    /// The path of an entry of this list.
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

/// What is wrong with a field, in the API's spelling (`metav1.CauseType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultReason {
    /// It must be there.
    Required,
    /// Its value is wrong.
    Invalid,
    /// Its value is none of the few that are allowed.
    NotSupported,
    /// Its value is another's, too.
    Duplicate,
    /// It may not be there, or not be changed.
    Forbidden,
    /// It has too many entries.
    TooMany,
    /// Its text is too long.
    TooLong,
    /// Its value is of the wrong type.
    TypeInvalid,
    /// What it refers to does not exist.
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

/// One reason why an object is refused: a cause of the refusal (contract, Admission, Refused).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Path of the field, as the API spells it.
    pub field: String,
    /// What is wrong with it.
    pub reason: FaultReason,
    /// The value given, and what is allowed.
    pub message: String,
}

impl Fault {
    /// The field must be there.
    pub fn required(at: &FieldPath<'_>, detail: &str) -> Self {
        Self::new(
            at,
            FaultReason::Required,
            format!("Required value: {detail}"),
        )
    }

    /// The field's text is wrong.
    pub fn invalid(at: &FieldPath<'_>, value: &str, detail: impl fmt::Display) -> Self {
        let value = shown(value);
        Self::new(
            at,
            FaultReason::Invalid,
            format!("Invalid value: {value}: {detail}"),
        )
    }

    /// The field's number is wrong.
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

    /// The field as a whole is wrong, in a way that no single value shows.
    pub fn inconsistent(at: &FieldPath<'_>, detail: impl fmt::Display) -> Self {
        Self::new(at, FaultReason::Invalid, format!("Invalid value: {detail}"))
    }

    /// The field's word is none of `allowed`.
    pub fn not_supported(at: &FieldPath<'_>, value: &str, allowed: &[&str]) -> Self {
        let message = format!(
            "Unsupported value: {}: {}",
            shown(value),
            words::supported(allowed)
        );
        Self::new(at, FaultReason::NotSupported, message)
    }

    /// The field's value is that of an earlier one as well.
    pub fn duplicate(at: &FieldPath<'_>, value: &str) -> Self {
        Self::new(
            at,
            FaultReason::Duplicate,
            format!("Duplicate value: {}", shown(value)),
        )
    }

    /// The field's value is that of something else as well; `detail` says of what.
    pub fn duplicate_of(at: &FieldPath<'_>, value: &str, detail: &str) -> Self {
        let message = format!("Duplicate value: {}: {detail}", shown(value));
        Self::new(at, FaultReason::Duplicate, message)
    }

    /// The field may not be there, or not be changed.
    pub fn forbidden(at: &FieldPath<'_>, detail: impl fmt::Display) -> Self {
        Self::new(at, FaultReason::Forbidden, format!("Forbidden: {detail}"))
    }

    /// The list or map has `number` entries, more than `most`.
    pub fn too_many(at: &FieldPath<'_>, number: u64, most: u64) -> Self {
        let message = format!("Too many: {number}: must have at most {most} items");
        Self::new(at, FaultReason::TooMany, message)
    }

    /// The text has more than `most` characters, of which Kubernetes says bytes.
    pub fn too_long(at: &FieldPath<'_>, most: u64) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self::new(at, FaultReason::TooLong, message)
    }

    /// The texts of the field have more than `most` bytes together.
    pub fn too_large(at: &FieldPath<'_>, most: usize) -> Self {
        let message = format!("Too long: may not be more than {most} bytes");
        Self::new(at, FaultReason::TooLong, message)
    }

    /// The field is not of the type that the API gives it.
    pub fn type_invalid(at: &FieldPath<'_>, detail: impl fmt::Display) -> Self {
        Self::new(
            at,
            FaultReason::TypeInvalid,
            format!("Invalid value: {detail}"),
        )
    }

    /// What the field, given as text, refers to does not exist.
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
