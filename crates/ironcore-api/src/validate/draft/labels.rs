// SPDX-License-Identifier: Apache-2.0

//! Labels and annotations of any number: kept as text, and judged one by one.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::{Part, Text};
use crate::field::{Fault, FieldPath};
use crate::validate::faults::Faults;
use crate::validate::label;

/// Labels of a template.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Labels<'a>(Map<'a>);

/// Annotations of a template.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Annotations<'a>(Map<'a>);

impl Annotations<'_> {
    /// The bytes of all of them together.
    pub(crate) fn size(&self) -> usize {
        let mut size: usize = 0;
        self.0
            .each(|key, value| size = size.saturating_add(key.len() + value.len()));
        size
    }

    /// Whether one has this key.
    pub(crate) fn has(&self, wanted: &str) -> bool {
        let mut found = false;
        self.0.each(|key, _| found |= key == wanted);
        found
    }
}

impl Part for Labels<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        self.0.each(|key, value| {
            label::key(key, |why| faults.add(|| Fault::invalid(at, key, why)));
            label::value(value, |why| faults.add(|| Fault::invalid(at, value, why)));
        });
    }
}

impl Part for Annotations<'_> {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        self.0.each(|key, _| {
            label::annotation_key(key, |why| faults.add(|| Fault::invalid(at, key, why)));
        });
        if self.size() > label::ANNOTATIONS_SIZE {
            faults.add(|| Fault::too_large(at, label::ANNOTATIONS_SIZE));
        }
    }
}

/// The text of a map of strings.
#[derive(Debug, Default, Serialize)]
struct Map<'a>(Option<&'a RawValue>);

impl Map<'_> {
    /// Calls `visit` with each entry.
    fn each(&self, visit: impl FnMut(&str, &str)) {
        if let Some(text) = self.0 {
            // It was read once, so it can be read.
            let _ = entries(text, visit);
        }
    }
}

fn entries(text: &RawValue, visit: impl FnMut(&str, &str)) -> serde_json::Result<()> {
    let mut json = serde_json::Deserializer::from_str(text.get());
    json.deserialize_any(Entries(visit))
}

impl<'de: 'a, 'a> Deserialize<'de> for Labels<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Annotations<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Map<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&'de RawValue>::deserialize(deserializer)?;
        entries(text, |_, _| ()).map_err(D::Error::custom)?;
        Ok(Self(Some(text)))
    }
}

struct Entries<F>(F);

impl<'de, F: FnMut(&str, &str)> Visitor<'de> for Entries<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry::<Text<'de>, Text<'de>>()? {
            (self.0)(&key, &value);
        }
        Ok(())
    }
}
