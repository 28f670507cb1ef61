// SPDX-License-Identifier: Apache-2.0

//! Maps and lists of texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use validator::ValidateLength;

use super::{List, Part, Text};
use crate::bound;
use crate::field::{Fault, FieldPath, excerpt};
use crate::validate::faults::Faults;
use crate::validate::text::Verdict;
use crate::validate::{label, structure, text};

/// A map of texts: its first entries are read, `MOST` of them, and further ones are counted. A text has at most `EACH`
/// characters.
#[derive(Debug, PartialEq)]
pub(crate) struct Texts<'a, R, const MOST: u64, const EACH: u64> {
    read: BTreeMap<Text<'a>, Text<'a>>,
    number: u64,
    rule: PhantomData<R>,
}

/// Labels that something selects by.
pub(crate) type MatchLabels<'a> = Texts<'a, Label, { bound::ENTRIES }, { bound::LABEL_VALUE }>;

impl<R, const MOST: u64, const EACH: u64> Texts<'_, R, MOST, EACH> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.number == 0
    }
}

/// What holds of the entries of a map.
pub(crate) trait Rule {
    /// Adds what is wrong with the entry of the map at `at`, of whose text it is known whether it is too long.
    fn judge(at: &FieldPath<'_>, key: &str, value: &Text<'_>, fits: bool, faults: &mut Faults);
}

/// Texts of any kind.
#[derive(Debug, PartialEq)]
pub(crate) struct Plain;

impl Rule for Plain {
    fn judge(_: &FieldPath<'_>, _: &str, _: &Text<'_>, _: bool, _: &mut Faults) {}
}

/// Labels.
#[derive(Debug, PartialEq)]
pub(crate) struct Label;

impl Rule for Label {
    fn judge(at: &FieldPath<'_>, key: &str, value: &Text<'_>, fits: bool, faults: &mut Faults) {
        label::key(key, |why| faults.add(|| Fault::invalid(at, key, why)));
        if fits {
            label::value(value, |why| faults.add(|| Fault::invalid(at, value, why)));
        }
    }
}

impl<R, const MOST: u64, const EACH: u64> Default for Texts<'_, R, MOST, EACH> {
    fn default() -> Self {
        Self {
            read: BTreeMap::new(),
            number: 0,
            rule: PhantomData,
        }
    }
}

impl<R: Rule, const MOST: u64, const EACH: u64> Part for Texts<'_, R, MOST, EACH> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        if self.number > MOST {
            return;
        }
        for (key, value) in &self.read {
            let verdict = text::at_most(value, EACH);
            R::judge(at, key, value, verdict.is_ok(), faults);
            structure::verdict(&at.field(excerpt(key)), value, verdict, faults);
        }
    }
}

impl<R, const MOST: u64, const EACH: u64> ValidateLength<u64> for Texts<'_, R, MOST, EACH> {
    fn length(&self) -> Option<u64> {
        Some(self.number)
    }
}

/// What `validator` puts into its errors: the number of entries.
impl<R, const MOST: u64, const EACH: u64> Serialize for Texts<'_, R, MOST, EACH> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.number)
    }
}

impl<'de: 'a, 'a, R, const MOST: u64, const EACH: u64> Deserialize<'de>
    for Texts<'a, R, MOST, EACH>
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor::<R, MOST, EACH>(PhantomData))
    }
}

struct TextsVisitor<R, const MOST: u64, const EACH: u64>(PhantomData<R>);

impl<'de, R, const MOST: u64, const EACH: u64> Visitor<'de> for TextsVisitor<R, MOST, EACH> {
    type Value = Texts<'de, R, MOST, EACH>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Texts::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut texts = Texts::default();
        while texts.number < MOST {
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

/// Judges each text of a list: it has at most `most` characters, and keeps the rules.
pub(crate) fn each<const MOST: u64>(
    list: &List<Text<'_>, MOST>,
    most: u64,
    rules: &[fn(&str) -> Verdict],
    at: &FieldPath<'_>,
    faults: &mut Faults,
) {
    for (index, text) in list.entries().iter().enumerate() {
        let verdict =
            text::at_most(text, most).and_then(|()| rules.iter().try_for_each(|rule| rule(text)));
        structure::verdict(&at.index(index), text, verdict, faults);
    }
}

/// No two texts of a list are the same.
pub(crate) fn set<const MOST: u64>(
    list: &List<Text<'_>, MOST>,
    at: &FieldPath<'_>,
    faults: &mut Faults,
) {
    let mut seen = BTreeSet::new();
    for (index, text) in list.entries().iter().enumerate() {
        if !seen.insert(text) {
            faults.push(Fault::duplicate(&at.index(index), text));
        }
    }
}

/// One of the values of a selector.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct LabelValue<'a>(#[serde(borrow)] Text<'a>);

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
