// SPDX-License-Identifier: Apache-2.0

//! Reviews in, reviews out, through the router: what the API server sends, and what it is told.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use clap::Parser;
use http::{Request, StatusCode};
use k8s_openapi::ByteString;
use ni_runtime::scope::Scopes;
use serde_json::{Value, json};
use tower::ServiceExt;

use ni_webhook::metrics::Metrics;
use ni_webhook::options::Cli;
use ni_webhook::references::References;
use ni_webhook::review::Webhook;
use ni_webhook::serve::reviews;

use crate::support::{REVIEW, value};

/// The router as it is served, and its metrics.
struct Served {
    router: axum::Router,
    metrics: Metrics,
}

fn served() -> Served {
    served_with("warn", |_| References::none())
}

/// With what is known of references, and what is done about them.
fn served_with(network_references: &str, references: impl Fn(Metrics) -> References) -> Served {
    let references_flag = format!("--network-references={network_references}");
    let options = Cli::parse_from(["ni-webhook", "--self-signed", &references_flag]);
    let metrics = Metrics::default();
    let webhook = Webhook::new(
        references(metrics.clone()),
        &options.judging,
        metrics.clone(),
    );
    Served {
        router: reviews::router(Arc::new(webhook), metrics.clone(), Duration::from_secs(20)),
        metrics,
    }
}

impl Served {
    async fn post(&self, path: &str, body: impl Into<Body>) -> (StatusCode, Vec<u8>) {
        let request = Request::post(path).body(body.into()).expect("a request");
        let response = self.router.clone().oneshot(request).await;
        let response = response.expect("it answers whatever comes");
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await;
        (status, body.expect("a body").into())
    }

    /// What is told of a review.
    async fn told(&self, path: &str, review: &Value) -> Value {
        let (status, body) = self.post(path, review.to_string()).await;
        assert_eq!(status, StatusCode::OK, "{review}");
        let mut answer: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(answer["apiVersion"], "admission.k8s.io/v1");
        assert_eq!(answer["kind"], "AdmissionReview");
        answer["response"].take()
    }
}

const UID: &str = "705ab4f5-6393-11e8-b7cc-42010a800002";

fn allowed() -> Value {
    json!({"uid": UID, "allowed": true})
}

/// The review of `review.json`, with other fields in its request.
fn review(fields: &Value) -> Value {
    let mut review: Value = serde_json::from_str(REVIEW).expect("JSON");
    for (field, value) in fields.as_object().expect("fields") {
        review["request"][field] = value.clone();
    }
    review
}

fn with_spec(spec: &Value) -> Value {
    review(&json!({"object": {"metadata": {"name": "sample"}, "spec": spec}}))
}

/// The patch that an answer holds.
fn patch(response: &Value) -> Value {
    assert_eq!(response["patchType"], "JSONPatch", "{response}");
    let patch: ByteString = serde_json::from_value(response["patch"].clone()).expect("base64");
    serde_json::from_slice(&patch.0).expect("JSON")
}

#[tokio::test]
async fn what_is_right_and_whole_is_allowed_as_it_is() {
    let served = served();
    for path in ["/mutate", "/validate"] {
        assert_eq!(served.told(path, &review(&json!({}))).await, allowed());
    }
}

#[tokio::test]
async fn what_is_left_open_is_filled_in_once_and_the_rest_left() {
    let served = served();
    let template =
        json!({"prefixTemplate": {"spec": {"parentRef": {"name": "p"}, "ipFamily": "IPv6"}}});
    let spec = json!({
        "networkRef": {"name": "sample"}, "foreign": {"a": null}, "ipFamilies": null,
        "ips": [{"value": null, "ephemeral": template}],
    });
    let response = served.told("/mutate", &with_spec(&spec)).await;
    let expected = json!([{"op": "add", "path": "/spec/ipFamilies", "value": ["IPv6"]}]);
    assert_eq!(patch(&response), expected);
    assert_eq!(response["allowed"], true);
    let response = served.told("/validate", &with_spec(&spec)).await;
    assert_eq!(response.get("patch"), None);
    let count =
        r#"ni_webhook_reviews_total{endpoint="mutate",kind="NetworkInterface",outcome="patched"}"#;
    assert_eq!(value(&served.metrics, count), 1);
}

#[tokio::test]
async fn a_dry_run_is_a_review_like_any_other() {
    let served = served();
    let spec = json!({"networkRef": {"name": "sample"}, "ips": [{"value": "10.0.0.1"}]});
    let mut dry = with_spec(&spec);
    dry["request"]["dryRun"] = json!(true);
    let (dry, wet) = (
        served.told("/mutate", &dry).await,
        served.told("/mutate", &with_spec(&spec)).await,
    );
    assert_eq!(dry, wet);
    let expected = json!([{"op": "add", "path": "/spec/ipFamilies", "value": ["IPv4"]}]);
    assert_eq!(patch(&dry), expected);
}

