// SPDX-License-Identifier: Apache-2.0

//! Values by name, found by the name's hash.
//!
//! The names of many objects lie all over the memory, and begin alike. A search that compares them would read a dozen, each in no
//! cache; hashes stand in the tree itself, side by side, so that it reads one name. Names with one hash, which somebody may choose on
//! purpose, take no longer than a search by names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Debug;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::iter::once;
use std::ops::{Bound, RangeFrom};

use super::meta::Str;

/// Values by name, in the order of hashes, then of names.
#[derive(Clone)]
pub(super) struct ByName<T> {
    /// The first name of each hash.
    by_hash: BTreeMap<u64, (Str, T)>,
    /// The other names of a hash that has several.
    others: BTreeMap<u64, BTreeMap<Str, T>>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self {
            by_hash: BTreeMap::new(),
            others: BTreeMap::new(),
        }
    }
}

/// In the order of names.
impl<T: Debug> Debug for ByName<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.sorted()).finish()
    }
}

/// Of names.
type Hash = fn(&str) -> u64;

fn hash(name: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(name)
}

impl<T> ByName<T> {
    /// The value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.get_by(hash, name)
    }

    fn get_by(&self, hash: Hash, name: &str) -> Option<&T> {
        let hash = hash(name);
        match self.by_hash.get(&hash)? {
            (first, value) if first == name => Some(value),
            _ => self.others.get(&hash)?.get(name),
        }
    }

    /// The same, to change.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.get_mut_by(hash, name)
    }

    fn get_mut_by(&mut self, hash: Hash, name: &str) -> Option<&mut T> {
        let hash = hash(name);
        match self.by_hash.get_mut(&hash)? {
            (first, value) if first == name => Some(value),
            _ => self.others.get_mut(&hash)?.get_mut(name),
        }
    }

    /// Sets the value of `name`, and answers what it was.
    pub(super) fn insert(&mut self, name: &Str, value: T) -> Option<T> {
        self.insert_by(hash, name, value)
    }

    fn insert_by(&mut self, hash: Hash, name: &Str, value: T) -> Option<T> {
        let hash = hash(name);
        let first = match self.by_hash.entry(hash) {
            Entry::Vacant(entry) => {
                entry.insert((name.clone(), value));
                return None;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        if first.0 == *name {
            return Some(std::mem::replace(&mut first.1, value));
        }
        let others = self.others.entry(hash).or_default();
        let (name, value) = if *name < first.0 {
            std::mem::replace(first, (name.clone(), value))
        } else {
            (name.clone(), value)
        };
        others.insert(name, value)
    }

    /// The value of `name`, which is there from now on.
    pub(super) fn or_default(&mut self, name: &Str) -> &mut T
    where
        T: Default,
    {
        self.or_default_by(hash, name)
    }

    fn or_default_by(&mut self, hash: Hash, name: &Str) -> &mut T
    where
        T: Default,
    {
        let hash = hash(name);
        let new = || (name.clone(), T::default());
        let first = self.by_hash.entry(hash).or_insert_with(new);
        if first.0 == *name {
            return &mut first.1;
        }
        let others = self.others.entry(hash).or_default();
        if *name > first.0 {
            return others.entry(name.clone()).or_default();
        }
        let (later, value) = std::mem::replace(first, new());
        others.insert(later, value);
        &mut first.1
    }

    /// Takes the value of `name` away.
    pub(super) fn remove(&mut self, name: &str) -> Option<T> {
        self.remove_by(hash, name)
    }

    fn remove_by(&mut self, hash: Hash, name: &str) -> Option<T> {
        let hash = hash(name);
        if self.by_hash.get(&hash)?.0 == name {
            let (_, value) = self.by_hash.remove(&hash)?;
            self.promote(hash);
            return Some(value);
        }
        let others = self.others.get_mut(&hash)?;
        let value = others.remove(name);
        if others.is_empty() {
            self.others.remove(&hash);
        }
        value
    }

    /// Takes any value away.
    pub(super) fn pop(&mut self) -> Option<T> {
        let (hash, (_, value)) = self.by_hash.pop_first()?;
        self.promote(hash);
        Some(value)
    }

    /// Makes the next name of a hash the first one.
    fn promote(&mut self, hash: u64) {
        let Some(mut others) = self.others.remove(&hash) else {
            return;
        };
        if let Some(first) = others.pop_first() {
            self.by_hash.insert(hash, first);
        }
        if !others.is_empty() {
            self.others.insert(hash, others);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_hash.len() + self.others.values().map(BTreeMap::len).sum::<usize>()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
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
        let by_hash = self.by_hash.into_values().map(|(_, value)| value);
        let others = self.others.into_values().flat_map(BTreeMap::into_values);
        by_hash.chain(others)
    }

    /// All of them in the order of names: for people to read.
    pub(super) fn sorted(&self) -> impl Iterator<Item = (&Str, &T)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        all.into_iter()
    }

    /// Those from a name on, so that all can be gone through in parts, whatever comes and goes in between.
    pub(super) fn range(&self, from: Bound<&str>) -> impl Iterator<Item = (&Str, &T)> {
        self.range_by(hash, from)
    }

    fn range_by(&self, hash: Hash, from: Bound<&str>) -> impl Iterator<Item = (&Str, &T)> {
        let from = Start::new(hash, from);
        let by_hash = self.by_hash.range(from.hashes());
        let by_hash = by_hash.map(|(hash, (name, value))| (hash, (name, value)));
        in_order(by_hash, self.others.range(from.hashes()), from)
    }

    /// The same, to change.
    pub(super) fn range_mut(&mut self, from: Bound<&str>) -> impl Iterator<Item = (&Str, &mut T)> {
        let from = Start::new(hash, from);
        let by_hash = self.by_hash.range_mut(from.hashes());
        let by_hash = by_hash.map(|(hash, (name, value))| (hash, (&*name, value)));
        in_order(by_hash, self.others.range_mut(from.hashes()), from)
    }
}

/// The first name of each hash and then the others of that hash, beginning with `from`.
fn in_order<'a, V>(
    by_hash: impl Iterator<Item = (&'a u64, (&'a Str, V))>,
    others: impl Iterator<Item = (&'a u64, impl IntoIterator<Item = (&'a Str, V)>)>,
    from: Start<'_>,
) -> impl Iterator<Item = (&'a Str, V)> {
    let mut others = others.peekable();
    let all = by_hash.flat_map(move |(hash, first)| {
        let others = others.next_if(|(of, _)| *of == hash);
        let others = others.into_iter().flat_map(|(_, others)| others);
        once(first).chain(others).map(move |pair| (hash, pair))
    });
    let all = all.skip_while(move |(hash, (name, _))| from.is_after(**hash, name));
    all.map(|(_, pair)| pair)
}

