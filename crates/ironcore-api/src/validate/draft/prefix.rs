//! Prefix, and the templates of prefixes.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{object, objects};
use super::texts::{Selected, Texts};
use super::{Metadata, NamelessMetadata, Ref};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Prefix<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a spec is needed"), nested)]
    pub(in crate::validate) spec: Option<PrefixSpec<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PrefixSpec<'a> {
    #[validate(length(max = bound::WORD), custom(function = text::optional_family))]
    pub(in crate::validate) ipFamily: Option<&'a str>,
    #[validate(length(max = bound::ADDRESS), custom(function = text::prefix))]
    pub(in crate::validate) prefix: Option<&'a str>,
    #[validate(range(min = 0, message = "must be greater than or equal to 0"))]
    pub(in crate::validate) prefixLength: Option<i64>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) parentRef: Option<Ref<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) parentSelector: Option<Selector<'a>>,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Selector<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES), nested)]
    matchLabels: Texts<'a, { bound::LABEL_VALUE }>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::ENTRIES), nested)]
    matchExpressions: Vec<Expression<'a>>,
}

#[derive(Debug, Default, PartialEq, Deserialize, Serialize, Validate)]
#[serde(default)]
struct Expression<'a> {
    #[validate(required(message = "a label's key is needed"), length(max = bound::LABEL_KEY))]
    key: Option<&'a str>,
    #[validate(
        required(message = "In, NotIn, Exists or DoesNotExist is needed"),
        length(max = bound::WORD)
    )]
    operator: Option<&'a str>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES), nested)]
    values: Vec<Selected<'a>>,
}

/// A Prefix made for an interface.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralPrefix<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a template is needed"), nested)]
    pub(in crate::validate) prefixTemplate: Option<PrefixTemplate<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PrefixTemplate<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    metadata: Option<NamelessMetadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a template needs a spec"), nested)]
    pub(in crate::validate) spec: Option<PrefixSpec<'a>>,
}

impl<'a> EphemeralPrefix<'a> {
    /// The spec of the template, where there is one.
    pub(in crate::validate) fn spec(&self) -> Option<&PrefixSpec<'a>> {
        self.prefixTemplate.as_ref()?.spec.as_ref()
    }
}
