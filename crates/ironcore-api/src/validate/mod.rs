//! What is refused, of what a user is warned, and what is referred to (contract, Admission). Pure.
//!
//! Each function takes an object as it is on the wire and, of an update, the object as it was. What it
//! is given may be at fault in any way: what is ill-typed is an error, and left to the schema. It holds
//! of objects with what defaulting fills in and without, as the schema's rules do.
//!
//! An object is decoded as a `draft`; the draft's attributes and `text` say what holds of each
//! field, a module per kind what holds across them.

mod draft;
mod interface_name;
mod ips;
mod judge;
mod list;
mod machine;
mod machine_warning;
mod network;
mod network_interface;
mod order;
mod prefix;
mod prefix_frozen;
mod referred;
mod source;
mod stored;
mod structure;
#[cfg(test)]
mod tests;
mod text;
mod virtual_ip;
mod volume;

use serde_json::{Result, Value};

use crate::field::Fault;
use crate::reference::Reference;
pub(crate) use text::{NO_LABEL, is_label};

/// What there is to say of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Why it is refused; empty where it is not. In the order of the object's fields. Of an update, only
    /// what the update brings.
    pub faults: Vec<Fault>,
    /// What its author should know, though it is stored.
    pub warnings: Vec<String>,
    /// The objects that must be there for it to work; of an update, only those that it adds.
    pub references: Vec<Reference>,
}

/// Judges a Prefix.
pub fn prefix(object: &Value, old: Option<&Value>) -> Result<Judgement> {
    judge::judge::<draft::Prefix<'_>>(object, old)
}

/// Judges a Network.
pub fn network(object: &Value, old: Option<&Value>) -> Result<Judgement> {
    judge::judge::<draft::Network<'_>>(object, old)
}

/// Judges a VirtualIP.
pub fn virtual_ip(object: &Value, old: Option<&Value>) -> Result<Judgement> {
    judge::judge::<draft::VirtualIP<'_>>(object, old)
}

/// Judges a NetworkInterface.
pub fn network_interface(object: &Value, old: Option<&Value>) -> Result<Judgement> {
    judge::judge::<draft::NetworkInterface<'_>>(object, old)
}

/// Judges a Machine.
pub fn machine(object: &Value, old: Option<&Value>) -> Result<Judgement> {
    judge::judge::<draft::Machine<'_>>(object, old)
}
