// SPDX-License-Identifier: Apache-2.0

//! The controller of `ironcore-ni`, as a library: world, plan and core are pure, the rest is I/O.
//!
//! Data flows one way: watch → world → plan → apply → the API server → watch.

pub mod allocators;
pub mod apply;
pub mod core;
pub mod events;
pub mod lag;
pub mod lease;
mod log;
pub mod metrics;
pub mod options;
pub mod plan;
pub mod preview;
pub mod release;
pub mod restored;
pub mod run;
pub mod seeded;
pub mod serve;
pub mod turn;
pub mod watch;
pub mod watch_thread;
pub mod wire;
pub mod world;

/// How the API server knows what this controller writes.
pub(crate) const FIELD_MANAGER: &str = "ni-controller";
