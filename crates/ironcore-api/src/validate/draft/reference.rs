//! References by name; one that names nothing refers to nothing.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::given;
use crate::bound;
use crate::reference::Named;
use crate::validate::text;

/// A reference to an object that may have any name.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Ref<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_subdomain))]
    pub(in crate::validate) name: Option<&'a str>,
}

/// A reference that must name something.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct RequiredRef<'a> {
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
}

/// A reference to an object whose name is a DNS label.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct LabelRef<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_label))]
    pub(in crate::validate) name: Option<&'a str>,
}

/// A reference to one very object, of any name.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct UidRef<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_subdomain))]
    name: Option<&'a str>,
    #[validate(length(max = bound::UID))]
    uid: Option<&'a str>,
}

/// A reference to one very object, whose name is a DNS label.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct LabelUidRef<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_label))]
    name: Option<&'a str>,
    #[validate(length(max = bound::UID))]
    uid: Option<&'a str>,
}

impl LabelUidRef<'_> {
    /// Whether it says anything.
    pub(in crate::validate) fn is_given(&self) -> bool {
        given(self.name).or(given(self.uid)).is_some()
    }
}

impl Named for Ref<'_> {
    fn named(&self) -> Option<&str> {
        given(self.name)
    }
}

impl Named for RequiredRef<'_> {
    fn named(&self) -> Option<&str> {
        given(self.name)
    }
}

impl Named for LabelRef<'_> {
    fn named(&self) -> Option<&str> {
        given(self.name)
    }
}
