// SPDX-License-Identifier: Apache-2.0

//! Blocks to be held, on trial.

use std::collections::BTreeMap;

use ironcore_api::address::Prefix;

use crate::free::Free;
use crate::share::Share;
use crate::{Block, Cover, Space};

/// A space with further blocks taken on trial.
#[derive(Debug)]
pub struct Draft<'a> {
    space: &'a Space,
    free: &'a Free,
    taken: Cover,
    kept: Cover,
    resting: Cover,
    /// For each length, with and without resting blocks: the address below which no such block is free.
    full_below: BTreeMap<(u8, bool), u128>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(space: &'a Space, free: &'a Free) -> Self {
        Self {
            space,
            free,
            taken: Cover::default(),
            kept: Cover::default(),
            resting: Cover::default(),
            full_below: BTreeMap::new(),
        }
    }

    /// First fit never chooses an address of `block`.
    pub fn keep(&mut self, block: Prefix) {
        self.kept.extend(self.space.inner(block));
    }

    /// First fit passes over `block` as long as there is other room.
    pub fn rest(&mut self, block: Prefix) {
        self.resting.extend(self.space.inner(block));
    }

    /// Whether no address of `block` is held or taken.
    pub fn is_free(&self, block: Prefix) -> bool {
        let inner = self.space.inner(block);
        self.space.is_free(block)
            && inner.is_some_and(|block| self.taken.overlapping(block).is_none())
    }

    /// Takes `block`, if it is free.
    pub fn take(&mut self, block: Prefix) -> bool {
        let free = self.is_free(block);
        if free {
            self.taken.extend(self.space.inner(block));
        }
        free
    }

    /// Takes the lowest free block of `length` bits.
    pub fn take_lowest(&mut self, length: u8) -> Option<Prefix> {
        let rested = self.lowest(length, true);
        let block = rested.or_else(|| {
            self.lowest(length, false)
                .filter(|_| !self.resting.is_empty())
        })?;
        self.taken.insert(block);
        Some(block.prefix(self.space.root()?.family()))
    }

    fn lowest(&mut self, length: u8, rested: bool) -> Option<Block> {
        let root = self.space.root()?;
        if length <= root.length() || length > root.family().bits() {
            return None;
        }
        let from = self.full_below.entry((length, rested)).or_default();
        let covers = [&self.taken, &self.kept, &self.resting];
        let covers = if rested { &covers[..] } else { &covers[..2] };
        while let Some(fragment) = self.free.next(length, *from) {
            *from = fragment.first();
            if let Some(block) = gap(fragment, length, covers) {
                return Some(block);
            }
            *from = fragment.last().checked_add(1)?;
        }
        None
    }

    /// The largest block that is still free; of several the lowest.
    pub fn largest_free(&self) -> Option<Prefix> {
        self.largest(&[&self.taken])
    }

    /// The length of the largest block that first fit can choose.
    pub fn room(&self) -> Option<u8> {
        self.largest(&[&self.taken, &self.kept]).map(Prefix::length)
    }

    fn largest(&self, covers: &[&Cover]) -> Option<Prefix> {
        let root = self.space.root()?;
        let mut lengths = root.length() + 1..=root.family().bits();
        let block = lengths.find_map(|length| {
            let mut from = Some(0);
            std::iter::from_fn(|| {
                let fragment = self.free.next(length, from?)?;
                from = fragment.last().checked_add(1);
                Some(fragment)
            })
            .find_map(|fragment| gap(fragment, length, covers))
        })?;
        Some(block.prefix(root.family()))
    }

    /// How much of the root is held and taken, in percent: rounded down, 100 only when nothing is left.
    pub fn used_percent(&self) -> u8 {
        let Some(root) = self.space.root() else {
            return 0;
        };
        let taken = Share::of(self.taken.iter(), root.into());
        let free = self.space.free_share();
        free.without(taken).percent_of_the_rest()
    }

    /// What is held and taken, as the smallest sorted list.
    pub fn used(&self) -> Cover {
        let mut used = self.space.used();
        used.extend(self.taken.iter());
        used
    }
}

/// The lowest block of `length` bits in `fragment` that has no address in common with `covers`.
fn gap(fragment: Block, length: u8, covers: &[&Cover]) -> Option<Block> {
    let mut at = fragment.first();
    loop {
        let block = Block::at(at, length);
        let covered = covers
            .iter()
            .find_map(|cover| cover.first_overlapping(block));
        let Some(inner) = covered else {
            return Some(block);
        };
        let end = block.last().max(inner.last());
        if end >= fragment.last() {
            return None;
        }
        at = end + 1;
    }
}
