//! Volumes of a machine.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{Opaque, object};
use super::{Ref, Size, TemplateMetadata};
use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Volume<'a> {
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
    #[validate(length(max = bound::WORD), custom(function = text::device))]
    pub(in crate::validate) device: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) volumeRef: Option<Ref<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) emptyDisk: Option<EmptyDisk<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) localDisk: Option<LocalDisk<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) ephemeral: Option<EphemeralVolume<'a>>,
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
    #[validate(length(max = bound::IMAGE))]
    pub(in crate::validate) image: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralVolume<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a template is needed"), nested)]
    volumeTemplate: Option<VolumeTemplate<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
struct VolumeTemplate<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    metadata: Option<TemplateMetadata<'a>>,
    #[validate(required(message = "a template needs a spec"))]
    spec: Option<Opaque>,
}
