// SPDX-License-Identifier: Apache-2.0

//! Values by name, found by the name's hash.
//!
//! The names of many objects lie all over the memory, and begin alike. A search that compares them would read a dozen, each in no
//! cache; hashes stand in the tree itself, side by side, so that it reads one name. Names with one hash, which somebody may choose on
//! purpose, take no longer than a search by names.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::ops::Bound;

use super::meta::Str;

/// Values by name, in the order of hashes.
#[derive(Clone)]
pub(super) struct ByName<T>(BTreeMap<Name, T>);

/// A name that is kept. Its order is that of [`Hashed`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    hash: u64,
    text: Str,
}

/// A name that is looked for.
struct Sought<'a> {
    hash: u64,
    text: &'a str,
}

impl<'a> Sought<'a> {
    fn new(text: &'a str) -> Self {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text);
        Self { hash, text }
    }
}

/// What names are ordered by, kept or looked for: the text is read only where hashes are equal.
trait Hashed {
    fn hash(&self) -> u64;
    fn text(&self) -> &str;
}

impl Hashed for Name {
    fn hash(&self) -> u64 {
        self.hash
    }

    fn text(&self) -> &str {
        &self.text
    }
}

impl Hashed for Sought<'_> {
    fn hash(&self) -> u64 {
        self.hash
    }

    fn text(&self) -> &str {
        self.text
    }
}

impl<'a> Borrow<dyn Hashed + 'a> for Name {
    fn borrow(&self) -> &(dyn Hashed + 'a) {
        self
    }
}

impl Ord for dyn Hashed + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_hash = self.hash().cmp(&other.hash());
        by_hash.then_with(|| self.text().cmp(other.text()))
    }
}

impl PartialOrd for dyn Hashed + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for dyn Hashed + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for dyn Hashed + '_ {}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// In the order of names.
impl<T: Debug> Debug for ByName<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.sorted()).finish()
    }
}

impl<T> ByName<T> {
    /// The value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.get(&Sought::new(name) as &dyn Hashed)
    }

    /// The same, to change.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.0.get_mut(&Sought::new(name) as &dyn Hashed)
    }

    /// Sets the value of `name`, and answers what it was.
    pub(super) fn insert(&mut self, name: &Str, value: T) -> Option<T> {
        self.0.insert(kept(name), value)
    }

    /// The value of `name`, which is there from now on.
    pub(super) fn or_default(&mut self, name: &Str) -> &mut T
    where
        T: Default,
    {
        self.0.entry(kept(name)).or_default()
    }

    /// Takes the value of `name` away.
    pub(super) fn remove(&mut self, name: &str) -> Option<T> {
        self.0.remove(&Sought::new(name) as &dyn Hashed)
    }

    /// Takes any value away.
    pub(super) fn pop(&mut self) -> Option<T> {
        self.0.pop_first().map(|(_, value)| value)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Str, &T)> {
        self.range(Bound::Unbounded)
    }

    /// All of them, to change.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Str, &mut T)> {
        self.range_mut(Bound::Unbounded)
    }

    /// All of them, to keep.
    pub(super) fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_values()
    }

    /// All of them in the order of names: for people to read.
    pub(super) fn sorted(&self) -> impl Iterator<Item = (&Str, &T)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter()
    }

    /// Those from a name on, so that all can be gone through in parts.
    pub(super) fn range(&self, from: Bound<&str>) -> impl Iterator<Item = (&Str, &T)> {
        let from = from.map(Sought::new);
        let range = self
            .0
            .range::<dyn Hashed, _>((sought(&from), Bound::Unbounded));
        range.map(|(name, value)| (&name.text, value))
    }

    /// The same, to change.
    pub(super) fn range_mut(&mut self, from: Bound<&str>) -> impl Iterator<Item = (&Str, &mut T)> {
        let from = from.map(Sought::new);
        let range = self
            .0
            .range_mut::<dyn Hashed, _>((sought(&from), Bound::Unbounded));
        range.map(|(name, value)| (&name.text, value))
    }
}

fn kept(name: &Str) -> Name {
    Name {
        hash: Sought::new(name).hash,
        text: name.clone(),
    }
}

fn sought<'a>(bound: &'a Bound<Sought<'a>>) -> Bound<&'a (dyn Hashed + 'a)> {
    bound.as_ref().map(|sought| sought as &dyn Hashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: impl Iterator<Item = (impl AsRef<str>, u8)>) -> Vec<(String, u8)> {
        all.map(|(name, value)| (name.as_ref().to_owned(), value))
            .collect()
    }

    #[test]
    fn values_come_and_go_by_name() {
        let mut values = ByName::default();
        assert_eq!(values.insert(&"a".into(), 1), None);
        assert_eq!(values.insert(&"a".into(), 2), Some(1));
        *values.or_default(&"b".into()) += 3;
        *values.get_mut("a").expect("it") += 4;
        assert_eq!(values.get("a"), Some(&6));
        assert_eq!(values.get("c"), None);
        assert_eq!(values.len(), 2);
        assert_eq!(values.remove("c"), None);
        assert_eq!(values.remove("a"), Some(6));
        assert_eq!(values.pop(), Some(3));
        assert!(values.is_empty());
    }

    #[test]
    fn names_of_one_hash_are_told_apart() {
        let name = |text: &str| Name {
            hash: 7,
            text: text.into(),
        };
        let mut values = ByName(BTreeMap::from([(name("a"), 1), (name("b"), 2)]));
        let at = |text| Sought { hash: 7, text };
        assert_eq!(values.0.get(&at("b") as &dyn Hashed), Some(&2));
        assert_eq!(values.0.remove(&at("a") as &dyn Hashed), Some(1));
        assert_eq!(values.0.get(&at("a") as &dyn Hashed), None);
    }

    #[test]
    fn all_are_gone_through_in_parts_or_by_name() {
        let mut values = ByName::default();
        for (name, value) in ["e", "b", "d", "a", "c"].into_iter().zip(1_u8..) {
            values.insert(&name.into(), value);
        }
        let all = names(values.iter().map(|(name, value)| (name, *value)));
        for (at, (name, _)) in all.iter().enumerate() {
            let rest = |from| names(values.range(from).map(|(name, value)| (name, *value)));
            assert_eq!(rest(Bound::Included(name)), all[at..]);
            assert_eq!(rest(Bound::Excluded(name)), all[at + 1..]);
        }
        let mut expected = all.clone();
        expected.sort_unstable();
        let sorted = names(values.sorted().map(|(name, value)| (name, *value)));
        assert_eq!(sorted, expected);
        let shown = format!("{values:?}");
        assert_eq!(shown, r#"{"a": 4, "b": 2, "c": 5, "d": 3, "e": 1}"#);
        values.iter_mut().for_each(|(_, value)| *value = 0);
        assert_eq!(values.into_values().sum::<u8>(), 0);
    }
}
