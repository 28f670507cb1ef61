// SPDX-License-Identifier: Apache-2.0

//! Texts that many objects have in common, each kept once: namespaces, kinds, annotations, what owners are called.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use ironcore_api::networking::{NetworkInterfaceSpec, NetworkInterfaceStatus};

use super::meta::{Meta, Owner, Pairs, Str};
use super::packed::{Packed, Rest};

/// The longest text that is kept for others, in bytes. Unused texts are looked for by number, so their size is bounded here; long
/// texts are seldom equal.
const LONGEST: usize = 256;

/// The same, for labels or annotations with all that they say.
const LONGEST_PAIRS: usize = 1024;

/// What many objects have in common.
#[derive(Default)]
pub struct Shared {
    texts: Table<Str>,
    pairs: Table<Arc<[(Str, Str)]>>,
    specs: Table<Rest<NetworkInterfaceSpec>>,
    statuses: Table<Rest<NetworkInterfaceStatus>>,
}

/// A copy begins without: what is kept here decides nothing, and whoever keeps many copies has no room for it.
impl Clone for Shared {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Nothing: what is kept here decides nothing, and it is long.
impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    /// Replaces `text` with the copy of an equal text: of the version that is known, or one that others have.
    pub(super) fn share(&mut self, text: &mut Str, known: Option<&Str>) {
        if !take(text, known) && text.len() <= LONGEST {
            let unused = |text: &Str| Str::strong_count(text) == Some(1);
            self.texts.share(text, unused);
        }
    }
}

/// Replaces `value` with what is `known`, if that is equal: it need not be looked for. Answers whether it did.
fn take<T: Clone + PartialEq>(value: &mut T, known: Option<&T>) -> bool {
    let known = known.filter(|known| *known == value);
    if let Some(known) = known {
        value.clone_from(known);
    }
    known.is_some()
}

impl Packed<NetworkInterfaceSpec> {
    /// Shares what is not the object's own.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        let known = known.map(Self::packed_rest);
        if !take(self.rest_mut(), known) && !self.rest_mut().is_long() {
            shared.specs.share(self.rest_mut(), Rest::is_unused);
        }
    }
}

impl Packed<NetworkInterfaceStatus> {
    /// Shares what is not the object's own.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        let known = known.map(Self::packed_rest);
        if !take(self.rest_mut(), known) && !self.rest_mut().is_long() {
            shared.statuses.share(self.rest_mut(), Rest::is_unused);
        }
    }
}

/// In so many parts is each table: a part at a time grows, or is rid of what nobody uses, which takes no longer than planning
/// for a few objects.
const PARTS: usize = 1024;

/// How many values a part keeps before unused ones are looked for.
const LEAST: usize = 4;

/// Values, each kept once. There are no parts before the first value.
#[derive(Debug)]
struct Table<T> {
    hasher: DefaultHashBuilder,
    parts: Vec<Part<T>>,
}

#[derive(Debug)]
struct Part<T> {
    values: HashTable<T>,
    limit: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            hasher: DefaultHashBuilder::default(),
            parts: Vec::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Table<T> {
    fn hash(&self, value: &T) -> u64 {
        self.hasher.hash_one(value)
    }

    /// By other bits than those that find a value within its part: the lowest and the highest.
    fn part(hash: u64) -> usize {
        usize::try_from(hash >> 32).unwrap_or(0) % PARTS
    }

    /// Replaces `value` with the shared copy of an equal one, if there is one.
    fn reuse(&self, hash: u64, value: &mut T) -> bool {
        let part = self.parts.get(Self::part(hash));
        let known = part.and_then(|part| part.values.find(hash, |known| known == value));
        let known = known.cloned();
        let is_known = known.is_some();
        if let Some(known) = known {
            *value = known;
        }
        is_known
    }

    /// Replaces `value` with the shared copy of an equal one, or keeps it for others.
    fn share(&mut self, value: &mut T, is_unused: impl Fn(&T) -> bool) {
        let hash = self.hash(value);
        if !self.reuse(hash, value) {
            self.keep(hash, value.clone(), is_unused);
        }
    }

    /// Keeps a value for others to share. The caller has looked: no equal value is kept yet.
    fn keep(&mut self, hash: u64, value: T, is_unused: impl Fn(&T) -> bool) {
        if self.parts.is_empty() {
            self.parts.resize_with(PARTS, || Part {
                values: HashTable::new(),
                limit: LEAST,
            });
        }
        let part = &mut self.parts[Self::part(hash)];
        if part.values.len() >= part.limit {
            part.values.retain(|known| !is_unused(known));
            part.limit = LEAST.max(2 * part.values.len());
        }
        let hasher = &self.hasher;
        part.values
            .insert_unique(hash, value, |known| hasher.hash_one(known));
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.parts.iter().map(|part| part.values.len()).sum()
    }
}

impl Meta {
    /// Shares its texts, but those that are its own as a rule.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        shared.share(&mut self.namespace, known.map(|known| &known.namespace));
        if let Some(writer) = &mut self.last_writer {
            shared.share(writer, known.and_then(|known| known.last_writer.as_ref()));
        }
        let known = known.and_then(|known| known.owner.as_deref());
        if let Some(owner) = &mut self.owner {
            let known = |text: fn(&Owner) -> &Str| known.map(text);
            shared.share(&mut owner.api_version, known(|owner| &owner.api_version));
            shared.share(&mut owner.kind, known(|owner| &owner.kind));
            shared.share(&mut owner.name, known(|owner| &owner.name));
            shared.share(&mut owner.uid, known(|owner| &owner.uid));
        }
    }
}

impl Pairs {
    /// Shares their texts, and all of them with objects that have the same.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        if take(self, known) {
            return;
        }
        let length: usize = self
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum();
        let Some(pairs) = self.shared() else { return };
        let hash = shared.pairs.hash(pairs);
        if shared.pairs.reuse(hash, pairs) {
            return;
        }
        let mut texts = pairs.to_vec();
        for (key, value) in &mut texts {
            shared.share(key, None);
            shared.share(value, None);
        }
        *pairs = texts.into();
        if length <= LONGEST_PAIRS {
            let unused = |pairs: &Arc<[(Str, Str)]>| Arc::strong_count(pairs) == 1;
            shared.pairs.keep(hash, Arc::clone(pairs), unused);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_not_kept_however_often_they_change() {
        let mut shared = Shared::default();
        for number in 0..100 {
            let long = format!("{number}{}", "x".repeat(LONGEST));
            shared.share(&mut long.into(), None);
        }
        assert_eq!(shared.texts.len(), 0);
    }

    #[test]
    fn equal_texts_become_one_and_unused_ones_go() {
        let mut shared = Shared::default();
        let (mut a, mut b): (Str, Str) = ("ns".into(), "ns".into());
        shared.share(&mut a, None);
        shared.share(&mut b, None);
        assert!(Str::ptr_eq(&a, &b));
        for number in 0..10 * LEAST * PARTS {
            shared.share(&mut number.to_string().into(), None);
        }
        assert!(
            shared.texts.len() <= LEAST * PARTS,
            "{}",
            shared.texts.len()
        );
        let mut again: Str = "ns".into();
        shared.share(&mut again, None);
        assert!(Str::ptr_eq(&a, &again));
    }
}
