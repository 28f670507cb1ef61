// SPDX-License-Identifier: Apache-2.0

//! A part of an object, with the room that it takes on the wire.

use std::ops::{Deref, DerefMut};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use validator::ValidateLength;

use super::lenient::object;
use super::list::objects;
use super::{List, Part};
use crate::field::FieldPath;
use crate::validate::faults::Faults;

/// A part, and the bytes of its JSON as it was sent.
#[derive(Debug, Default)]
pub(crate) struct Measured<T> {
    part: T,
    bytes: usize,
}

impl<T> Measured<T> {
    /// The bytes of its JSON.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }
}

impl<T> Deref for Measured<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.part
    }
}

impl<T> DerefMut for Measured<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.part
    }
}

/// Takes a list of objects, and `null` for an empty one.
pub(crate) fn measured_objects<'de, D, T, const MOST: u64>(
    deserializer: D,
) -> Result<Measured<List<T, MOST>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    measured(deserializer, |json| objects(json))
}

/// Takes an object, and `null` for none.
pub(crate) fn measured_object<'de, D, T>(deserializer: D) -> Result<Measured<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    measured(deserializer, |json| object(json))
}

type Json<'de> = serde_json::Deserializer<serde_json::de::StrRead<'de>>;

fn measured<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: impl FnOnce(&mut Json<'de>) -> serde_json::Result<T>,
) -> Result<Measured<T>, D::Error> {
    let text = <&'de RawValue>::deserialize(deserializer)?.get();
    let part = read(&mut serde_json::Deserializer::from_str(text)).map_err(D::Error::custom)?;
    let bytes = text.len();
    Ok(Measured { part, bytes })
}

impl<T: Part> Part for Measured<T> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        self.part.judge(at, faults);
    }
}

impl<T: ValidateLength<u64>> ValidateLength<u64> for Measured<T> {
    fn length(&self) -> Option<u64> {
        self.part.length()
    }
}

impl<T: Serialize> Serialize for Measured<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.part.serialize(serializer)
    }
}
