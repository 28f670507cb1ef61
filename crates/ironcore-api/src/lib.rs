//! IronCore's `networking.ironcore.dev`, `compute.ironcore.dev` and `ipam.ironcore.dev` kinds as
//! plain `CustomResourceDefinition`s: types, schemas, names, ownership, defaulting.
//!
//! No client and no async runtime: whoever speaks Rust to these kinds can depend on this crate alone.

#![allow(
    clippy::duplicated_attributes,
    reason = "kube's printcolumn repeats its keys, once per column"
)]

pub mod address;
pub mod compute;
pub mod default;
pub mod ipam;
pub mod names;
pub mod networking;
pub mod ownership;
pub mod reference;
pub mod template;

mod kinds;
mod schema;
mod wire;
#[cfg(test)]
mod wire_tests;

pub use kinds::{CATEGORY, KINDS, Kind, VERSION, crds};
