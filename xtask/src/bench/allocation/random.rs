// SPDX-License-Identifier: Apache-2.0

//! Numbers that look random and are the same in each run.

/// A number that looks like no neighbour's (splitmix64).
pub(crate) fn random(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// One of `0..below`.
pub(crate) fn pick(number: u64, below: u32) -> u32 {
    u32::try_from(random(number) % u64::from(below)).unwrap_or_default()
}
