// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask check`: what is checked at length, on demand.

pub mod explore;
pub mod live;
pub mod model;

/// What random requests are drawn from, where nobody says so.
pub fn any_seed() -> u64 {
    fastrand::u64(..1_000_000)
}
