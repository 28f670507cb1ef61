// SPDX-License-Identifier: Apache-2.0

use ironcore_api::field::FieldPath;
use json_patch::jsonptr::PointerBuf;
use json_patch::{AddOperation, Patch, PatchOperation};
use serde_json::{Value, json};

use super::super::request::{Received, read};
use super::*;

const ASKED: &str = r#"{
    "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
    "request": {
        "uid": "u", "operation": "CREATE", "name": "x", "namespace": "y",
        "kind": {"group": "networking.ironcore.dev", "version": "v1alpha1", "kind": "NetworkInterface"}
    }
}"#;

fn told(said: Verdict) -> Value {
    let Ok(Received::Request(request)) = read(ASKED.as_bytes()) else {
        panic!("it can be read");
    };
    let mut review: Value = serde_json::from_slice(&verdict(&request, said)).expect("JSON");
    assert_eq!(review["apiVersion"], "admission.k8s.io/v1");
    assert_eq!(review["kind"], "AdmissionReview");
    review["response"].take()
}

fn refused(faults: Vec<Fault>) -> Value {
    told(Verdict {
        faults,
        ..Verdict::default()
    })
}

fn fault(field: &str) -> Fault {
    Fault::required(&FieldPath::root(field), "name it")
}

#[test]
fn what_is_right_is_allowed_and_no_more_said() {
    assert_eq!(
        told(Verdict::default()),
        json!({"uid": "u", "allowed": true})
    );
}

#[test]
fn a_patch_is_told_with_its_type() {
    let path = PointerBuf::parse("/spec/a").expect("a pointer");
    let value = json!(1);
    let add = PatchOperation::Add(AddOperation { path, value });
    let response = told(Verdict {
        patch: Some(Patch(vec![add])),
        warnings: vec!["mind the gap".to_owned()],
        ..Verdict::default()
    });
    assert_eq!(
        response,
        json!({
            "uid": "u", "allowed": true, "patchType": "JSONPatch",
            // [{"op":"add","path":"/spec/a","value":1}]
            "patch": "W3sib3AiOiJhZGQiLCJwYXRoIjoiL3NwZWMvYSIsInZhbHVlIjoxfV0=",
            "warnings": ["mind the gap"],
        })
    );
}

#[test]
fn a_refusal_reads_as_one_of_the_api_servers_own() {
    let faults = vec![
        fault("spec"),
        Fault::invalid(&FieldPath::root("status"), "q\"", "must be y"),
    ];
    assert_eq!(
        refused(faults),
        json!({
            "uid": "u",
            "allowed": false,
            "status": {
                "status": "Failure",
                "code": 422,
                "reason": "Invalid",
                "message": r#"NetworkInterface.networking.ironcore.dev "x" is invalid: [spec: Required value: name it, status: Invalid value: "q\"": must be y]"#,
                "details": {
                    "name": "x",
                    "group": "networking.ironcore.dev",
                    "kind": "NetworkInterface",
                    "causes": [
                        {"reason": "FieldValueRequired", "message": "Required value: name it", "field": "spec"},
                        {"reason": "FieldValueInvalid", "message": r#"Invalid value: "q\"": must be y"#, "field": "status"},
                    ],
                },
            },
        })
    );
}

#[test]
fn one_fault_stands_without_brackets_and_each_once() {
    for faults in [vec![fault("spec")], vec![fault("spec"), fault("spec")]] {
        let (number, response) = (faults.len(), refused(faults));
        assert_eq!(
            response["status"]["message"],
            r#"NetworkInterface.networking.ironcore.dev "x" is invalid: spec: Required value: name it"#
        );
        let causes = response["status"]["details"]["causes"].as_array();
        assert_eq!(causes.map(Vec::len), Some(number));
    }
}

#[test]
fn a_refusal_has_an_end() {
    let faults = (0..1000).map(|i| fault(&format!("spec{i}"))).collect();
    let response = refused(faults);
    let causes = response["status"]["details"]["causes"].as_array();
    assert_eq!(causes.map(Vec::len), Some(MOST_FAULTS));
    let message = response["status"]["message"].as_str().expect("a message");
    assert!(message.ends_with("spec255: Required value: name it, and 744 more]"));
    let long = Fault::required(&FieldPath::root("spec"), &"x".repeat(1 << 20));
    assert!(refused(vec![long]).to_string().len() < 4 * LONGEST_MESSAGE);
}

#[test]
fn what_cant_be_read_is_told_so() {
    let review: Value = serde_json::from_slice(&unreadable("u", "no kind")).expect("JSON");
    assert_eq!(
        review["response"],
        json!({
            "uid": "u",
            "allowed": false,
            "status": {
                "status": "Failure", "code": 400, "reason": "BadRequest",
                "message": "the review can't be read: no kind",
            },
        })
    );
}

#[test]
fn texts_are_cut_between_characters() {
    for (text, cut) in [("", ""), ("äöü", "äöü"), ("äöüß", "äö…")] {
        assert_eq!(clip(text, 3), cut);
    }
}
