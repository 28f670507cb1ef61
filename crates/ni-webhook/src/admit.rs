// SPDX-License-Identifier: Apache-2.0

//! Fills in and judges; pure.
//!
//! The mutating call comes before the schema is checked, so what does not decode there is let through unchanged: the
//! schema refuses it, and names the place. In the validating call it is a denial (architecture, "The webhook always
//! answers").

use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, Patch, PatchOperation};
use serde::Deserialize;
use serde_json::value::RawValue;

use ironcore_api::Kind;
use ironcore_api::default::Filling;
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
    /// How many faults there are beyond those.
    pub more_faults: usize,
    /// What its author should know.
    pub warnings: Vec<String>,
    /// What must be there for it to work.
    pub references: Vec<Reference>,
    /// How many there are beyond those.
    pub more_references: usize,
}

/// Says what there is to say of an object that is created, or updated from `old`, both as JSON.
///
/// An update that leaves the spec as it was is not judged (contract, "Not judged").
pub fn admit(endpoint: Endpoint, kind: &Kind, object: &str, old: Option<&str>) -> Verdict {
    if old.is_some_and(|old| is_same_spec(object, old)) {
        return Verdict::default();
    }
    let judgement = match endpoint {
        Endpoint::Mutate => kind.fill_and_judge(object, old),
        Endpoint::Validate => kind.judge(object, old).map(|judgement| Judgement {
            // Warnings are said by the mutating endpoint.
            warnings: Vec::new(),
            ..judgement
        }),
    };
    match judgement {
        Ok(judgement) => Verdict::new(judgement),
        Err(error) => undecodable(endpoint, &error),
    }
}

/// What is said of an object that does not decode.
fn undecodable(endpoint: Endpoint, error: &serde_json::Error) -> Verdict {
    let faults = match endpoint {
        Endpoint::Mutate => Vec::new(),
        Endpoint::Validate => vec![Fault::type_invalid(&FieldPath::root("spec"), error)],
    };
    Verdict {
        faults,
        ..Verdict::default()
    }
}

/// The spec of an object, as text: the API server writes what is the same in the same way.
#[derive(Deserialize)]
struct Spec<'a> {
    #[serde(borrow)]
    spec: Option<&'a RawValue>,
}

fn is_same_spec(object: &str, old: &str) -> bool {
    let spec = |text| {
        let object: Spec<'_> = serde_json::from_str(text).ok()?;
        Some(object.spec.map(RawValue::get))
    };
    object == old || spec(object).is_some_and(|new| spec(old) == Some(new))
}

/// The patch that fills in, where there is something to fill in.
fn patch(fillings: Vec<Filling>) -> Option<Patch> {
    let operations: Vec<_> = fillings.into_iter().filter_map(operation).collect();
    (!operations.is_empty()).then_some(Patch(operations))
}

/// An addition also replaces what is there, such as a `null`.
fn operation(filling: Filling) -> Option<PatchOperation> {
    let path = PointerBuf::parse(filling.pointer).ok()?;
    let value = filling.value;
    Some(PatchOperation::Add(AddOperation { path, value }))
}

impl Verdict {
    fn new(judgement: Judgement) -> Self {
        let Judgement {
            faults,
            more_faults,
            fillings,
            warnings,
            references,
            more_references,
        } = judgement;
        let verdict = Self {
            patch: patch(fillings),
            faults,
            more_faults,
            warnings,
            references,
            more_references,
        };
        verdict.settled()
    }

    /// How many faults there are.
    pub fn number_of_faults(&self) -> usize {
        self.faults.len() + self.more_faults
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
