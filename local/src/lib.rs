// SPDX-License-Identifier: Apache-2.0

//! The whole system on this machine: [`control_plane`], definitions, controller and webhook, as `cargo xtask demo` and `up`
//! start it. Tests and benchmarks start, restart and stop control planes of their own with it.
//!
//! It is kept small, as it is what a first `cargo xtask demo` builds; what only tests, benchmarks and images need is in
//! `xtask`.

pub mod cargo;
pub mod commands;
pub mod control_plane;
pub mod crds;
pub mod generated;
pub mod helm;
pub mod kubectl;
pub mod process;
pub mod progress;
pub mod repo;
pub mod samples;
mod tool;
pub mod up;
pub mod warnings;
pub mod webhooks;
