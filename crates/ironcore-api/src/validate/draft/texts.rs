// SPDX-License-Identifier: Apache-2.0

//! Maps and lists of texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use validator::ValidateLength;

use super::list::texts;
use super::{List, Part, Text};
use crate::bound;
use crate::field::{Fault, FieldPath, excerpt};
use crate::validate::faults::Faults;
use crate::validate::{label, structure, text};

/// A map of texts: its first entries are read, as many as may be, and further ones are counted.
#[derive(Debug, PartialEq)]
pub(in crate::validate) struct Texts<'a, R> {
    read: BTreeMap<Text<'a>, Text<'a>>,
    number: u64,
    rule: PhantomData<R>,
}

/// Attributes of an interface.
pub(in crate::validate) type Attributes<'a> = Texts<'a, Attribute>;

/// Labels that something selects by.
pub(in crate::validate) type MatchLabels<'a> = Texts<'a, Label>;

/// What holds of the entries of a map.
pub(in crate::validate) trait Rule {
    /// Adds what is wrong with the entry of the map at `at`.
    fn judge(at: &FieldPath<'_>, key: &str, value: &Text<'_>, faults: &mut Faults);
}

#[derive(Debug, PartialEq)]
pub(in crate::validate) struct Attribute;

impl Rule for Attribute {
    fn judge(at: &FieldPath<'_>, key: &str, value: &Text<'_>, faults: &mut Faults) {
        let verdict = text::at_most(value, bound::ATTRIBUTE);
        structure::verdict(&at.field(excerpt(key)), value, verdict, faults);
    }
}

#[derive(Debug, PartialEq)]
pub(in crate::validate) struct Label;

impl Rule for Label {
    fn judge(at: &FieldPath<'_>, key: &str, value: &Text<'_>, faults: &mut Faults) {
        label::key(key, |why| faults.add(|| Fault::invalid(at, key, why)));
        let verdict = text::at_most(value, bound::LABEL_VALUE);
        if verdict.is_ok() {
            label::value(value, |why| faults.add(|| Fault::invalid(at, value, why)));
        }
        structure::verdict(&at.field(excerpt(key)), value, verdict, faults);
    }
}

impl<R> Default for Texts<'_, R> {
    fn default() -> Self {
        Self {
            read: BTreeMap::new(),
            number: 0,
            rule: PhantomData,
        }
    }
}

impl<R: Rule> Part for Texts<'_, R> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        if self.number > bound::ENTRIES {
            return;
        }
        for (key, value) in &self.read {
            R::judge(at, key, value, faults);
        }
    }
}

impl<R> ValidateLength<u64> for Texts<'_, R> {
    fn length(&self) -> Option<u64> {
        Some(self.number)
    }
}

/// What `validator` puts into its errors: the number of entries.
impl<R> Serialize for Texts<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number)
    }
}

impl<'de: 'a, 'a, R> Deserialize<'de> for Texts<'a, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor(PhantomData))
    }
}

struct TextsVisitor<R>(PhantomData<R>);

impl<'de, R> Visitor<'de> for TextsVisitor<R> {
    type Value = Texts<'de, R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Texts::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut texts = Texts::default();
        while texts.number < bound::ENTRIES {
            let Some((key, text)) = map.next_entry()? else {
                return Ok(texts);
            };
            texts.read.insert(key, text);
            texts.number += 1;
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            texts.number += 1;
        }
        Ok(texts)
    }
}

/// One of a list of IP families.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub(in crate::validate) struct Family<'a>(#[serde(borrow)] pub(in crate::validate) Text<'a>);

impl Part for Family<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        let verdict = text::at_most(&self.0, bound::WORD).and_then(|()| text::family(&self.0));
        structure::verdict(at, &self.0, verdict, faults);
    }
}

/// One of the values of a selector.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub(in crate::validate) struct LabelValue<'a>(#[serde(borrow)] Text<'a>);

impl Part for LabelValue<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        let verdict = text::at_most(&self.0, bound::LABEL_VALUE);
        if verdict.is_ok() {
            label::value(&self.0, |why| {
                faults.add(|| Fault::invalid(at, &self.0, why));
            });
        }
        structure::verdict(at, &self.0, verdict, faults);
    }
}

/// Finalizers: none twice.
#[derive(Debug, Default)]
pub(in crate::validate) struct Finalizers<'a>(List<Text<'a>, { bound::FINALIZERS }>);

impl<'de: 'a, 'a> Deserialize<'de> for Finalizers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        texts(deserializer).map(Self)
    }
}

impl Serialize for Finalizers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl ValidateLength<u64> for Finalizers<'_> {
    fn length(&self) -> Option<u64> {
        self.0.length()
    }
}

impl Part for Finalizers<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for (index, text) in self.0.entries().iter().enumerate() {
            if !seen.insert(text) {
                faults.push(Fault::duplicate(&at.index(index), text));
            }
        }
    }
}
