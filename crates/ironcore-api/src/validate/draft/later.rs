// SPDX-License-Identifier: Apache-2.0

//! A part of an object that is kept as text and decoded again for each look at it. There may be tens of thousands of these
//! in one object, and what is decoded takes many times its text; so only one of them is decoded at a time.

use std::marker::PhantomData;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Part, decode};
use crate::field::FieldPath;
use crate::validate::faults::Faults;

/// A family of types, one for each lifetime of the text that they borrow from.
pub(in crate::validate) trait Decoded {
    /// What is decoded.
    type Of<'a>: Deserialize<'a>;
}

/// A part that is decoded later. It was decoded once, so it is of the right types.
#[derive(Debug)]
pub(in crate::validate) struct Later<'a, D> {
    text: &'a RawValue,
    decoded: PhantomData<D>,
}

impl<'a, D: Decoded> Later<'a, D> {
    /// What the text says.
    pub(in crate::validate) fn get(&self) -> Option<D::Of<'a>> {
        decode(self.text.get()).ok()
    }
}

impl<'de: 'a, 'a, D: Decoded> Deserialize<'de> for Later<'a, D> {
    fn deserialize<X: Deserializer<'de>>(deserializer: X) -> Result<Self, X::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?;
        decode::<D::Of<'de>>(text.get()).map_err(X::Error::custom)?;
        Ok(Self {
            text,
            decoded: PhantomData,
        })
    }
}

/// What `validator` puts into its errors: nothing.
impl<D> Serialize for Later<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'a, D: Decoded> Part for Later<'a, D>
where
    D::Of<'a>: Part,
{
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        if let Some(part) = self.get() {
            part.judge(at, faults);
        }
    }
}
