//! What `cargo xtask` is made of, as a library: the cluster tests and the benchmarks start, restart
//! and stop control planes of their own with [`control_plane`], whole clusters with [`node`].

pub mod cargo;
pub mod check;
pub mod compat;
pub mod control_plane;
pub mod crds;
pub mod deploy;
pub mod docs;
pub mod exercise;
pub mod generated;
pub mod helm;
pub mod image;
pub mod kubectl;
pub mod node;
mod packages;
pub mod process;
pub mod progress;
pub mod release;
pub mod repo;
pub mod samples;
pub mod tidy;
mod tool;
pub mod up;
pub mod warnings;
pub mod webhooks;
