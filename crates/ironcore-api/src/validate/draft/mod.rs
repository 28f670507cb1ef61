// SPDX-License-Identifier: Apache-2.0

//! Objects as their authors sent them: every word is still text, and whatever may be left out may be
//! missing. So all that is wrong with an object is found at once, where its type would only say that
//! it does not decode. What is of the wrong JSON type does not decode here either.
//!
//! The fields' attributes say what holds of each alone: how much it holds, whether it must be there,
//! what its text must be. What holds across fields is said in `validate`'s other modules.

#![allow(
    non_snake_case,
    reason = "fields are spelled as the API spells them, so that the tree of errors of `validator` is their path"
)]

mod guest;
mod labels;
mod later;
mod lenient;
mod list;
mod machine;
mod measured;
mod network;
mod network_interface;
mod part;
mod prefix;
mod reference;
mod template;
mod text;
mod texts;
mod virtual_ip;
mod volume;

pub(super) use guest::*;
pub(super) use labels::{Annotations, Labels};
pub(super) use later::{Decoded, Later};
pub(super) use lenient::Size;
pub(super) use list::{List, texts};
pub(super) use machine::*;
use measured::{Measured, measured_object, measured_objects};
pub(super) use network::*;
pub(super) use network_interface::*;
pub(super) use part::Part;
use part::part;
pub(super) use prefix::*;
pub(super) use reference::*;
pub(super) use template::*;
pub(super) use text::Text;
pub(super) use texts::Family;
pub(super) use virtual_ip::*;
pub(super) use volume::*;

use serde::{Deserialize, Serialize};

/// Metadata of an object, as far as a rule reads it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) namespace: Option<Text<'a>>,
}

/// The name, where it is known: under `generateName` it is not, before the object is stored.
pub(super) fn known_name<'m>(metadata: Option<&'m Metadata<'_>>) -> Option<&'m str> {
    given(metadata?.name.as_deref())
}

/// The text, where it says something: an empty one means none.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// Decodes an object of the wire.
pub(super) fn decode<'a, T: Deserialize<'a>>(object: &'a str) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_str(object);
    let decoded = lenient::object(&mut json)?;
    json.end()?;
    decoded.ok_or_else(|| serde::de::Error::custom("null in place of an object"))
}
