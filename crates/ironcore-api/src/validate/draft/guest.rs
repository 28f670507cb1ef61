//! What a machine's guest is started with, and the pools that it tolerates.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct SecretKeyRef<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_subdomain))]
    name: Option<&'a str>,
    #[validate(length(max = bound::NAME))]
    key: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EfiVar<'a> {
    #[validate(required(message = "a name is needed"), length(max = bound::NAME))]
    pub(in crate::validate) name: Option<&'a str>,
    #[validate(required(message = "the vendor's UUID is needed"), length(max = bound::UID))]
    uuid: Option<&'a str>,
    #[validate(required(message = "a value is needed"), length(max = bound::TEXT))]
    value: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Toleration<'a> {
    #[validate(length(max = bound::LABEL_KEY))]
    key: Option<&'a str>,
    #[validate(length(max = bound::WORD))]
    operator: Option<&'a str>,
    #[validate(length(max = bound::LABEL_VALUE))]
    value: Option<&'a str>,
    #[validate(length(max = bound::WORD))]
    effect: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct GuestConfig<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_label))]
    pub(in crate::validate) hostname: Option<&'a str>,
}
