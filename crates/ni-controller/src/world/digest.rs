// SPDX-License-Identifier: Apache-2.0

//! Digests, by which values are compared without reading both.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU64;
use std::sync::LazyLock;

/// A digest. An optional one takes no more room.
pub(super) type Digest = NonZeroU64;

/// Random, so that nobody outside can construct two values with the same digest.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// A keyed hash of `value`. Two different values have the same digest with a probability of about 2⁻⁶³.
pub(super) fn digest(value: &(impl Hash + ?Sized)) -> Digest {
    NonZeroU64::MIN | KEYS.hash_one(value)
}
