//! What is refused, of what a user is warned, and what is referred to (contract, Admission). Pure.
//!
//! Each function takes an object as it is on the wire and, of an update, the object as it was. What it
//! is given may be at fault in any way: what is ill-typed is an error, and left to the schema.

mod text;

use serde_json::{Result, Value};

use crate::field::Fault;
use crate::reference::Reference;

/// What there is to say of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Why it is refused; empty where it is not. Of an update, only what the update brings.
    pub faults: Vec<Fault>,
    /// What its author should know, though it is stored.
    pub warnings: Vec<String>,
    /// The objects that must be there for it to work; of an update, only those that it adds.
    pub references: Vec<Reference>,
}

/// Judges a Prefix.
pub fn prefix(_object: &Value, _old: Option<&Value>) -> Result<Judgement> {
    Ok(Judgement::default())
}

/// Judges a Network.
pub fn network(_object: &Value, _old: Option<&Value>) -> Result<Judgement> {
    Ok(Judgement::default())
}

/// Judges a VirtualIP.
pub fn virtual_ip(_object: &Value, _old: Option<&Value>) -> Result<Judgement> {
    Ok(Judgement::default())
}

/// Judges a NetworkInterface.
pub fn network_interface(_object: &Value, _old: Option<&Value>) -> Result<Judgement> {
    Ok(Judgement::default())
}

/// Judges a Machine.
pub fn machine(_object: &Value, _old: Option<&Value>) -> Result<Judgement> {
    Ok(Judgement::default())
}
