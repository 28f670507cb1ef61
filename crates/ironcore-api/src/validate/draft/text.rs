// SPDX-License-Identifier: Apache-2.0

//! A text of the wire.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use validator::ValidateLength;

use crate::field::excerpt;

/// A text, borrowed from the wire unless it is written with escapes there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Text<'a>(Cow<'a, str>);

impl Text<'static> {
    /// A text that is not from the wire.
    pub(crate) const fn fixed(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    pub(crate) const fn owned(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// What `validator` puts into its errors: no more than a message shows of a text.
impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(excerpt(self))
    }
}

impl ValidateLength<u64> for Text<'_> {
    fn validate_length(&self, min: Option<u64>, max: Option<u64>, equal: Option<u64>) -> bool {
        // Most texts are short enough by their bytes, which need not be counted.
        let short = max.is_some_and(|max| self.0.len() as u64 <= max);
        if short && min.is_none() && equal.is_none() {
            return true;
        }
        let length = self.0.chars().count() as u64;
        min.is_none_or(|min| min <= length)
            && max.is_none_or(|max| length <= max)
            && equal.is_none_or(|equal| length == equal)
    }

    fn length(&self) -> Option<u64> {
        Some(self.0.chars().count() as u64)
    }
}
