//! A many-valued index: which names go with a key.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use super::meta::Str;

/// Names by key. Most keys have one name, so that one takes no set.
#[derive(Debug)]
pub(super) struct Index<K>(HashMap<K, Names>);

#[derive(Debug)]
enum Names {
    One(Str),
    Many(BTreeSet<Str>),
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Index<K> {
    /// The names that go with `key`, in order.
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> impl Iterator<Item = &Str>
    where
        K: Borrow<Q>,
    {
        let (one, many) = match self.0.get(key) {
            None => (None, None),
            Some(Names::One(name)) => (Some(name), None),
            Some(Names::Many(names)) => (None, Some(names)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// Adds `name` to `key`.
    pub(super) fn insert(&mut self, key: K, name: &Str) {
        match self.0.get_mut(&key) {
            None => drop(self.0.insert(key, Names::One(name.clone()))),
            Some(Names::Many(names)) => drop(names.insert(name.clone())),
            Some(Names::One(first)) if first == name => {}
            Some(slot) => {
                let Names::One(first) = &slot else { return };
                *slot = Names::Many([first.clone(), name.clone()].into());
            }
        }
    }

    /// Takes `name` from `key`.
    pub(super) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q, name: &str)
    where
        K: Borrow<Q>,
    {
        let empty = match self.0.get_mut(key) {
            None => return,
            Some(Names::One(only)) => &**only == name,
            Some(Names::Many(names)) => {
                names.remove(name);
                names.is_empty()
            }
        };
        if empty {
            self.0.remove(key);
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
}
