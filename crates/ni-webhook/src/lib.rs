// SPDX-License-Identifier: Apache-2.0

//! The admission webhook of `ironcore-ni`, as a library.
//!
//! Data flows one way: bytes → [`review`] (decode) → [`admit`] (fill in, judge; pure) → response. What
//! is referred to is looked up in between, by [`references`]. [`serve`] and [`certificate`] are the server.

pub mod admit;
pub mod certificate;
#[doc(hidden)]
pub mod invariants;
pub mod metrics;
pub mod options;
pub mod references;
pub mod review;
pub mod serve;
