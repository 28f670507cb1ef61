// SPDX-License-Identifier: Apache-2.0

//! Objects as their authors sent them: every word is still text, and whatever may be left out may be
//! missing. So all that is wrong with an object is found at once, where its type would only say that
//! it does not decode. What is of the wrong JSON type does not decode here either.
//!
//! A draft is derived from its type (`ironcore_derive::Judged`), and what holds of each field alone is said there: how much
//! it holds, whether it must be there, what its text must be. What holds across fields is said in `validate`'s other modules.
//! Here is what drafts are made of, and what no type says.

#![allow(
    non_snake_case,
    reason = "fields are spelled as the API spells them, so that the tree of errors of `validator` is their path"
)]

mod labels;
mod later;
mod lenient;
mod list;
mod measured;
mod nameless;
mod object;
mod part;
mod reference;
mod selector;
mod template;
mod text;
mod texts;

pub(crate) use labels::{Annotations, Labels};
pub(crate) use later::Later;
pub(crate) use lenient::{Opaque, Size, object, object_or_empty};
pub(crate) use list::{List, objects, texts};
pub(crate) use measured::{Measured, measured_object, measured_objects};
pub(crate) use object::*;
pub(crate) use part::{Drafted, Field, Part};
pub(crate) use selector::{Expression, Selector};
pub(crate) use text::Text;
pub(crate) use texts::{Label, Plain, Texts, each, set};

/// The drafts of all types, by the name of the type.
pub(crate) mod of_types {
    pub(crate) use super::template::EphemeralVirtualIPSpecDraft;
    pub(crate) use crate::compute::*;
    pub(crate) use crate::form::*;
    pub(crate) use crate::ipam::*;
    pub(crate) use crate::networking::*;
    pub(crate) use crate::reference::*;
}

pub(crate) use crate::compute::{
    MachineNetworkInterfaceDraft as MachineInterface, MachineSpecDraft as MachineSpec,
    MachineVolumeDraft as Volume,
};
pub(crate) use crate::form::LabelUidRefDraft as LabelUidRef;
pub(crate) use crate::ipam::PrefixSpecDraft as PrefixSpec;
pub(crate) use crate::networking::{
    EphemeralPrefixDraft as EphemeralPrefix, IpSourceDraft as IpSource,
    NetworkInterfaceSpecDraft as NetworkInterfaceSpec,
    NetworkInterfaceTemplateDraft as InterfaceTemplate, NetworkPeeringDraft as Peering,
    PrefixSourceDraft as PrefixSource, VirtualIPSourceDraft as VirtualIPSource,
};
pub(crate) use crate::template::TemplateMetaDraft as TemplateMetadata;

use serde::{Deserialize, Serialize};

/// Metadata of an object, as far as a rule reads it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Metadata<'a> {
    #[serde(borrow)]
    pub(crate) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) namespace: Option<Text<'a>>,
}

/// The name, where it is known: under `generateName` it is not, before the object is stored.
pub(crate) fn known_name<'m>(metadata: Option<&'m Metadata<'_>>) -> Option<&'m str> {
    given(metadata?.name.as_deref())
}

/// The text, where it says something: an empty one means none.
pub(crate) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Decodes an object of the wire.
pub(crate) fn decode<'a, T: Deserialize<'a>>(object: &'a str) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_str(object);
    let decoded = lenient::object(&mut json)?;
    json.end()?;
    decoded.ok_or_else(|| serde::de::Error::custom("null in place of an object"))
}
