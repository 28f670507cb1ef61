// SPDX-License-Identifier: Apache-2.0

//! Numbers that look random and are the same in each run.

use fastrand::Rng;

/// A number that looks like no neighbour's.
pub(crate) fn random(number: u64) -> u64 {
    Rng::with_seed(number).u64(..)
}

/// One of `0..below`.
pub(crate) fn pick(number: u64, below: u32) -> u32 {
    Rng::with_seed(number).u32(..below)
}
