// SPDX-License-Identifier: Apache-2.0

//! A many-valued index: which names go with a key.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use super::meta::Str;

/// Up to so many names are a sorted list, more are a tree: a tree's least node has room for eleven.
const FEW: usize = 8;

/// Names by key. Most keys have one name or two, so that these take little.
#[derive(Clone, Debug)]
pub(super) struct Index<K>(HashMap<K, Names>);

#[derive(Clone, Debug)]
enum Names {
    One(Str),
    Few(Vec<Str>),
    Many(BTreeSet<Str>),
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Index<K> {
    /// The names that go with `key`, in order.
    pub(super) fn get<'a, Q: Eq + Hash + ?Sized>(
        &'a self,
        key: &Q,
    ) -> impl Iterator<Item = &'a Str> + use<'a, K, Q>
    where
        K: Borrow<Q>,
    {
        let (list, tree) = match self.0.get(key) {
            None => (&[][..], None),
            Some(Names::One(name)) => (std::slice::from_ref(name), None),
            Some(Names::Few(names)) => (&names[..], None),
            Some(Names::Many(names)) => (&[][..], Some(names)),
        };
        list.iter().chain(tree.into_iter().flatten())
    }

    /// All keys, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// Adds `name` to `key`.
    pub(super) fn insert(&mut self, key: K, name: &Str) {
        match self.0.get_mut(&key) {
            None => drop(self.0.insert(key, Names::One(name.clone()))),
            Some(names) => names.insert(name),
        }
    }

    /// Takes `name` from `key`.
    pub(super) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q, name: &str)
    where
        K: Borrow<Q>,
    {
        let empty = match self.0.get_mut(key) {
            None => return,
            Some(names) => names.remove(name),
        };
        if empty {
            self.0.remove(key);
        }
    }
}

impl Names {
    fn insert(&mut self, name: &Str) {
        match self {
            Self::One(only) if only == name => {}
            Self::One(only) => {
                let mut both = vec![only.clone(), name.clone()];
                both.sort_unstable();
                *self = Self::Few(both);
            }
            Self::Few(names) => {
                let Err(at) = names.binary_search(name) else {
                    return;
                };
                names.insert(at, name.clone());
                if names.len() > FEW {
                    *self = Self::Many(names.drain(..).collect());
                }
            }
            Self::Many(names) => drop(names.insert(name.clone())),
        }
    }

    /// Answers whether none is left.
    fn remove(&mut self, name: &str) -> bool {
        match self {
            Self::One(only) => &**only == name,
            Self::Few(names) => {
                names.retain(|known| &**known != name);
                names.is_empty()
            }
            Self::Many(names) => {
                names.remove(name);
                names.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_and_go_by_key() {
        let mut index = Index::<Str>::default();
        let (a, b): (Str, Str) = ("a".into(), "b".into());
        index.insert("k".into(), &b);
        index.insert("k".into(), &a);
        index.insert("k".into(), &a);
        assert_eq!(index.get("k").collect::<Vec<_>>(), [&a, &b]);
        index.remove("k", "b");
        assert_eq!(index.get("k").collect::<Vec<_>>(), [&a]);
        index.remove("k", "a");
        assert!(index.0.is_empty());
    }

    #[test]
    fn however_many_names_are_in_order() {
        let mut index = Index::<Str>::default();
        let names: Vec<Str> = (10..40).map(|n| n.to_string().into()).collect();
        for (count, name) in names.iter().rev().enumerate() {
            index.insert("k".into(), name);
            index.insert("k".into(), name);
            let expected = &names[names.len() - 1 - count..];
            assert!(index.get("k").eq(expected), "{count}");
        }
        for name in &names {
            index.remove("k", name);
        }
        assert!(index.0.is_empty());
    }
}
