// SPDX-License-Identifier: Apache-2.0

//! What is said of references to what does not exist (contract, "References").

use ironcore_api::field::{Fault, FieldPath};
use ironcore_api::reference::Reference;
use ironcore_api::validate::MOST_REFERENCES;

use super::request::Request;
use super::{Endpoint, Webhook};
use crate::admit::Verdict;

impl Webhook {
    /// Adds to the verdict what there is to say of the object's references.
    ///
    /// A warning is said by the mutating endpoint alone. A denial is said by both: by the mutating one beside all other
    /// faults, by the validating one of what came in later.
    pub(super) async fn refer(
        &self,
        endpoint: Endpoint,
        request: &Request<'_>,
        mut verdict: Verdict,
    ) -> Verdict {
        if !self.asks(endpoint, request, &verdict) {
            return verdict;
        }
        let namespace = request.namespace();
        let missing = self.references.missing(namespace, &verdict.references);
        let missing = missing.await.into_iter();
        if self.denies {
            let faults = missing.map(|reference| denial(reference, namespace));
            verdict.faults.extend(faults);
            if verdict.more_references > 0 {
                verdict.faults.push(too_many(&verdict));
            }
        } else {
            let warnings = missing.map(|reference| warning(reference, namespace));
            verdict.warnings.extend(warnings);
        }
        verdict.settled()
    }

    fn asks(&self, endpoint: Endpoint, request: &Request<'_>, verdict: &Verdict) -> bool {
        // The controller makes what machines declare, in any order, and reads no warnings.
        let controller = request.is_create() && request.user() == self.controller_user;
        let warns = endpoint == Endpoint::Mutate && verdict.faults.is_empty();
        !controller && (self.denies || warns)
    }
}

fn warning(reference: &Reference, namespace: &str) -> String {
    let Reference { field, name, .. } = reference;
    let kind = reference.referent.as_str();
    format!(
        "{field}: {kind} {name:?} not found in namespace {namespace:?}: pending until it is created"
    )
}

fn denial(reference: &Reference, namespace: &str) -> Fault {
    let kind = reference.referent.as_str();
    let detail = format!("no such {kind} in namespace {namespace:?}: create it first");
    Fault::not_found(&reference.field, format!("{:?}: {detail}", reference.name))
}

/// What is not looked up can't be known to exist.
fn too_many(verdict: &Verdict) -> Fault {
    let number = verdict.references.len() + verdict.more_references;
    Fault::too_many(
        &FieldPath::root("spec"),
        number as u64,
        MOST_REFERENCES as u64,
    )
}

#[cfg(test)]
#[path = "refer_tests.rs"]
mod tests;
