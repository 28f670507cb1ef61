//! What is filled into an object on the wire: the fields, not the whole.

use serde_json::{Result, Value};

/// A field that is filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Filling {
    /// Where: a JSON pointer (RFC 6901). Its parent is there.
    pub pointer: String,
    /// What.
    pub value: Value,
}

/// What is filled into a Prefix.
pub fn prefix(_object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    Ok(Vec::new())
}

/// Nothing is filled into the kinds that leave nothing open.
pub fn nothing(_object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    Ok(Vec::new())
}

/// What is filled into a NetworkInterface.
pub fn network_interface(_object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    Ok(Vec::new())
}

/// What is filled into a Machine; `old` is the machine as it was before an update.
pub fn machine(_object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    Ok(Vec::new())
}
