// SPDX-License-Identifier: Apache-2.0

//! References by name; one that names nothing refers to nothing.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Text, given, part};
use crate::bound;
use crate::reference::Named;
use crate::validate::text;

/// A reference to an object that may have any name.
#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Ref<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_subdomain))]
    pub(in crate::validate) name: Option<Text<'a>>,
}

/// A reference that must name something.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct RequiredRef<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
}

/// A reference to an object whose name is a DNS label.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct LabelRef<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_label), custom(function = text::short))]
    pub(in crate::validate) name: Option<Text<'a>>,
}

/// A reference to one very object, of any name.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct UidRef<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_subdomain))]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::UID))]
    uid: Option<Text<'a>>,
}

/// A reference to one very object, whose name is a DNS label.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct LabelUidRef<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_label), custom(function = text::short))]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::UID))]
    uid: Option<Text<'a>>,
}

impl LabelUidRef<'_> {
    /// Whether it says anything.
    pub(in crate::validate) fn is_given(&self) -> bool {
        given(self.name.as_deref())
            .or(given(self.uid.as_deref()))
            .is_some()
    }
}

impl Named for Ref<'_> {
    fn named(&self) -> Option<&str> {
        given(self.name.as_deref())
    }
}

impl Named for RequiredRef<'_> {
    fn named(&self) -> Option<&str> {
        given(self.name.as_deref())
    }
}

impl Named for LabelRef<'_> {
    fn named(&self) -> Option<&str> {
        given(self.name.as_deref())
    }
}

part!(Ref: fields(name), parts());
part!(RequiredRef: fields(name), parts());
part!(LabelRef: fields(name), parts());
part!(UidRef: fields(name, uid), parts());
part!(LabelUidRef: fields(name, uid), parts());