#[tokio::test]
async fn an_update_keeps_what_was_filled_in() {
    let served = served();
    let machine = |volumes: &Value| {
        let spec = json!({"machineClassRef": {"name": "c"}, "power": "On", "volumes": volumes});
        json!({"metadata": {"name": "m"}, "spec": spec})
    };
    let update = review(&json!({
        "operation": "UPDATE",
        "kind": {"group": "compute.ironcore.dev", "version": "v1alpha1", "kind": "Machine"},
        "object": machine(&json!([{"name": "b", "emptyDisk": {}}, {"name": "a", "device": null, "emptyDisk": {}}])),
        "oldObject": machine(&json!([{"name": "a", "device": "oda", "emptyDisk": {}}])),
    }));
    let expected = json!([
        {"op": "add", "path": "/spec/volumes/0/device", "value": "odb"},
        {"op": "add", "path": "/spec/volumes/1/device", "value": "oda"},
    ]);
    assert_eq!(patch(&served.told("/mutate", &update).await), expected);
}

#[tokio::test]
async fn what_is_not_judged_is_allowed_as_it_is() {
    let served = served();
    let bad = json!({"spec": {"ips": [{"value": "10.0.0.1"}], "ipFamilies": 7}});
    let labelled = json!({"metadata": {"labels": {"a": "b"}}, "spec": bad["spec"]});
    let pod = json!({"group": "", "version": "v1", "kind": "Pod"});
    let other =
        json!({"group": "networking.ironcore.dev", "version": "v2", "kind": "NetworkInterface"});
    for fields in [
        json!({"operation": "DELETE", "object": null, "oldObject": bad}),
        json!({"operation": "CONNECT", "object": bad}),
        json!({"operation": "UPDATE", "subResource": "status", "object": bad, "oldObject": null}),
        json!({"operation": "UPDATE", "object": labelled, "oldObject": bad}),
        json!({"kind": pod, "object": bad, "oldObject": null}),
        json!({"kind": other, "object": bad, "oldObject": null}),
    ] {
        for path in ["/mutate", "/validate"] {
            let told = served.told(path, &review(&fields)).await;
            assert_eq!(told, allowed(), "{path} {fields}");
        }
    }
}

