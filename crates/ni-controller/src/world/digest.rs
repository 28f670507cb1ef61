// SPDX-License-Identifier: Apache-2.0

//! Digests, by which values are compared without reading both.

use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::LazyLock;

/// Keys of this process: nobody else can find values whose digests are equal.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A keyed hash of `value`. Two values that differ have one digest with a probability of 2⁻⁶⁴.
pub(super) fn digest(value: &(impl Hash + ?Sized)) -> u64 {
    KEYS.hash_one(value)
}
