// SPDX-License-Identifier: Apache-2.0

//! What is refused, of what a user is warned, and what is referred to (contract, Admission). Pure.
//!
//! Each function takes an object as it is on the wire and, of an update, the object as it was, both as
//! JSON. They may be at fault in any way: what is ill-typed is an error, and left to the schema. The rules
//! hold of objects with what defaulting fills in and without, as the schema's rules do.
//!
//! An object is decoded as a `draft`; the types' attributes and `text` say what holds of each
//! field, a module per kind what holds across them.
//!
//! What a judgement takes is bounded by what an object may hold, not by what is sent: lists are read up to
//! their bound, what is not judged is not kept, and faults and references are listed up to a number.

mod address_warning;
pub(crate) mod draft;
pub(crate) mod faults;
pub(crate) mod fill;
mod interface_name;
mod ips;
mod judge;
mod label;
mod list;
mod machine;
mod machine_warning;
mod network;
mod network_interface;
mod order;
mod prefix;
mod referred;
mod selector;
pub(crate) mod source;
pub(crate) mod stored;
pub(crate) mod structure;
#[cfg(all(test, feature = "schema"))]
mod tests;
pub(crate) mod text;
mod virtual_ip;
mod volume;

use serde_json::Result;

use crate::default::Filling;
use crate::field::Fault;
use crate::reference::Reference;
pub use faults::MOST_FAULTS;
pub use referred::MOST_REFERENCES;

/// The result of validating an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The errors for which it is refused, in the order of the object's fields, at most [`MOST_FAULTS`]. For an update, only
    /// errors that the update adds.
    pub faults: Vec<Fault>,
    /// How many further errors there are.
    pub more_faults: usize,
    /// Defaults that were set before it was validated.
    pub fillings: Vec<Filling>,
    /// Warnings about an object that is stored.
    pub warnings: Vec<String>,
    /// The objects that it refers to, each once, at most [`MOST_REFERENCES`]; for an update, only those that
    /// it adds.
    pub references: Vec<Reference>,
    /// How many further references there are.
    pub more_references: usize,
}

/// Validates an object of one kind.
pub type Judge = fn(object: &str, old: Option<&str>, fills: bool) -> Result<Judgement>;

/// Judges a Prefix.
pub(crate) const PREFIX: Judge =
    |object, old, fills| judge::judge::<draft::Prefix<'_>>(object, old, fills);

/// Judges a Network.
pub(crate) const NETWORK: Judge =
    |object, old, fills| judge::judge::<draft::Network<'_>>(object, old, fills);

/// Judges a VirtualIP.
pub(crate) const VIRTUAL_IP: Judge =
    |object, old, fills| judge::judge::<draft::VirtualIP<'_>>(object, old, fills);

/// Judges a NetworkInterface.
pub(crate) const NETWORK_INTERFACE: Judge =
    |object, old, fills| judge::judge::<draft::NetworkInterface<'_>>(object, old, fills);

/// Judges a Machine.
pub(crate) const MACHINE: Judge =
    |object, old, fills| judge::judge::<draft::Machine<'_>>(object, old, fills);
