// SPDX-License-Identifier: Apache-2.0

//! The steps of judging, the same for all kinds.

use serde::Deserialize;
use serde_json::Result;

use super::draft::Object;
use super::faults::Faults;
use super::referred::References;
use super::structure;
use super::{Judgement, draft, order};
use crate::default::Filling;
use crate::field::FieldPath;

/// What there is to say of a kind beyond what its types' fields say.
pub(super) trait Rules: Object {
    /// Fills in what is open, and says what that was. `old` is the object as it was before an update, as JSON.
    fn fill(&mut self, _old: Option<&str>) -> Vec<Filling> {
        Vec::new()
    }

    /// Adds what is wrong across fields.
    fn across(&self, faults: &mut Faults);

    /// Adds what an update of `old` may not change, beyond what the fields of the spec say.
    fn frozen(&self, _old: &Self, _faults: &mut Faults) {}

    /// Adds what is referred to, in the order of the object's fields.
    fn references(&self, found: &mut References);

    /// What the author should know; of an update, what it brings.
    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        Vec::new()
    }
}

/// Judges an object, decoded as `D`; with `fills`, what is open in it is filled in before. An `old` that does not decode
/// judges nothing: then the object is judged as a new one.
pub(super) fn judge<'a, D>(object: &'a str, old: Option<&'a str>, fills: bool) -> Result<Judgement>
where
    D: Deserialize<'a> + Rules,
{
    let mut object: D = draft::decode(object)?;
    let fillings = fills.then(|| object.fill(old));
    let old: Option<D> = old.and_then(|old| draft::decode(old).ok());
    let (mut faults, more_faults) = faults(&object, old.as_ref()).into_parts();
    order::sort(&mut faults, D::FIELDS);
    let (references, more_references) = references(&object, old.as_ref()).into_parts();
    Ok(Judgement {
        faults,
        more_faults,
        fillings: fillings.unwrap_or_default(),
        warnings: object.warnings(old.as_ref()),
        references,
        more_references,
    })
}

/// An object is judged once. Only where it is refused, and was stored before, it is judged again, to be forgiven what was
/// wrong with it already.
fn faults<D: Rules>(object: &D, old: Option<&D>) -> Faults {
    let mut found = lasting(object, Faults::default());
    let Some(old) = old else {
        return found;
    };
    if !found.is_empty() {
        let known = lasting(old, Faults::of_old());
        if !known.is_empty() {
            found = lasting(object, known.forgiving());
        }
    }
    object.kept(old, &mut found);
    object.frozen(old, &mut found);
    found
}

/// Adds what is wrong with an object, whatever it was before.
fn lasting<D: Rules>(object: &D, mut faults: Faults) -> Faults {
    structure::collect_of_object(object, &mut faults);
    object.part().judge(&FieldPath::root("spec"), &mut faults);
    object.across(&mut faults);
    faults
}

fn references<D: Rules>(object: &D, old: Option<&D>) -> References {
    let mut found = References::default();
    if let Some(old) = old {
        old.references(&mut found);
        found = found.added();
    }
    object.references(&mut found);
    found
}
