// SPDX-License-Identifier: Apache-2.0

//! A set of addresses as the smallest sorted list of blocks.

use std::collections::BTreeMap;

use crate::Block;

/// A set of addresses of one family, as the smallest sorted list of blocks that covers just these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover(BTreeMap<u128, u8>);

impl Cover {
    /// Adds the addresses of a block.
    pub fn insert(&mut self, block: Block) {
        if self.contains(block) {
            return;
        }
        while let Some(inner) = self.overlapping(block) {
            self.0.remove(&inner.first());
        }
        let mut block = block;
        while block.length() > 0 && self.0.get(&block.buddy().first()) == Some(&block.length()) {
            self.0.remove(&block.buddy().first());
            block = block.widened(block.length() - 1);
        }
        self.0.insert(block.first(), block.length());
    }

    /// The last of its blocks that have an address in common with `block`.
    pub fn overlapping(&self, block: Block) -> Option<Block> {
        let (first, length) = self.0.range(..=block.last()).next_back()?;
        let held = Block::at(*first, *length);
        held.overlaps(block).then_some(held)
    }

    /// The first of its blocks that have an address in common with `block`.
    pub(crate) fn first_overlapping(&self, block: Block) -> Option<Block> {
        let before = self.0.range(..=block.first()).next_back();
        let before = before.map(|(first, length)| Block::at(*first, *length));
        before.filter(|held| held.overlaps(block)).or_else(|| {
            let (first, length) = self.0.range(block.first()..=block.last()).next()?;
            Some(Block::at(*first, *length))
        })
    }

    /// Whether it has all addresses of `block`.
    pub fn contains(&self, block: Block) -> bool {
        let held = self.overlapping(block);
        held.is_some_and(|held| held.contains(block))
    }

    /// The addresses of `block` that it does not have.
    pub fn missing(&self, block: Block) -> Vec<Block> {
        if self.overlapping(block).is_none() {
            vec![block]
        } else if self.contains(block) {
            Vec::new()
        } else {
            let halves = block.halves().into_iter();
            halves.flat_map(|half| self.missing(half)).collect()
        }
    }

    /// Its blocks, in order.
    pub fn iter(&self) -> impl Iterator<Item = Block> {
        let blocks = self.0.iter();
        blocks.map(|(first, length)| Block::at(*first, *length))
    }

    /// Whether it has no address.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many blocks it takes.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<Block> for Cover {
    fn from_iter<I: IntoIterator<Item = Block>>(blocks: I) -> Self {
        let mut cover = Self::default();
        cover.extend(blocks);
        cover
    }
}

impl Extend<Block> for Cover {
    fn extend<I: IntoIterator<Item = Block>>(&mut self, blocks: I) {
        blocks.into_iter().for_each(|block| self.insert(block));
    }
}
