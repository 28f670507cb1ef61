// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;

use clap::Parser;
use ironcore_api::field::FieldPath;
use ironcore_api::reference::Referent;
use serde_json::json;

use super::super::request::{Received, read};
use super::*;
use crate::metrics::Metrics;
use crate::options::Cli;
use crate::references::fake::Server;

const WARNING: &str = r#"spec.networkRef.name: Network "gone" not found in namespace "ns": pending until it is created"#;
const DENIAL: &str = r#"spec.networkRef.name: Not found: "gone": no such Network in namespace "ns": create it first"#;
const OWN: &str = "spec: Required value: own";

fn webhook(flags: &str) -> Webhook {
    let always = ["ni-webhook", "--self-signed"];
    let options = Cli::parse_from(always.into_iter().chain(flags.split_whitespace()));
    let references = Arc::new(Server::default()).references();
    Webhook::new(references, &options.judging, Metrics::default())
}

fn review(user: &str, operation: &str) -> String {
    json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "u", "kind": {"group": "", "version": "", "kind": ""}, "operation": operation, "namespace": "ns",
            "userInfo": {"username": user},
        },
    })
    .to_string()
}

/// What is found in an object that refers to a Network that is there and to one that is not.
fn found(own: &str) -> Verdict {
    let refer = |name: &str| Reference {
        field: "spec.networkRef.name".to_owned(),
        referent: Referent::Network,
        name: name.to_owned(),
    };
    let root = FieldPath::root("spec");
    let faults = own
        .split_whitespace()
        .map(|detail| Fault::required(&root, detail));
    Verdict {
        faults: faults.collect(),
        references: vec![refer("found"), refer("gone")],
        ..Verdict::default()
    }
}

/// In words, what is said: `own` and `denied` for faults, `warned` for a warning.
fn words(verdict: &Verdict) -> String {
    let faults = verdict.faults.iter().map(Fault::to_string);
    let all = faults.chain(verdict.warnings.clone());
    let words = all.map(|text| match &text[..] {
        OWN => "own",
        DENIAL => "denied",
        WARNING => "warned",
        _ => panic!("{text}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn who_is_warned_and_who_is_refused() {
    let (mutate, validate) = (Endpoint::Mutate, Endpoint::Validate);
    let deny = "--network-references=deny";
    let other = "--network-references=deny --controller-user=me";
    let controller = "system:serviceaccount:ironcore-ni:ni-controller";
    for (flags, endpoint, user, operation, own, expected) in [
        ("", mutate, "me", "CREATE", "", "warned"),
        ("", mutate, "me", "UPDATE", "", "warned"),
        // Once is enough; and who is refused reads no warnings.
        ("", validate, "me", "CREATE", "", ""),
        ("", mutate, "me", "CREATE", "own", "own"),
        ("", mutate, controller, "CREATE", "", ""),
        (deny, mutate, "me", "CREATE", "", "denied"),
        (deny, mutate, "me", "CREATE", "own", "own denied"),
        (deny, validate, "me", "UPDATE", "", "denied"),
        (deny, mutate, controller, "CREATE", "", ""),
        (deny, validate, controller, "CREATE", "", ""),
        (deny, mutate, controller, "UPDATE", "", "denied"),
        (other, mutate, controller, "CREATE", "", "denied"),
        (other, mutate, "me", "CREATE", "", ""),
    ] {
        let review = review(user, operation);
        let Ok(Received::Request(request)) = read(review.as_bytes()) else {
            panic!("it can be read");
        };
        let verdict = webhook(flags).refer(endpoint, &request, found(own)).await;
        assert_eq!(
            words(&verdict),
            expected,
            "{flags} {endpoint:?} {user} {operation} {own}"
        );
    }
}
