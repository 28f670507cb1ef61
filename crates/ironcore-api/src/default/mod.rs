// SPDX-License-Identifier: Apache-2.0

//! What is filled in where a user left it open (contract, Admission, Filled in). Pure and idempotent.
//!
//! The webhook stores what is filled into an object itself ([`Filling`]). The controller fills in all that it reads,
//! templates as well: so both decide alike, with a webhook and without. Each function borrows where there is nothing to
//! fill in.

pub(crate) mod device;
mod machine;
mod network_interface;
mod prefix;
#[cfg(test)]
pub(crate) mod tests;

use serde_json::Value;

pub use machine::machine_spec;
pub use network_interface::network_interface_spec;
#[cfg(feature = "validate")]
pub(crate) use network_interface::{Hint, families};
pub(crate) use prefix::family;
pub use prefix::prefix_spec;

/// A default that is set in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// Where: a JSON pointer (RFC 6901). Its parent is there.
    pub pointer: String,
    /// What.
    pub value: Value,
}
