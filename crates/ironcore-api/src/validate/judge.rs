//! The steps of judging, the same for all kinds.

use serde::Deserialize;
use serde_json::{Result, Value};
use validator::Validate;

use super::{Judgement, draft, order, referred, stored, structure};
use crate::field::Fault;
use crate::reference::Reference;

/// What there is to say of a kind beyond its draft's attributes.
pub(super) trait Rules {
    /// Adds what is wrong across fields.
    fn across(&self, faults: &mut Vec<Fault>);

    /// Adds what an update of `old` may not change.
    fn frozen(&self, old: &Self, faults: &mut Vec<Fault>);

    /// Adds what is referred to, in the order of the object's fields.
    fn references(&self, found: &mut Vec<Reference>);

    /// What the author should know; of an update, what it brings.
    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        Vec::new()
    }
}

/// Judges an object, decoded as `D`. An `old` that does not decode judges nothing: then the object is
/// judged as a new one.
pub(super) fn judge<'a, D>(object: &'a Value, old: Option<&'a Value>) -> Result<Judgement>
where
    D: Deserialize<'a> + Validate + Rules,
{
    let object: D = draft::decode(object)?;
    let old: Option<D> = old.and_then(|old| draft::decode(old).ok());
    Ok(Judgement {
        faults: faults(&object, old.as_ref()),
        warnings: object.warnings(old.as_ref()),
        references: references(&object, old.as_ref()),
    })
}

fn faults<D: Validate + Rules>(object: &D, old: Option<&D>) -> Vec<Fault> {
    let mut faults = lasting(object);
    if let Some(old) = old {
        if !faults.is_empty() {
            stored::forgive(&mut faults, &lasting(old));
        }
        object.frozen(old, &mut faults);
        order::sort(&mut faults);
    }
    faults
}

/// What is wrong with an object, whatever it was before.
fn lasting<D: Validate + Rules>(object: &D) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(errors) = object.validate() {
        structure::collect(&errors, &mut faults);
    }
    object.across(&mut faults);
    // What is forgiven goes by order, as well as what is shown.
    order::sort(&mut faults);
    faults
}

fn references<D: Rules>(object: &D, old: Option<&D>) -> Vec<Reference> {
    let mut found = Vec::new();
    object.references(&mut found);
    if let Some(old) = old
        && !found.is_empty()
    {
        let mut before = Vec::new();
        old.references(&mut before);
        referred::keep_added(&mut found, &before);
    }
    found
}
