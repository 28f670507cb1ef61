//! What is filled into an object on the wire: the fields, not the whole.
//!
//! The wire may hold what the types do not know, and spell "none" as `null`, `{}` or `""`. All of it stays
//! as it is: only what defaulting changes in the typed spec is named.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned};
use serde_json::{Result, Value};

use super::{machine_spec, network_interface_spec, prefix_spec};
use crate::compute::{MachineSpec, MachineVolume};

/// A field that is filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Filling {
    /// Where: a JSON pointer (RFC 6901). Its parent is there.
    pub pointer: String,
    /// What.
    pub value: Value,
}

/// What is filled into a Prefix.
///
/// # Errors
/// Where its spec does not decode.
pub fn prefix(object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    fillings(object, prefix_spec)
}

/// Nothing is filled into the kinds that leave nothing open.
///
/// # Errors
/// None; the table of kinds has one signature for all.
pub fn nothing(_object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    Ok(Vec::new())
}

/// What is filled into a NetworkInterface.
///
/// # Errors
/// Where its spec does not decode.
pub fn network_interface(object: &Value, _old: Option<&Value>) -> Result<Vec<Filling>> {
    fillings(object, network_interface_spec)
}

/// What is filled into a Machine; `old` is the machine as it was before an update, whose volumes keep their devices.
///
/// # Errors
/// Where its spec does not decode.
pub fn machine(object: &Value, old: Option<&Value>) -> Result<Vec<Filling>> {
    let stored = old.map(stored);
    fillings(object, |spec| machine_spec(spec, stored.as_ref()))
}

/// The stored machine as far as defaulting reads it. What does not decode is left out: a fault elsewhere in the
/// stored object must not move a disk.
fn stored(old: &Value) -> MachineSpec {
    let volumes = old["spec"]["volumes"].as_array().into_iter().flatten();
    MachineSpec {
        volumes: volumes
            .filter_map(|volume| MachineVolume::deserialize(volume).ok())
            .collect(),
        ..MachineSpec::default()
    }
}

fn fillings<S>(object: &Value, fill: impl Fn(&S) -> Cow<'_, S>) -> Result<Vec<Filling>>
where
    S: Clone + DeserializeOwned + Serialize,
{
    let wire = &object["spec"];
    let spec = S::deserialize(wire)?;
    let mut found = Vec::new();
    if let Cow::Owned(filled) = fill(&spec) {
        let (given, filled) = (serde_json::to_value(&spec)?, serde_json::to_value(filled)?);
        compare(Some(&given), filled, Some(wire), "/spec", &mut found);
    }
    Ok(found)
}

/// Names what `filled` has and `given` lacks. Where the wire is of another shape than what was decoded from it (a
/// list for an object), the schema refuses it, and there is nothing to fill in.
fn compare(
    given: Option<&Value>,
    filled: Value,
    wire: Option<&Value>,
    pointer: &str,
    found: &mut Vec<Filling>,
) {
    if given == Some(&filled) {
        return;
    }
    match (given, filled, wire) {
        (Some(Value::Object(given)), Value::Object(filled), Some(Value::Object(wire))) => {
            for (field, filled) in filled {
                // Names of fields hold neither "~" nor "/": nothing to escape.
                let below = format!("{pointer}/{field}");
                compare(given.get(&field), filled, wire.get(&field), &below, found);
            }
        }
        (Some(Value::Array(given)), Value::Array(filled), Some(Value::Array(wire)))
            if given.len() == filled.len() =>
        {
            for (index, (given, filled)) in given.iter().zip(filled).enumerate() {
                let below = format!("{pointer}/{index}");
                compare(Some(given), filled, wire.get(index), &below, found);
            }
        }
        (given, value, _) if given.is_none_or(is_open) => found.push(Filling {
            pointer: pointer.to_owned(),
            value,
        }),
        _ => {}
    }
}

/// Whether a value is there for want of another: an empty list, or the 0 that means none.
fn is_open(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_i64() == Some(0)
}
