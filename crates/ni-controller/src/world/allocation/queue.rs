// SPDX-License-Identifier: Apache-2.0

//! Those that wait for a part of a prefix.

use std::collections::{BTreeMap, BTreeSet};

use ironcore_api::address::{IpFamily, Prefix as Block};
use k8s_openapi::jiff::Timestamp;

use crate::world::Prefix;
use crate::world::meta::Str;

/// What a prefix asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// This very block.
    Block(Block),
    /// Any block of this family and of so many bits.
    Length(IpFamily, u8),
}

/// A prefix that waits. The least has waited longest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiter {
    created: Timestamp,
    /// UID.
    pub uid: Str,
    /// Name.
    pub name: Str,
    /// What it asks for.
    pub asks: Asks,
    /// Whether an outside system manages it: it is granted nothing.
    external: bool,
}

impl Waiter {
    /// The prefix as one that waits, if it asks for a block of another, and is still to have it.
    pub fn of(prefix: &Prefix) -> Option<Self> {
        let asks = prefix.asks()?;
        let waits = !prefix.is_allocated() && !prefix.meta.deleting;
        // What an outside system manages is granted nothing. A block that it names is kept for it.
        let concerns = !prefix.meta.external || matches!(asks, Asks::Block(_));
        (waits && concerns).then(|| Self {
            created: prefix.meta.created,
            uid: prefix.meta.uid.clone(),
            name: prefix.meta.name.clone(),
            asks,
            external: prefix.meta.external,
        })
    }
}

/// Prefixes that wait for a part of one of the same parents.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    named: BTreeMap<Block, BTreeSet<Waiter>>,
    lengths: BTreeMap<(IpFamily, u8), BTreeSet<Waiter>>,
    /// Those that name a block and that an outside system manages.
    kept: BTreeMap<Block, BTreeSet<Waiter>>,
}

impl Queue {
    pub(super) fn insert(&mut self, waiter: Waiter) {
        match waiter.asks {
            Asks::Block(block) if waiter.external => {
                self.kept.entry(block).or_default().insert(waiter)
            }
            Asks::Block(block) => self.named.entry(block).or_default().insert(waiter),
            Asks::Length(family, length) => {
                let queue = self.lengths.entry((family, length));
                queue.or_default().insert(waiter)
            }
        };
    }

    pub(super) fn remove(&mut self, waiter: &Waiter) {
        fn from<K: Ord>(queues: &mut BTreeMap<K, BTreeSet<Waiter>>, key: &K, waiter: &Waiter) {
            if let Some(queue) = queues.get_mut(key) {
                queue.remove(waiter);
                if queue.is_empty() {
                    queues.remove(key);
                }
            }
        }
        match &waiter.asks {
            Asks::Block(block) if waiter.external => from(&mut self.kept, block, waiter),
            Asks::Block(block) => from(&mut self.named, block, waiter),
            Asks::Length(family, length) => from(&mut self.lengths, &(*family, *length), waiter),
        }
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.lengths.is_empty() && self.kept.is_empty()
    }

    /// The blocks that those name which an outside system manages: first fit keeps off them.
    pub fn kept(&self) -> impl Iterator<Item = Block> {
        self.kept.keys().copied()
    }

    /// Those that name a block, in the order of their blocks.
    pub fn naming(&self) -> impl Iterator<Item = &Waiter> {
        self.named.values().flatten()
    }

    /// Those that name a block which has an address in common with `block`.
    pub fn naming_of(&self, block: Block) -> impl Iterator<Item = &Waiter> {
        let inside = self.named.range(block..=Block::single(block.last()));
        let inside = inside.map(|(_, waiters)| waiters);
        let wider =
            (0..block.length()).map(move |length| Block::containing(block.address(), length));
        let wider = wider.filter_map(|around| self.named.get(&around));
        inside.chain(wider).flatten()
    }

    /// Those that ask for a length in this family, by length, and those that have waited longest first.
    pub fn lengths(&self, family: IpFamily) -> impl Iterator<Item = (u8, &BTreeSet<Waiter>)> {
        let lengths = self.lengths.range((family, 0)..=(family, u8::MAX));
        lengths.map(|((_, length), waiters)| (*length, waiters))
    }

    /// All that are to be granted something.
    pub fn iter(&self) -> impl Iterator<Item = &Waiter> {
        self.naming().chain(self.lengths.values().flatten())
    }
}