#[tokio::test]
async fn what_does_not_decode_is_let_through_to_the_schema() {
    let served = served();
    let deep = "[".repeat(1000) + &"]".repeat(1000);
    let reviews = [
        with_spec(&json!({"ips": "10.0.0.1"})),
        with_spec(&json!(7)),
        review(&json!({"object": null})),
        review(&json!({"object": "text"})),
        with_spec(&json!({"ips": "DEEP"})),
    ];
    for sent in reviews {
        let sent = sent.to_string().replace(r#""DEEP""#, &deep);
        let (status, body) = served.post("/mutate", sent.clone()).await;
        assert_eq!(status, StatusCode::OK);
        let answer: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(answer["response"], allowed(), "{sent}");
    }
}

#[tokio::test]
async fn what_can_only_be_told_apart_by_its_uid_is_told_so() {
    let served = served();
    let sent = review(&json!({"kind": "NetworkInterface"}));
    for path in ["/mutate", "/validate"] {
        let told = served.told(path, &sent).await;
        assert_eq!(told["uid"], UID);
        assert_eq!(told["allowed"], false);
        assert_eq!(told["status"]["code"], 400);
        assert_eq!(told["status"]["reason"], "BadRequest");
        let message = told["status"]["message"].as_str().expect("a message");
        assert!(message.contains("can't be read"), "{message}");
    }
    let failed = r#"ni_webhook_reviews_total{endpoint="mutate",kind="other",outcome="failed"}"#;
    assert_eq!(value(&served.metrics, failed), 1);
}

#[tokio::test]
async fn other_bodies_are_a_bad_request_that_says_why() {
    let served = served();
    let mut not_utf8 = REVIEW.as_bytes().to_vec();
    not_utf8[100] = 0xff;
    let without_uid = review(&json!({"uid": ""})).to_string();
    let beta = REVIEW.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    let cases: [(Vec<u8>, &str); 7] = [
        (Vec::new(), "EOF"),
        (b"text".to_vec(), "expected"),
        (REVIEW.as_bytes()[..300].to_vec(), "EOF"),
        (b"{}".to_vec(), "admission.k8s.io/v1"),
        (beta.into_bytes(), "admission.k8s.io/v1"),
        (without_uid.into_bytes(), "request.uid"),
        (not_utf8, "not an AdmissionReview"),
    ];
    for (body, reason) in cases {
        let sent = String::from_utf8_lossy(&body).into_owned();
        let (status, said) = served.post("/validate", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{sent}");
        let said = String::from_utf8(said).expect("text");
        assert!(said.contains(reason), "{sent}: {said}");
    }
    let failed = r#"ni_webhook_reviews_total{endpoint="validate",kind="other",outcome="failed"}"#;
    assert_eq!(value(&served.metrics, failed), 7);
}

#[tokio::test]
async fn a_refusal_reads_as_the_api_servers_own() {
    let served = served();
    let spec =
        json!({"networkRef": {}, "ipFamilies": ["IPv4", "ipv6"], "ips": [{"value": "10.0.0.256"}]});
    let causes = [
        (
            "spec.networkRef.name",
            "FieldValueRequired",
            "Required value: must be specified",
        ),
        (
            "spec.ipFamilies[1]",
            "FieldValueNotSupported",
            r#"Unsupported value: "ipv6": supported values: "IPv4", "IPv6""#,
        ),
        (
            "spec.ips",
            "FieldValueInvalid",
            "Invalid value: 1: must have one item for each item of `ipFamilies`, in the same order",
        ),
        (
            "spec.ips[0].value",
            "FieldValueInvalid",
            r#"Invalid value: "10.0.0.256": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#,
        ),
    ];
    let listed = causes.map(|(field, _, message)| format!("{field}: {message}"));
    let (kind, listed) = (
        "NetworkInterface.networking.ironcore.dev",
        listed.join(", "),
    );
    let causes = causes.map(
        |(field, reason, message)| json!({"field": field, "reason": reason, "message": message}),
    );
    let expected = json!({
        "uid": UID,
        "allowed": false,
        "status": {
            "status": "Failure",
            "code": 422,
            "reason": "Invalid",
            "message": format!(r#"{kind} "sample" is invalid: [{listed}]"#),
            "details": {
                "name": "sample",
                "group": "networking.ironcore.dev",
                "kind": "NetworkInterface",
                "causes": causes,
            },
        },
    });
    for path in ["/mutate", "/validate"] {
        assert_eq!(
            served.told(path, &with_spec(&spec)).await,
            expected,
            "{path}"
        );
    }
    for endpoint in ["mutate", "validate"] {
        let count = format!(
            r#"ni_webhook_reviews_total{{endpoint="{endpoint}",kind="NetworkInterface",outcome="refused"}}"#
        );
        assert_eq!(value(&served.metrics, &count), 1);
    }
}

/// Of an API server that has nothing, as it says to each question; watches are not kept.
fn nothing_there(metrics: Metrics) -> References {
    let service = tower::service_fn(|_: Request<kube::client::Body>| async {
        let status = json!({"kind": "Status", "status": "Failure", "code": 404, "reason": "NotFound", "message": "none"});
        let response = http::Response::builder().status(404);
        response.body(Body::from(status.to_string()))
    });
    let client = kube::Client::new(service, "default");
    let (references, _watches) = References::watch(client, &Scopes::All, metrics);
    references
}

const MISSING: &str = r#""other": no such Network in namespace "default": create it first"#;

#[tokio::test]
async fn who_refers_to_what_is_not_there_is_warned_and_by_the_mutating_endpoint_alone() {
    let served = served_with("warn", nothing_there);
    let sent = with_spec(
        &json!({"networkRef": {"name": "other"}, "ipFamilies": ["IPv4"], "ips": [{"value": "10.0.0.1"}]}),
    );
    let warning = "spec.networkRef.name: Network \"other\" not found in namespace \"default\": \
        pending until it is created";
    let expected = json!({"uid": UID, "allowed": true, "warnings": [warning]});
    assert_eq!(served.told("/mutate", &sent).await, expected);
    assert_eq!(served.told("/validate", &sent).await, allowed());
    let asked = r#"ni_webhook_reference_lookups_total{answer="missing"}"#;
    assert_eq!(value(&served.metrics, asked), 1);
    assert_eq!(value(&served.metrics, "ni_webhook_warnings_total"), 1);
}

#[tokio::test]
async fn who_refers_to_what_is_not_there_is_refused_where_that_is_asked_for() {
    let served = served_with("deny", nothing_there);
    let sent = with_spec(
        &json!({"networkRef": {"name": "other"}, "ipFamilies": ["IPv4"], "ips": [{"value": "10.0.0.1"}]}),
    );
    for path in ["/mutate", "/validate"] {
        let told = served.told(path, &sent).await;
        assert_eq!(told["allowed"], false, "{path}");
        let expected = json!([{
            "field": "spec.networkRef.name",
            "reason": "FieldValueNotFound",
            "message": format!("Not found: {MISSING}"),
        }]);
        assert_eq!(told["status"]["details"]["causes"], expected, "{path}");
    }
}
