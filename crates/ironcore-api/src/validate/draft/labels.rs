//! Labels and annotations of any number: each is judged as it is read, and none is kept.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Part, Text};
use crate::field::{Fault, FieldPath, excerpt};
use crate::validate::faults::{Faults, MOST_FAULTS};
use crate::validate::label;

/// Labels of a template, as far as they are wrong.
#[derive(Debug, Default, Serialize)]
pub(in crate::validate) struct Labels(Wrong);

/// Annotations of a template, as far as they are wrong.
#[derive(Debug, Default, Serialize)]
pub(in crate::validate) struct Annotations {
    wrong: Wrong,
    /// Bytes of all keys and values.
    size: usize,
}

/// The texts that are wrong, each with the reason; of very many, only the number.
#[derive(Debug, Default, Serialize)]
struct Wrong {
    listed: Vec<(String, String)>,
    more: usize,
}

impl Wrong {
    fn add(&mut self, text: &str, why: &str) {
        if self.listed.len() < MOST_FAULTS {
            self.listed.push((excerpt(text).to_owned(), why.to_owned()));
        } else {
            self.more += 1;
        }
    }
}

impl Part for Wrong {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        for (text, why) in &self.listed {
            faults.add(|| Fault::invalid(at, text, why));
        }
        faults.count(at, self.more);
    }
}

impl Part for Labels {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        self.0.judge(at, faults);
    }
}

impl Part for Annotations {
    fn judge(&self, at: &FieldPath<'_>, faults: &mut Faults) {
        self.wrong.judge(at, faults);
        if self.size > label::ANNOTATIONS_SIZE {
            faults.add(|| Fault::too_large(at, label::ANNOTATIONS_SIZE));
        }
    }
}

/// A map whose entries are read one by one.
trait Judging: Default {
    fn read(&mut self, key: &str, value: &str);
}

impl Judging for Labels {
    fn read(&mut self, key: &str, value: &str) {
        label::key(key, |why| self.0.add(key, why));
        label::value(value, |why| self.0.add(value, why));
    }
}

impl Judging for Annotations {
    fn read(&mut self, key: &str, value: &str) {
        label::annotation_key(key, |why| self.wrong.add(key, why));
        self.size = self.size.saturating_add(key.len() + value.len());
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapVisitor(Self::default()))
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapVisitor(Self::default()))
    }
}

struct MapVisitor<J>(J);

impl<'de, J: Judging> Visitor<'de> for MapVisitor<J> {
    type Value = J;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<J, E> {
        Ok(self.0)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<J, A::Error> {
        while let Some((key, value)) = map.next_entry::<Text<'de>, Text<'de>>()? {
            self.0.read(&key, &value);
        }
        Ok(self.0)
    }
}
