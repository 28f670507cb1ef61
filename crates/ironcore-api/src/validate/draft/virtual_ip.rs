// SPDX-License-Identifier: Apache-2.0

//! VirtualIP, and the templates of virtual IPs.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::object;
use super::{LabelRef, Later, Metadata, Nameless, Text, UidRef, part};
use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct VirtualIP<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) spec: Option<VirtualIPSpec<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct VirtualIPSpec<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::WORD),
        custom(function = text::virtual_ip_type)
    )]
    pub(in crate::validate) r#type: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::WORD),
        custom(function = text::family)
    )]
    pub(in crate::validate) ipFamily: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    targetRef: Option<UidRef<'a>>,
}

/// Where an interface's public address comes from.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct VirtualIPSource<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) virtualIPRef: Option<LabelRef<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) ephemeral: Option<Box<EphemeralVirtualIP<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralVirtualIP<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    virtualIPTemplate: Option<VirtualIPTemplate<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
struct VirtualIPTemplate<'a> {
    #[serde(borrow)]
    metadata: Option<Later<'a, Nameless>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    spec: Option<EphemeralVirtualIPSpec<'a>>,
}

/// A [`VirtualIPSpec`] and a field of its own. Not flattened: `validator` would see a field of one.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
struct EphemeralVirtualIPSpec<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::WORD),
        custom(function = text::virtual_ip_type)
    )]
    r#type: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::WORD),
        custom(function = text::family)
    )]
    ipFamily: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    targetRef: Option<UidRef<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::WORD), custom(function = text::reclaim_policy))]
    reclaimPolicy: Option<Text<'a>>,
}

part!(VirtualIPSpec: fields(r#type, ipFamily), parts(targetRef));
part!(VirtualIPSource: fields(), parts(virtualIPRef, ephemeral));
part!(EphemeralVirtualIP: fields(), parts(virtualIPTemplate));
part!(VirtualIPTemplate: fields(), parts(metadata, spec));
part!(EphemeralVirtualIPSpec: fields(r#type, ipFamily, reclaimPolicy), parts(targetRef));
