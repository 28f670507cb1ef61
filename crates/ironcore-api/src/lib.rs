// SPDX-License-Identifier: Apache-2.0

#![doc = include_str!("../README.md")]
#![cfg_attr(
    feature = "types",
    allow(
        clippy::duplicated_attributes,
        reason = "kube's printcolumn repeats its keys, once per column"
    )
)]

pub mod address;
#[cfg(feature = "types")]
pub mod compute;
#[cfg(feature = "types")]
pub mod default;
#[cfg(feature = "validate")]
pub mod field;
#[cfg(feature = "types")]
pub mod ipam;
pub mod names;
#[cfg(feature = "types")]
pub mod networking;
#[cfg(feature = "types")]
pub mod ownership;
#[cfg(feature = "types")]
pub mod reference;
#[cfg(feature = "types")]
pub mod template;
#[cfg(feature = "validate")]
pub mod validate;

#[cfg(feature = "types")]
#[cfg_attr(
    not(all(feature = "schema", feature = "validate")),
    allow(dead_code, reason = "what definitions and rules share")
)]
mod bound;
#[cfg(any(feature = "schema", feature = "validate"))]
mod form;
#[cfg(feature = "types")]
mod kinds;
#[cfg(feature = "schema")]
mod schema;
#[cfg(feature = "types")]
mod wire;
#[cfg(all(test, feature = "schema"))]
mod wire_tests;
#[cfg_attr(
    not(all(feature = "schema", feature = "validate")),
    allow(dead_code, reason = "what definitions and rules share")
)]
mod words;

#[cfg(feature = "schema")]
pub use kinds::crds;
#[cfg(feature = "types")]
pub use kinds::{CATEGORY, KINDS, Kind, VERSION};
