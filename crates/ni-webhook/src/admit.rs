//! Fills in and judges; pure.
//!
//! The mutating call comes before the schema is checked, so what does not decode there is let through unchanged: the
//! schema refuses it, and names the place. In the validating call it is a denial (architecture, "The webhook always
//! answers").

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, Patch, PatchOperation, patch};
use serde_json::Value;

use ironcore_api::Kind;
use ironcore_api::default::fill::Filling;
use ironcore_api::field::{Fault, FieldPath};
use ironcore_api::reference::Reference;
use ironcore_api::validate::Judgement;

use crate::review::Endpoint;

/// What is said of an object. One with faults is refused: then there is neither patch nor warning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// What is filled in; `None` where nothing is.
    pub patch: Option<Patch>,
    /// Why it is refused; empty where it is not.
    pub faults: Vec<Fault>,
    /// What its author should know.
    pub warnings: Vec<String>,
    /// What must be there for it to work.
    pub references: Vec<Reference>,
}

/// Says what there is to say of an object that is created, or updated from `old`.
///
/// An update that leaves the spec as it was is not judged (contract, "Not judged").
pub fn admit(endpoint: Endpoint, kind: &Kind, object: Value, old: Option<&Value>) -> Verdict {
    if old.is_some_and(|old| old["spec"] == object["spec"]) {
        return Verdict::default();
    }
    match endpoint {
        Endpoint::Mutate => mutate(kind, object, old),
        Endpoint::Validate => validate(kind, &object, old),
    }
}

/// What is said of an object that does not decode.
pub fn undecodable(endpoint: Endpoint, error: &serde_json::Error) -> Verdict {
    let faults = match endpoint {
        Endpoint::Mutate => Vec::new(),
        Endpoint::Validate => vec![Fault::type_invalid(&FieldPath::root("spec"), error)],
    };
    Verdict {
        faults,
        ..Verdict::default()
    }
}

fn mutate(kind: &Kind, mut object: Value, old: Option<&Value>) -> Verdict {
    // A word that the types do not know keeps the object from being filled in, but not from being judged: the rules
    // name the word and all that is wrong beside it.
    let fillings = (kind.fill)(&object, old).unwrap_or_default();
    let patch = fill_in(&mut object, fillings);
    match (kind.judge)(&object, old) {
        Ok(judgement) => Verdict::new(patch, judgement),
        Err(error) => undecodable(Endpoint::Mutate, &error),
    }
}

fn validate(kind: &Kind, object: &Value, old: Option<&Value>) -> Verdict {
    match (kind.judge)(object, old) {
        // Warnings are said by the mutating endpoint.
        Ok(judgement) => Verdict {
            warnings: Vec::new(),
            ..Verdict::new(None, judgement)
        },
        Err(error) => undecodable(Endpoint::Validate, &error),
    }
}

/// Fills in what there is to fill in; the patch that does it.
fn fill_in(object: &mut Value, fillings: Vec<Filling>) -> Option<Patch> {
    if fillings.is_empty() {
        return None;
    }
    let operations: Option<Vec<_>> = fillings.into_iter().map(operation).collect();
    // A filling names a place that is there. If one ever does not, nothing is filled in (`patch` undoes what it did),
    // and the object is judged as it was sent.
    operations
        .map(Patch)
        .filter(|operations| patch(object, operations).is_ok())
}

/// An addition also replaces what is there, such as a `null`.
fn operation(filling: Filling) -> Option<PatchOperation> {
    let path = PointerBuf::parse(filling.pointer).ok()?;
    let value = filling.value;
    Some(PatchOperation::Add(AddOperation { path, value }))
}

impl Verdict {
    fn new(patch: Option<Patch>, judgement: Judgement) -> Self {
        let Judgement {
            faults,
            warnings,
            references,
        } = judgement;
        let verdict = Self {
            patch,
            faults,
            warnings,
            references,
        };
        verdict.settled()
    }

    /// Without what is of no use to an object that is refused.
    pub(crate) fn settled(mut self) -> Self {
        if !self.faults.is_empty() {
            self.patch = None;
            self.warnings.clear();
        }
        self
    }
}

#[cfg(test)]
#[path = "admit_tests.rs"]
mod tests;
