// SPDX-License-Identifier: Apache-2.0

//! A list of the wire, read up to its bound.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use validator::ValidateLength;

use super::lenient::object;

/// A list. Its first `MOST` entries are read, further ones are counted: what a list costs is bounded by what it may hold,
/// not by what is sent.
#[derive(Debug, PartialEq)]
pub(crate) struct List<T, const MOST: u64> {
    read: Vec<T>,
    number: u64,
}

impl<T, const MOST: u64> List<T, MOST> {
    /// The entries, or none where the list is too long: then only its length is judged.
    pub(crate) fn entries(&self) -> &[T] {
        if self.is_too_long() { &[] } else { &self.read }
    }

    /// The entries as far as they were read.
    pub(crate) fn read(&self) -> &[T] {
        &self.read
    }

    /// As [`Self::entries`], to be filled in.
    pub(crate) fn entries_mut(&mut self) -> &mut [T] {
        if self.is_too_long() {
            &mut []
        } else {
            &mut self.read
        }
    }

    /// The number of entries, of those that were not read as well.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Whether there are more entries than may be.
    pub(crate) const fn is_too_long(&self) -> bool {
        self.number > MOST
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.number == 0
    }
}

impl<T, const MOST: u64> Default for List<T, MOST> {
    fn default() -> Self {
        Self {
            read: Vec::new(),
            number: 0,
        }
    }
}

impl<T, const MOST: u64> FromIterator<T> for List<T, MOST> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        let read: Vec<T> = entries.into_iter().collect();
        let number = read.len() as u64;
        Self { read, number }
    }
}

impl<T, const MOST: u64> ValidateLength<u64> for List<T, MOST> {
    fn length(&self) -> Option<u64> {
        Some(self.number)
    }
}

/// What `validator` puts into its errors: the number of entries.
impl<T, const MOST: u64> Serialize for List<T, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number)
    }
}

/// Takes a list of objects, and `null` for an empty one.
pub(crate) fn objects<'de, D, T, const MOST: u64>(
    deserializer: D,
) -> Result<List<T, MOST>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(ListVisitor::<Object<T>, T, MOST>(PhantomData))
}

/// Takes a list of texts, and `null` for an empty one.
pub(crate) fn texts<'de, D, T, const MOST: u64>(deserializer: D) -> Result<List<T, MOST>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(ListVisitor::<Plain<T>, T, MOST>(PhantomData))
}

/// How an entry is read.
trait Entry<'de, T>: Deserialize<'de> {
    fn taken(self) -> T;
}

/// An object: there is no `null` among the entries of a list.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entry = object(deserializer)?;
        entry
            .map(Self)
            .ok_or_else(|| D::Error::custom("null among the entries of a list"))
    }
}

impl<'de, T: Deserialize<'de>> Entry<'de, T> for Object<T> {
    fn taken(self) -> T {
        self.0
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Plain<T>(T);

impl<'de, T: Deserialize<'de>> Entry<'de, T> for Plain<T> {
    fn taken(self) -> T {
        self.0
    }
}

struct ListVisitor<E, T, const MOST: u64>(PhantomData<(E, T)>);

impl<'de, E: Entry<'de, T>, T, const MOST: u64> Visitor<'de> for ListVisitor<E, T, MOST> {
    type Value = List<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<X: Error>(self) -> Result<Self::Value, X> {
        Ok(List::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = List::default();
        while list.number < MOST {
            let Some(entry) = seq.next_element::<E>()? else {
                return Ok(list);
            };
            list.read.push(entry.taken());
            list.number += 1;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {
            list.number += 1;
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Deserializer, Result};

    use super::*;

    fn read(text: &str) -> Result<List<u8, 2>> {
        texts(&mut Deserializer::from_str(text))
    }

    #[test]
    fn entries_are_read_up_to_the_bound_and_then_counted() {
        let list = read("[1, 2]").unwrap();
        assert_eq!(
            (list.entries(), list.read(), list.number()),
            (&[1, 2][..], &[1, 2][..], 2)
        );
        let list = read(r#"[1, 2, {"a": []}, null]"#).unwrap();
        assert_eq!(
            (list.entries(), list.read(), list.number()),
            (&[][..], &[1, 2][..], 4)
        );
        assert_eq!(read("null").unwrap(), List::default());
    }

    #[test]
    fn an_entry_of_another_type_is_an_error() {
        for text in ["[null]", "[{}]", "{}", "7"] {
            assert!(read(text).is_err(), "{text}");
        }
        let objects = |text: &str| -> Result<List<std::collections::BTreeMap<String, u8>, 2>> {
            objects(&mut Deserializer::from_str(text))
        };
        assert!(objects(r#"[{"a": 1}]"#).is_ok());
        assert!(objects("[null]").is_err());
        assert!(objects("[[]]").is_err());
    }
}
