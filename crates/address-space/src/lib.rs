// SPDX-License-Identifier: Apache-2.0

//! The addresses of one block: which of its smaller blocks are held, what is free, and the lowest that fits.
//!
//! Free space is kept as the largest aligned blocks that it consists of (a buddy decomposition), a sorted set per length. So
//! holding and releasing a block costs O(log n), whatever the size of the space: a /64 has more addresses than memory.

mod block;
mod cover;
mod draft;
mod free;
mod share;
mod space;

pub use block::Block;
pub use cover::Cover;
pub use draft::Draft;
pub use space::Space;

#[cfg(test)]
mod tests;
