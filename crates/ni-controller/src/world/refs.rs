// SPDX-License-Identifier: Apache-2.0

//! A many-valued index that takes little: which names go with a key.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};
use std::marker::PhantomData;

use super::meta::Str;

/// Names by the hash of a key: sixteen bytes for each, and nothing of the key. Two keys may have one hash, so that a name too many may
/// be found: who asks looks at the object, or does what does no harm.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Refs<K>(BTreeSet<(u64, Str)>, PhantomData<K>);

impl<K> Default for Refs<K> {
    fn default() -> Self {
        Self(BTreeSet::new(), PhantomData)
    }
}

/// The names alone: which keys they go with follows from the objects.
impl<K> std::fmt::Debug for Refs<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(_, name)| name))
            .finish()
    }
}

/// Keys of one kind that differ in nothing but who owns their text have one hash.
fn hash(key: &(impl Hash + ?Sized)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key)
}

impl<K: Hash> Refs<K> {
    /// The names that go with `key`, in order.
    pub(super) fn get<'a, Q: Hash + ?Sized>(
        &'a self,
        key: &Q,
    ) -> impl Iterator<Item = &'a Str> + use<'a, K, Q> {
        let hash = hash(key);
        let from = self.0.range((hash, Str::new())..);
        let names = from.take_while(move |(of, _)| *of == hash);
        names.map(|(_, name)| name)
    }

    /// Adds `name` to `key`.
    pub(super) fn insert<Q: Hash + ?Sized>(&mut self, key: &Q, name: &Str) {
        self.0.insert((hash(key), name.clone()));
    }

    /// Takes `name` from `key`.
    pub(super) fn remove<Q: Hash + ?Sized>(&mut self, key: &Q, name: &Str) {
        self.0.remove(&(hash(key), name.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_and_go_by_key_and_are_in_order() {
        let mut refs = Refs::<(Str, u8)>::default();
        let key = (Str::from("k"), 1);
        let names: Vec<Str> = (10..40).map(|n| n.to_string().into()).collect();
        for name in names.iter().rev() {
            refs.insert(&key, name);
            refs.insert(&key, name);
            refs.insert(&("other", 1), name);
        }
        assert!(refs.get(&("k", 1)).eq(&names));
        for name in &names {
            refs.remove(&("k", 1), name);
        }
        assert_eq!(refs.get(&key).count(), 0);
        assert!(refs.get(&("other", 1)).eq(&names));
    }
}
