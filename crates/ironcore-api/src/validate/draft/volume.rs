// SPDX-License-Identifier: Apache-2.0

//! Volumes of a machine.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{Opaque, object};
use super::{Later, OfTemplate, Ref, Size, Text, part};
use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Volume<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::WORD), custom(function = text::device))]
    pub(in crate::validate) device: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) volumeRef: Option<Ref<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) emptyDisk: Option<Box<EmptyDisk<'a>>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) localDisk: Option<Box<LocalDisk<'a>>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) ephemeral: Option<Box<EphemeralVolume<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EmptyDisk<'a> {
    #[serde(borrow)]
    #[validate(custom(function = text::size))]
    sizeLimit: Option<Size<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct LocalDisk<'a> {
    #[serde(borrow)]
    #[validate(custom(function = text::size))]
    sizeLimit: Option<Size<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::IMAGE))]
    pub(in crate::validate) image: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralVolume<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    volumeTemplate: Option<VolumeTemplate<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
struct VolumeTemplate<'a> {
    #[serde(borrow)]
    metadata: Option<Later<'a, OfTemplate>>,
    #[validate(required)]
    spec: Option<Opaque>,
}

part!(Volume: fields(name, device), parts(volumeRef, emptyDisk, localDisk, ephemeral));
part!(EmptyDisk: fields(sizeLimit), parts());
part!(LocalDisk: fields(sizeLimit, image), parts());
part!(EphemeralVolume: fields(), parts(volumeTemplate));
part!(VolumeTemplate: fields(spec), parts(metadata));
