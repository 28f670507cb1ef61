// SPDX-License-Identifier: Apache-2.0

//! What only those who work on the repository need: tests, checks, images, documents, clusters of one [`node`]. What starts
//! the system is in `local`.

pub mod cargo_tool;
pub mod check;
pub mod compat;
pub mod deploy;
pub mod docs;
pub mod exercise;
pub mod image;
mod metadata;
pub mod node;
mod packages;
pub mod published;
pub mod recipes;
pub mod release;
pub mod shipped;
pub mod tidy;

pub use local::{
    cargo, control_plane, crds, generated, helm, kubectl, process, progress, repo, samples, up,
    warnings, webhooks,
};
