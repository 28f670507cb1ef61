// SPDX-License-Identifier: Apache-2.0

//! What a machine's guest is started with, and the pools that it tolerates.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Text, part};
use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct SecretKeyRef<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_subdomain))]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::NAME))]
    key: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EfiVar<'a> {
    #[serde(borrow)]
    #[validate(required, length(max = bound::NAME))]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(required, length(max = bound::UID))]
    uuid: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(required, length(max = bound::TEXT))]
    value: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Toleration<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::LABEL_KEY))]
    key: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::WORD))]
    operator: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::LABEL_VALUE))]
    value: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::WORD))]
    effect: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct GuestConfig<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_label), custom(function = text::short))]
    pub(in crate::validate) hostname: Option<Text<'a>>,
}

part!(SecretKeyRef: fields(name, key), parts());
part!(EfiVar: fields(name, uuid, value), parts());
part!(Toleration: fields(key, operator, value, effect), parts());
part!(GuestConfig: fields(hostname), parts());
