// SPDX-License-Identifier: Apache-2.0

//! What holds of the answer to any input: run by property tests, by the kept corpus, and by the fuzz targets.
//!
//! Each function panics where it does not hold.

use std::sync::LazyLock;

use clap::Parser;
use futures::FutureExt;
use json_patch::Patch;
use k8s_openapi::ByteString;
use serde::Deserialize;
use serde_json::Value;

use ironcore_api::KINDS;

use crate::admit::{Verdict, admit};
use crate::metrics::Metrics;
use crate::options::Cli;
use crate::references::References;
use crate::review::{Answer, Endpoint, Webhook, answer};

const ENDPOINTS: [Endpoint; 2] = [Endpoint::Mutate, Endpoint::Validate];

/// A webhook that knows no references, so that it waits for nothing.
static WEBHOOK: LazyLock<Webhook> = LazyLock::new(|| {
    let options = Cli::parse_from(["ni-webhook", "--self-signed"]);
    Webhook::new(References::none(), &options.judging, Metrics::default())
});

#[derive(Deserialize)]
struct Told {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    uid: String,
    allowed: bool,
    status: Option<Value>,
    patch: Option<ByteString>,
    patch_type: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

/// Whatever is sent: an `AdmissionReview` gets an answer with its uid, which the API server takes (its
/// `VerifyAdmissionResponse`), and a patch in it applies to the object.
pub fn review(body: &[u8]) {
    for endpoint in ENDPOINTS {
        let said = answer(&WEBHOOK, endpoint, body).now_or_never();
        let said = said.expect("without references there is nothing to wait for");
        match (said, sent(body)) {
            (Answer::Review(json), sent) => {
                let told: Told = serde_json::from_slice(&json).expect("an answer is JSON");
                acceptable(endpoint, &told.response, sent.as_ref());
            }
            (Answer::NoReview(reason), None) => assert!(!reason.is_empty()),
            (Answer::NoReview(reason), Some(review)) => {
                panic!("no answer to {review}: {reason}");
            }
        }
    }
}

/// The review, read by other means; `None` where it is none, or too deep for those.
fn sent(body: &[u8]) -> Option<Value> {
    let review: Value = serde_json::from_slice(body).ok()?;
    let uid = review["request"]["uid"].as_str().unwrap_or_default();
    let fits = review["apiVersion"] == "admission.k8s.io/v1" && review["kind"] == "AdmissionReview";
    (fits && !uid.is_empty()).then_some(review)
}

fn acceptable(endpoint: Endpoint, response: &Response, sent: Option<&Value>) {
    assert!(!response.uid.is_empty());
    assert_eq!(response.allowed, response.status.is_none());
    assert_eq!(response.patch.is_some(), response.patch_type.is_some());
    assert!(
        response
            .warnings
            .iter()
            .all(|text| !text.contains(char::is_control))
    );
    if let Some(status) = &response.status {
        let message = status["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty() && status["code"].as_u64() >= Some(400));
    }
    let Some(sent) = sent else { return };
    assert_eq!(sent["request"]["uid"], response.uid);
    if let Some(ByteString(patch)) = &response.patch {
        assert!(endpoint == Endpoint::Mutate && response.allowed);
        assert_eq!(response.patch_type.as_deref(), Some("JSONPatch"));
        let patch: Patch = serde_json::from_slice(patch).expect("a patch is JSON");
        let mut object = sent["request"]["object"].clone();
        json_patch::patch(&mut object, &patch).expect("a patch applies");
    }
    as_of_the_whole(endpoint, response, &sent["request"]);
}

/// What is not read of an object changes nothing of what is said of it.
fn as_of_the_whole(endpoint: Endpoint, response: &Response, request: &Value) {
    let unreadable = |status: &Value| status["code"] == 400;
    let main = request["subResource"].as_str().is_none_or(str::is_empty);
    let operation = request["operation"].as_str().unwrap_or_default();
    let kind = &request["kind"];
    let known = KINDS.iter().find(|known| {
        kind["group"] == known.group
            && kind["version"] == known.version
            && kind["kind"] == known.kind
    });
    let Some(known) = known.filter(|_| main && matches!(operation, "CREATE" | "UPDATE")) else {
        return;
    };
    if response.status.as_ref().is_some_and(unreadable) {
        return;
    }
    let old = Some(&request["oldObject"]).filter(|old| !old.is_null());
    let object = request["object"].to_string();
    let old = old.map(Value::to_string);
    let verdict = admit(endpoint, known, &object, old.as_deref());
    assert_eq!(response.allowed, verdict.faults.is_empty(), "{request}");
    let patch = response
        .patch
        .as_ref()
        .map(|ByteString(patch)| serde_json::from_slice::<Patch>(patch).expect("a patch is JSON"));
    assert_eq!(patch, verdict.patch, "{request}");
}

/// Whatever object of a kind is sent: what is filled in is filled in once, and leaves all but the spec as it was; an
/// object that the mutating endpoint lets through is let through by the validating one, filled in; one that it refuses,
/// too, as far as it was not for what was filled in.
///
/// # Panics
/// Where there is no such kind.
pub fn object(kind: &str, json: &[u8]) {
    let kind = KINDS.iter().find(|known| known.kind == kind);
    let kind = kind.expect("a kind of the table");
    let Ok(mut object) = serde_json::from_slice::<Value>(json) else {
        return;
    };
    let first = admit(Endpoint::Mutate, kind, &object.to_string(), None);
    let decodes = kind.judge(&object.to_string(), None).is_ok();
    if let Some(patch) = &first.patch {
        let before = object.clone();
        json_patch::patch(&mut object, patch).expect("a patch applies");
        only_the_spec_differs(&before, &object);
    }
    let again = admit(Endpoint::Mutate, kind, &object.to_string(), None);
    let filled = Verdict {
        patch: None,
        ..first.clone()
    };
    assert_eq!(again, filled, "of {object}");
    let validated = admit(Endpoint::Validate, kind, &object.to_string(), None);
    assert_eq!(validated.patch, None);
    if decodes && first.faults.is_empty() {
        assert_eq!(validated.faults, [], "of {object}");
        assert_eq!(validated.references, first.references);
    }
    let text = object.to_string();
    let unchanged = admit(Endpoint::Validate, kind, &text, Some(&text));
    assert_eq!(unchanged, Verdict::default());
}

fn only_the_spec_differs(before: &Value, after: &Value) {
    let rest = |object: &Value| {
        let mut object = object.clone();
        object["spec"].take();
        object
    };
    assert_eq!(rest(before), rest(after));
    assert_ne!(before["spec"], after["spec"]);
}
