// SPDX-License-Identifier: Apache-2.0

//! `compute.ironcore.dev/v1alpha1`: Machine.

mod guest;
mod machine;
mod status;
mod volume;

pub use guest::*;
pub use machine::*;
pub use status::*;
pub use volume::*;

/// The group of these kinds.
pub const GROUP: &str = "compute.ironcore.dev";
