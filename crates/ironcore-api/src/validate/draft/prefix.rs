// SPDX-License-Identifier: Apache-2.0

//! Prefix, and the templates of prefixes.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::object;
use super::list::{objects, texts};
use super::texts::{LabelValue, MatchLabels};
use super::{Decoded, Later, List, Metadata, Nameless, Ref, Text, part};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Prefix<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) spec: Option<PrefixSpec<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PrefixSpec<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::WORD), custom(function = text::optional_family))]
    pub(in crate::validate) ipFamily: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::ADDRESS), custom(function = text::prefix))]
    pub(in crate::validate) prefix: Option<Text<'a>>,
    #[validate(range(min = 0))]
    pub(in crate::validate) prefixLength: Option<i64>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) parentRef: Option<Ref<'a>>,
    #[serde(borrow)]
    pub(in crate::validate) parentSelector: Option<Later<'a, Selecting>>,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Selector<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES))]
    matchLabels: MatchLabels<'a>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::ENTRIES))]
    pub(in crate::validate) matchExpressions: List<Expression<'a>, { bound::ENTRIES }>,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Expression<'a> {
    #[serde(borrow)]
    #[validate(required, length(max = bound::LABEL_KEY))]
    pub(in crate::validate) key: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::WORD)
    )]
    pub(in crate::validate) operator: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "texts")]
    #[validate(length(max = bound::ENTRIES))]
    pub(in crate::validate) values: List<LabelValue<'a>, { bound::ENTRIES }>,
}

/// A Prefix made for an interface.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralPrefix<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) prefixTemplate: Option<Box<PrefixTemplate<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PrefixTemplate<'a> {
    #[serde(borrow)]
    metadata: Option<Later<'a, Nameless>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) spec: Option<Box<PrefixSpec<'a>>>,
}

impl<'a> EphemeralPrefix<'a> {
    /// The spec of the template, where there is one.
    pub(in crate::validate) fn spec(&self) -> Option<&PrefixSpec<'a>> {
        self.prefixTemplate.as_ref()?.spec.as_deref()
    }
}

/// [`Selector`], decoded later.
#[derive(Debug)]
pub(in crate::validate) enum Selecting {}

impl Decoded for Selecting {
    type Of<'a> = Selector<'a>;
}

part!(PrefixSpec: fields(ipFamily, prefix, prefixLength), parts(parentRef, parentSelector));
part!(Selector: fields(), parts(matchLabels, matchExpressions));
part!(Expression: fields(key, operator), parts(values));
part!(EphemeralPrefix: fields(), parts(prefixTemplate));
part!(PrefixTemplate: fields(), parts(metadata, spec));