/// Where a part begins.
#[derive(Clone, Copy)]
struct Start<'a> {
    /// Of the name.
    hash: Option<u64>,
    name: Bound<&'a str>,
}

impl<'a> Start<'a> {
    fn new(hash: Hash, name: Bound<&'a str>) -> Self {
        let hash = match name {
            Bound::Included(name) | Bound::Excluded(name) => Some(hash(name)),
            Bound::Unbounded => None,
        };
        Self { hash, name }
    }

    /// The hashes that it may have.
    fn hashes(self) -> RangeFrom<u64> {
        self.hash.unwrap_or_default()..
    }

    /// Whether it comes only after this name, which has one of these hashes.
    fn is_after(self, hash: u64, name: &str) -> bool {
        self.hash == Some(hash)
            && match self.name {
                Bound::Included(from) => name < from,
                Bound::Excluded(from) => name <= from,
                Bound::Unbounded => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::vec;
    use proptest::prelude::*;

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

    /// As somebody may choose them.
    fn few(name: &str) -> u64 {
        u64::from(name.bytes().next().unwrap_or_default() % 3)
    }

    #[derive(Clone, Debug)]
    enum Op {
        Insert(u8),
        OrDefault,
        Change(u8),
        Remove,
        Pop,
    }

    fn op() -> impl Strategy<Value = (String, Op)> {
        let op = prop_oneof![
            any::<u8>().prop_map(Op::Insert),
            Just(Op::OrDefault),
            any::<u8>().prop_map(Op::Change),
            Just(Op::Remove),
            Just(Op::Pop),
        ];
        ("[a-h]", op)
    }

    fn apply(values: &mut ByName<u8>, name: &str, op: &Op) -> Option<u8> {
        match op {
            Op::Insert(value) => values.insert_by(few, &name.into(), *value),
            Op::OrDefault => Some(*values.or_default_by(few, &name.into())),
            Op::Change(value) => {
                let known = values.get_mut_by(few, name)?;
                Some(std::mem::replace(known, *value))
            }
            Op::Remove => values.remove_by(few, name),
            Op::Pop => values.pop(),
        }
    }

    fn apply_to_model(model: &mut BTreeMap<String, u8>, name: &str, op: &Op) -> Option<u8> {
        match op {
            Op::Insert(value) => model.insert(name.to_owned(), *value),
            Op::OrDefault => Some(*model.entry(name.to_owned()).or_default()),
            Op::Change(value) => {
                let known = model.get_mut(name)?;
                Some(std::mem::replace(known, *value))
            }
            Op::Remove => model.remove(name),
            Op::Pop => None,
        }
    }

    proptest! {
        #[test]
        fn names_of_one_hash_are_told_apart(ops in vec(op(), 0..40)) {
            let (mut values, mut model) = (ByName::default(), BTreeMap::new());
            for (name, op) in ops {
                let before = names(values.sorted().map(|(name, value)| (name, *value)));
                let answered = apply(&mut values, &name, &op);
                if let Op::Pop = op {
                    let gone = before.into_iter().find(|(name, _)| values.get_by(few, name).is_none());
                    prop_assert_eq!(answered, gone.as_ref().map(|(_, value)| *value));
                    gone.and_then(|(name, _)| model.remove(&name));
                } else {
                    prop_assert_eq!(answered, apply_to_model(&mut model, &name, &op));
                }
                prop_assert_eq!(values.get_by(few, &name), model.get(&name));
                prop_assert_eq!(values.len(), model.len());
                let from = |from| names(values.range_by(few, from).map(|(name, value)| (name, *value)));
                let all = from(Bound::Unbounded);
                prop_assert!(all.is_sorted_by_key(|(name, _)| (few(name), name.clone())));
                for (at, (name, _)) in all.iter().enumerate() {
                    prop_assert_eq!(from(Bound::Included(name)), &all[at..]);
                    prop_assert_eq!(from(Bound::Excluded(name)), &all[at + 1..]);
                }
                let sorted = names(values.sorted().map(|(name, value)| (name, *value)));
                prop_assert_eq!(sorted, model.clone().into_iter().collect::<Vec<_>>());
            }
            let all = values.into_values();
            prop_assert_eq!(all.map(u64::from).sum::<u64>(), model.into_values().map(u64::from).sum::<u64>());
        }

        #[test]
        fn who_goes_through_all_in_parts_sees_all_that_stay(
            before in vec(op(), 0..20),
            between in vec(vec(op(), 0..3), 0..40),
        ) {
            let mut values = ByName::default();
            for (name, op) in &before {
                apply(&mut values, name, op);
            }
            let mut stay: BTreeSet<String> = values.iter().map(|(name, _)| name.to_string()).collect();
            let mut last: Option<String> = None;
            let mut between = between.into_iter();
            // After the last change each part shows a later name, of which there are eight.
            let most = between.len() + 8;
            for part in 0.. {
                prop_assert!(part <= most, "it does not end");
                let from = last.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
                let next = values.range_by(few, from).next().map(|(name, _)| name.to_string());
                let Some(next) = next else { break };
                stay.remove(&next);
                last = Some(next);
                for (name, op) in between.next().unwrap_or_default() {
                    apply(&mut values, &name, &op);
                    stay.retain(|name| values.get_by(few, name).is_some());
                }
            }
            prop_assert!(stay.is_empty(), "{stay:?} were not seen");
        }
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
