// SPDX-License-Identifier: Apache-2.0

//! Shares of a block, of which the number of addresses may be 2^128: one more than a u128 holds.

use crate::Block;

/// A part of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Whole parts, of 2^64.
    parts: u128,
    /// What is left, in parts of such a part, of 2^64.
    small: u128,
}

/// The parts of the whole.
const WHOLE: u128 = 1 << 64;

impl Share {
    /// Nothing.
    pub(crate) const NONE: Self = Self { parts: 0, small: 0 };

    /// What `blocks`, which don't overlap, are of `root`, which contains them.
    pub(crate) fn of(blocks: impl Iterator<Item = Block>, root: Block) -> Self {
        let mut share = Self::NONE;
        for block in blocks {
            let depth = u32::from(block.length() - root.length());
            match 64_u32.checked_sub(depth) {
                Some(shift) => share.parts += 1 << shift,
                None => share.small += 1 << (128 - depth),
            }
        }
        share.parts += share.small / WHOLE;
        share.small %= WHOLE;
        share
    }

    /// What is left of this without `other`, which is a part of it.
    pub(crate) fn without(self, other: Self) -> Self {
        let borrow = u128::from(self.small < other.small);
        Self {
            parts: self.parts - other.parts - borrow,
            small: self.small + borrow * WHOLE - other.small,
        }
    }

    /// What the rest of the block is, in percent, rounded down: 100 only where this is nothing.
    pub(crate) fn percent_of_the_rest(self) -> u8 {
        let parts = self.parts + u128::from(self.small > 0);
        u8::try_from((WHOLE - parts) * 100 / WHOLE).unwrap_or(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first blocks of these depths, one behind the other, of `::/32`.
    fn share(depths: &[u8]) -> Share {
        let root = Block::at(0, 32);
        let mut next = Some(0);
        let blocks = depths.iter().map(|depth| {
            let block = Block::at(next.expect("there is room"), root.length() + depth);
            next = block.last().checked_add(1);
            block
        });
        Share::of(blocks, root)
    }

    #[test]
    fn parts_of_parts_add_up_to_parts() {
        for (depths, parts, small) in [
            (&[][..], 0, 0),
            (&[1], WHOLE / 2, 0),
            (&[64], 1, 0),
            (&[65], 0, WHOLE / 2),
            (&[96], 0, 1 << 32),
            (&[65, 65], 1, 0),
            (&[64, 65, 65, 66], 2, WHOLE / 4),
            (&[65, 65, 65, 65, 65], 2, WHOLE / 2),
        ] {
            assert_eq!(share(depths), Share { parts, small }, "{depths:?}");
        }
    }

    #[test]
    fn what_is_left_without_a_part_borrows_of_the_whole_parts() {
        for (all, part, left) in [
            (&[64, 65][..], &[66][..], &[64, 66][..]),
            (&[64], &[65], &[65]),
            (&[63, 66], &[65], &[64, 65, 66]),
            (&[65], &[65], &[]),
        ] {
            assert_eq!(share(all).without(share(part)), share(left), "{all:?}");
        }
    }
}
