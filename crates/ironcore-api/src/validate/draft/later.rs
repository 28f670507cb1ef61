// SPDX-License-Identifier: Apache-2.0

//! A part of an object that is kept as text and decoded again for each look at it. There may be tens of thousands of these
//! in one object, and what is decoded takes many times its text; so only one of them is decoded at a time.

use std::marker::PhantomData;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Drafted, Part, decode};
use crate::field::FieldPath;
use crate::validate::faults::Faults;

/// A part that is decoded later. It was decoded once, so it is of the right types.
#[derive(Debug)]
pub(crate) struct Later<'a, D> {
    text: &'a RawValue,
    drafted: PhantomData<D>,
}

impl<'a, D: Drafted> Later<'a, D> {
    /// What the text says.
    pub(crate) fn get(&self) -> Option<D::Draft<'a>> {
        decode(self.text.get()).ok()
    }
}

impl<'de: 'a, 'a, D: Drafted> Deserialize<'de> for Later<'a, D> {
    fn deserialize<X: Deserializer<'de>>(deserializer: X) -> Result<Self, X::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?;
        decode::<D::Draft<'de>>(text.get()).map_err(X::Error::custom)?;
        Ok(Self {
            text,
            drafted: PhantomData,
        })
    }
}

/// What `validator` puts into its errors: nothing.
impl<D> Serialize for Later<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'a, D: Drafted> Part for Later<'a, D>
where
    D::Draft<'a>: Part,
{
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        if let Some(part) = self.get() {
            part.judge(at, faults);
        }
    }
}
