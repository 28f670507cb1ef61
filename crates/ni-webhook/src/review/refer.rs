//! What is said of references to what does not exist (contract, "References").

use ironcore_api::field::Fault;
use ironcore_api::reference::Reference;

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
        "{field}: {kind} {name:?} does not exist in namespace {namespace:?}: what needs it waits until it is created"
    )
}

fn denial(reference: &Reference, namespace: &str) -> Fault {
    let kind = reference.referent.as_str();
    let detail = format!("no such {kind} in namespace {namespace:?}: create it first");
    Fault::not_found(&reference.field, format!("{:?}: {detail}", reference.name))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clap::Parser;
    use ironcore_api::field::FieldPath;
    use ironcore_api::reference::Referent;
    use serde_json::json;

    use super::super::request::{Received, read};
    use super::*;
    use crate::metrics::Metrics;
    use crate::options::Cli;
    use crate::references::References;
    use crate::references::fake::Server;

    const CONTROLLER: &str = "system:serviceaccount:ironcore-ni:ni-controller";

    /// Faults and warnings of an object that refers to `gone` and `found`, and has `faults` of its own.
    async fn said(
        flags: &str,
        endpoint: Endpoint,
        user: &str,
        operation: &str,
        faults: usize,
    ) -> (Vec<String>, Vec<String>) {
        let flags = ["ni-webhook", "--self-signed"]
            .into_iter()
            .chain(flags.split_whitespace());
        let judging = Cli::parse_from(flags).judging;
        let (references, _watches) =
            References::watch(Arc::new(Server::default()).client(), Metrics::default());
        let webhook = Webhook::new(references, &judging, Metrics::default());
        let kind = json!({"group": "", "version": "", "kind": ""});
        let request = json!({"uid": "u", "kind": kind, "operation": operation, "namespace": "ns", "userInfo": {"username": user}});
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
        let review = review.to_string();
        let Ok(Received::Request(request)) = read(review.as_bytes()) else {
            panic!("it can be read");
        };
        let refer = |name: &str| Reference {
            field: "spec.networkRef.name".to_owned(),
            referent: Referent::Network,
            name: name.to_owned(),
        };
        let verdict = Verdict {
            faults: vec![Fault::required(&FieldPath::root("spec"), "own"); faults],
            references: vec![refer("found"), refer("gone")],
            ..Verdict::default()
        };
        let verdict = webhook.refer(endpoint, &request, verdict).await;
        let faults = verdict.faults.iter().map(Fault::to_string).collect();
        (faults, verdict.warnings)
    }

    const WARNING: &str = r#"spec.networkRef.name: Network "gone" does not exist in namespace "ns": what needs it waits until it is created"#;
    const DENIAL: &str = r#"spec.networkRef.name: Not found: "gone": no such Network in namespace "ns": create it first"#;
    const OWN: &str = "spec: Required value: own";

    #[tokio::test]
    async fn who_is_warned_and_who_is_refused() {
        let (mutate, validate) = (Endpoint::Mutate, Endpoint::Validate);
        let deny = "--network-references=deny";
        let cases: [(&str, Endpoint, &str, &str, usize, &[&str], &[&str]); 10] = [
            ("", mutate, "admin", "CREATE", 0, &[], &[WARNING]),
            ("", mutate, "admin", "UPDATE", 0, &[], &[WARNING]),
            // Once is enough; and who is refused reads no warnings.
            ("", validate, "admin", "CREATE", 0, &[], &[]),
            ("", mutate, "admin", "CREATE", 1, &[OWN], &[]),
            (deny, mutate, "admin", "CREATE", 0, &[DENIAL], &[]),
            (deny, mutate, "admin", "CREATE", 1, &[OWN, DENIAL], &[]),
            (deny, validate, "admin", "UPDATE", 0, &[DENIAL], &[]),
            (deny, mutate, CONTROLLER, "CREATE", 0, &[], &[]),
            (deny, validate, CONTROLLER, "CREATE", 0, &[], &[]),
            (deny, mutate, CONTROLLER, "UPDATE", 0, &[DENIAL], &[]),
        ];
        for (flags, endpoint, user, operation, own, faults, warnings) in cases {
            let case = format!("{flags} {endpoint:?} {user} {operation} {own}");
            let (said_faults, said_warnings) = said(flags, endpoint, user, operation, own).await;
            assert_eq!(said_faults, faults, "{case}");
            assert_eq!(said_warnings, warnings, "{case}");
        }
    }
}
