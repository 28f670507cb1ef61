// SPDX-License-Identifier: Apache-2.0

//! The webhook configurations: which requests the API server asks `ni-webhook` about, and how. As files,
//! and installed.

mod configuration;
mod install;
mod probe;

pub use configuration::{Configurations, Reach};
pub use install::install;
pub use probe::{is_asked, wait_until_asked};
