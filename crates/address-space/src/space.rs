// SPDX-License-Identifier: Apache-2.0

//! What is held of a block.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use ironcore_api::address::Prefix;

use crate::free::Free;
use crate::share::Share;
use crate::{Block, Cover, Draft};

/// What is held of a block, the root: smaller blocks, each by any number of holders, and overlapping each other where
/// somebody made it so. The root may be unknown for a time, or become another one: who holds what is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Space {
    root: Option<Prefix>,
    held: BTreeMap<Prefix, u32>,
    /// How many of the held blocks have so many bits: a look for wider ones passes over lengths that nobody holds.
    lengths: BTreeMap<u8, u32>,
    free: Free,
}

impl Space {
    /// A block of which nothing is held.
    pub fn of(root: Prefix) -> Self {
        let mut space = Self::default();
        space.set_root(root);
        space
    }

    /// The block.
    pub fn root(&self) -> Option<Prefix> {
        self.root
    }

    /// Says what the block is. Costs nothing where it was known.
    pub fn set_root(&mut self, root: Prefix) {
        if self.root == Some(root) {
            return;
        }
        self.root = Some(root);
        self.free = Free::default();
        self.free.add(root.into(), root.into());
        let held: Vec<Prefix> = self.held.keys().copied().collect();
        for block in held {
            self.occupy(block);
        }
    }

    /// Whether nobody holds anything.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// `block`, if it lies in the root and is smaller.
    pub(crate) fn inner(&self, block: Prefix) -> Option<Block> {
        let root = self.root.filter(|root| root.family() == block.family())?;
        let (root, inner) = (Block::from(root), Block::from(block));
        (root.contains(inner) && inner != root).then_some(inner)
    }

    /// Somebody holds `block`. One that does not lie in the root, or is as large, takes nothing from it.
    pub fn hold(&mut self, block: Prefix) {
        let count = self.held.entry(block).or_default();
        *count += 1;
        if *count == 1 {
            *self.lengths.entry(block.length()).or_default() += 1;
            self.occupy(block);
        }
    }

    fn occupy(&mut self, block: Prefix) {
        let Some(block) = self.inner(block) else {
            return;
        };
        if !self.free.take(block) {
            for part in self.free.inside(block) {
                self.free.remove(part);
            }
        }
    }

    /// One that held `block` does no longer.
    pub fn release(&mut self, block: Prefix) {
        let Entry::Occupied(mut count) = self.held.entry(block) else {
            return;
        };
        *count.get_mut() -= 1;
        if *count.get() > 0 {
            return;
        }
        count.remove();
        self.forget_length(block.length());
        if let Some(inner) = self.inner(block)
            && !self.is_inside_of_held(block)
        {
            self.free_rest(inner, block);
        }
    }

    fn forget_length(&mut self, length: u8) {
        if let Some(count) = self.lengths.get_mut(&length) {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&length);
            }
        }
    }

    fn is_inside_of_held(&self, block: Prefix) -> bool {
        let shortest = self.root.map_or(0, |root| root.length() + 1);
        let mut wider = self.lengths.range(shortest..block.length());
        wider.any(|(length, _)| {
            let around = Prefix::containing(block.address(), *length);
            self.held.contains_key(&around)
        })
    }

    /// Frees what is not held within `block`, which `prefix` is as well.
    fn free_rest(&mut self, block: Block, prefix: Prefix) {
        let Some(root) = self.root else {
            return;
        };
        // A block comes before all that lie in it.
        let mut inside = self.held.range(prefix..=Prefix::single(prefix.last()));
        match inside.next() {
            None => self.free.add(block, root.into()),
            Some((held, _)) if *held == prefix => {}
            Some(_) => {
                for half in block.halves() {
                    self.free_rest(half, half.prefix(root.family()));
                }
            }
        }
    }

    /// Whether no address of `block` is held. One that does not lie in the root, or is as large, is not free.
    pub fn is_free(&self, block: Prefix) -> bool {
        let inner = self.inner(block);
        inner.is_some_and(|block| self.free.containing(block).is_some())
    }

    /// The length of the largest block that can be granted.
    pub fn room(&self) -> Option<u8> {
        self.largest_free().map(Prefix::length)
    }

    /// The largest block that can be granted: of an empty root its lower half.
    pub fn largest_free(&self) -> Option<Prefix> {
        let (root, largest) = (self.root?, self.free.largest()?);
        if largest != root.into() {
            Some(largest.prefix(root.family()))
        } else if root.is_single_address() {
            None
        } else {
            Some(largest.halves()[0].prefix(root.family()))
        }
    }

    /// What is held, as the smallest sorted list.
    pub fn used(&self) -> Cover {
        let mut used = Cover::default();
        if let Some(root) = self.root {
            let mut free: Vec<Block> = self.free.iter().collect();
            free.sort_unstable();
            fill(root.into(), &free, &mut used);
        }
        used
    }

    /// How much of the root is free.
    pub(crate) fn free_share(&self) -> Share {
        let root = self.root.map(Block::from);
        root.map_or(Share::NONE, |root| Share::of(self.free.iter(), root))
    }

    /// How many blocks the free space consists of.
    pub fn fragments(&self) -> usize {
        self.free.len()
    }

    /// The space, to try further blocks on.
    pub fn draft(&self) -> Draft<'_> {
        Draft::new(self, &self.free)
    }
}

/// Adds what is left of `block` beside `free`, sorted blocks that lie in it.
fn fill(block: Block, free: &[Block], used: &mut Cover) {
    match free {
        [] => used.insert(block),
        [only] if *only == block => {}
        _ => {
            let [lower, upper] = block.halves();
            let (below, above) = free.split_at(free.partition_point(|part| lower.contains(*part)));
            fill(lower, below, used);
            fill(upper, above, used);
        }
    }
}
