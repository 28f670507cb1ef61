//! What is filled into an object on the wire: the fields, not the whole.
//!
//! The wire may hold what the types do not know, and spell "none" as `null`, `{}` or `""`. All of it stays
//! as it is: only what is open in the typed spec is named.

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::{Result, Value};

use super::{machine as machines, network_interface as interfaces, prefix as prefixes};
use crate::compute::{MachineSpec, MachineVolume};
use crate::ipam::PrefixSpec;
use crate::networking::NetworkInterfaceSpec;

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
    let spec: PrefixSpec = spec(object)?;
    Ok(placed(object, prefixes::on_the_wire(&spec)))
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
    let spec: NetworkInterfaceSpec = spec(object)?;
    let open = interfaces::open(&spec).into_iter();
    Ok(placed(object, open.map(|field| field.on_the_wire("/spec"))))
}

/// What is filled into a Machine; `old` is the machine as it was before an update, whose volumes keep their devices.
///
/// # Errors
/// Where its spec does not decode.
pub fn machine(object: &Value, old: Option<&Value>) -> Result<Vec<Filling>> {
    let spec: MachineSpec = spec(object)?;
    let stored = old.map(stored_volumes).unwrap_or_default();
    let open = machines::open(&spec, &stored).into_iter();
    Ok(placed(object, open.map(machines::Open::on_the_wire)))
}

fn spec<S: DeserializeOwned>(object: &Value) -> Result<S> {
    S::deserialize(&object["spec"])
}

/// The volumes of a stored machine. What does not decode is left out: a fault elsewhere in the stored object must not
/// move a disk.
fn stored_volumes(old: &Value) -> Vec<MachineVolume> {
    let volumes = old["spec"]["volumes"].as_array().into_iter().flatten();
    let decoded = volumes.filter_map(|volume| MachineVolume::deserialize(volume).ok());
    decoded.collect()
}

/// Those that have a place. Where the wire is of another shape than what was decoded from it (a list for an object),
/// the schema refuses it, and there is nothing to fill in.
fn placed(object: &Value, fillings: impl IntoIterator<Item = Filling>) -> Vec<Filling> {
    let has_place = |filling: &Filling| {
        let parent = filling.pointer.rsplit_once('/').map(|(parent, _)| parent);
        let parent = parent.and_then(|parent| object.pointer(parent));
        parent.is_some_and(Value::is_object)
    };
    fillings.into_iter().filter(has_place).collect()
}
