// SPDX-License-Identifier: Apache-2.0

//! What is free: the largest aligned blocks, a sorted set per length.

use std::collections::{BTreeMap, BTreeSet};

use crate::Block;

/// Blocks of which no two overlap, and no two make up a larger one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Free(BTreeMap<u8, BTreeSet<u128>>);

impl Free {
    /// Adds a block of which no address is in the set. It merges with its buddy, but never beyond `root`.
    pub(crate) fn add(&mut self, block: Block, root: Block) {
        let mut block = block;
        while block.length() > root.length() && self.remove(block.buddy()) {
            block = block.widened(block.length() - 1);
        }
        self.0
            .entry(block.length())
            .or_default()
            .insert(block.first());
    }

    /// Takes the block from the set, which contains all of it. Answers whether it does.
    pub(crate) fn take(&mut self, block: Block) -> bool {
        let Some(around) = self.containing(block) else {
            return false;
        };
        self.remove(around);
        let mut rest = around;
        while rest != block {
            let [lower, upper] = rest.halves();
            let (inner, outer) = if lower.contains(block) {
                (lower, upper)
            } else {
                (upper, lower)
            };
            self.0
                .entry(outer.length())
                .or_default()
                .insert(outer.first());
            rest = inner;
        }
        true
    }

    /// The block of the set that contains `block`.
    pub(crate) fn containing(&self, block: Block) -> Option<Block> {
        let lengths = self.0.range(..=block.length());
        let mut around = lengths.map(|(length, firsts)| (block.widened(*length), firsts));
        around.find_map(|(around, firsts)| firsts.contains(&around.first()).then_some(around))
    }

    /// The blocks of the set that lie in `block`, which is not smaller.
    pub(crate) fn inside(&self, block: Block) -> Vec<Block> {
        let lengths = self.0.range(block.length()..);
        let inside = lengths.flat_map(|(length, firsts)| {
            let firsts = firsts.range(block.first()..=block.last());
            firsts.map(|first| Block::at(*first, *length))
        });
        inside.collect()
    }

    /// Removes just this block. Answers whether it was there.
    pub(crate) fn remove(&mut self, block: Block) -> bool {
        let Some(firsts) = self.0.get_mut(&block.length()) else {
            return false;
        };
        let was = firsts.remove(&block.first());
        if firsts.is_empty() {
            self.0.remove(&block.length());
        }
        was
    }

    /// The lowest block from `from` on that has room for `length` bits.
    pub(crate) fn next(&self, length: u8, from: u128) -> Option<Block> {
        let lengths = self.0.range(..=length);
        let lowest = lengths.filter_map(|(length, firsts)| {
            let first = firsts.range(from..).next()?;
            Some(Block::at(*first, *length))
        });
        lowest.min()
    }

    /// The largest block; of several the lowest.
    pub(crate) fn largest(&self) -> Option<Block> {
        let (length, firsts) = self.0.first_key_value()?;
        firsts.first().map(|first| Block::at(*first, *length))
    }

    /// All blocks, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Block> {
        let lengths = self.0.iter();
        lengths.flat_map(|(length, firsts)| firsts.iter().map(|first| Block::at(*first, *length)))
    }

    /// How many blocks there are.
    pub(crate) fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }
}
