// SPDX-License-Identifier: Apache-2.0

//! What the comparison with a real server has shown, said once more where it costs nothing to look.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{Answer, Cause, Definition, Delete, Policy, Refusal, Request, Server, What, uid};

/// A definition with a default, an enumeration, a list of maps, and a status that is filled in.
fn defined() -> Server<u8> {
    let properties = json!({
        "size": { "type": "integer", "default": 1 },
        "mode": { "type": "string", "enum": ["a", "b"] },
        "since": { "type": "string", "format": "date-time" },
        "parts": {
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
            "items": { "type": "object", "properties": { "name": { "type": "string" } } },
        },
    });
    let schema = json!({ "type": "object", "properties": {
        "spec": { "type": "object", "properties": properties },
        "status": { "type": "object", "default": {}, "properties": { "phase": { "type": "string", "default": "Pending" } } },
    } });
    let crd = json!({ "spec": {
        "group": "example.org", "names": { "kind": "Thing" },
        "versions": [{ "name": "v1", "schema": { "openAPIV3Schema": schema } }],
    } });
    let definitions = [(0, Definition::new(&crd))].into();
    Server::new("ns", 1).with_definitions(Arc::new(definitions))
}

fn served(server: &mut Server<u8>, request: &Request<'_>) -> Answer {
    server.serve(0, "a", request)
}

fn created(body: &Value) -> (Server<u8>, Answer) {
    let mut server = defined();
    let answer = served(&mut server, &Request::Create(body));
    (server, answer)
}

fn object(answer: &Answer) -> &Value {
    match answer {
        Answer::Object(object) => object,
        other => panic!("no object: {other:?}"),
    }
}

#[test]
fn a_new_object_is_pruned_and_filled_in_and_its_status_is_the_default() {
    let body = json!({ "spec": { "color": "blue", "mode": null }, "status": { "phase": "Ready" } });
    let (_, answer) = created(&body);
    assert_eq!(object(&answer)["spec"], json!({ "size": 1 }));
    assert_eq!(object(&answer)["status"], json!({ "phase": "Pending" }));
    assert_eq!(object(&answer)["metadata"]["generation"], 1);
}

#[test]
fn what_the_schema_refuses_is_told_by_cause_and_field() {
    let parts = json!([{ "name": "p" }, { "name": "p" }, { "name": "p" }]);
    let body =
        json!({ "spec": { "size": "1", "mode": "c", "since": "yesterday", "parts": parts } });
    let (_, answer) = created(&body);
    let Answer::Invalid(mut causes) = answer else {
        panic!("{answer:?}")
    };
    causes.sort();
    let expected = [
        ("FieldValueDuplicate", "spec.parts[1]"),
        ("FieldValueNotSupported", "spec.mode"),
        ("FieldValueTypeInvalid", "spec.since"),
        ("FieldValueTypeInvalid", "spec.size"),
    ];
    assert_eq!(
        causes,
        expected.map(|(reason, field)| Cause::new(reason, field))
    );
}

#[test]
fn a_patch_writes_its_part_alone_and_one_that_changes_nothing_keeps_the_version() {
    let (mut server, _) = created(&json!({ "spec": {} }));
    let both = json!({ "spec": { "size": 2 }, "status": { "phase": "Ready" } });
    let main = served(&mut server, &Request::Patch(&both));
    assert_eq!(object(&main)["status"]["phase"], "Pending");
    assert_eq!(object(&main)["metadata"]["generation"], 2);
    let status = served(&mut server, &Request::PatchStatus(&both));
    assert_eq!(object(&status)["status"]["phase"], "Ready");
    assert_eq!(object(&status)["metadata"]["generation"], 2);
    assert_eq!(served(&mut server, &Request::Patch(&both)), status);
}

#[test]
fn finalizers_hold_an_object_that_is_deleted_and_none_is_added_then() {
    let (mut server, _) = created(&json!({ "metadata": { "finalizers": ["example.org/a"] } }));
    let marked = served(&mut server, &Request::Delete(Delete::default()));
    assert_eq!(object(&marked)["metadata"]["generation"], 2);
    assert_eq!(object(&marked)["metadata"]["deletionGracePeriodSeconds"], 0);
    let more = json!({ "metadata": { "finalizers": ["example.org/a", "example.org/b"] } });
    let causes = vec![Cause::new("FieldValueForbidden", "metadata.finalizers")];
    assert_eq!(
        served(&mut server, &Request::Patch(&more)),
        Answer::Invalid(causes)
    );
    let none = json!({ "metadata": { "finalizers": null } });
    assert!(matches!(
        served(&mut server, &Request::Patch(&none)),
        Answer::Object(_)
    ));
    assert!(server.get(0, "a").is_none());
}

/// A fault of the real server's, see `Store.Delete`: it compares with the version of an object that it has not read.
#[test]
fn a_delete_by_version_that_takes_the_collectors_last_finalizer_off_is_a_conflict() {
    let (mut server, answer) = created(&json!({ "metadata": { "finalizers": ["orphan"] } }));
    let version = object(&answer)["metadata"]["resourceVersion"].as_str();
    let delete = |version| {
        Request::Delete(Delete {
            version,
            policy: Some(Policy::Background),
            ..Delete::default()
        })
    };
    assert_eq!(
        served(&mut server, &delete(version)),
        Answer::Refused(Refusal::Conflict)
    );
    assert_eq!(served(&mut server, &delete(None)), Answer::Gone);
}

#[test]
fn what_nobody_owns_any_more_is_collected_and_an_owner_that_is_gone_is_forgotten_beside_one_that_is_there()
 {
    let mut server = defined();
    let owner = |server: &Server<u8>, name: &str| {
        let uid = server.get(0, name).map(uid);
        json!({ "apiVersion": "example.org/v1", "kind": "Thing", "name": name, "uid": uid })
    };
    assert!(server.create(0, "a", &json!({})) && server.create(0, "b", &json!({})));
    let (a, b) = (owner(&server, "a"), owner(&server, "b"));
    server.create(
        0,
        "of-a",
        &json!({ "metadata": { "ownerReferences": [a] } }),
    );
    server.create(
        0,
        "of-both",
        &json!({ "metadata": { "ownerReferences": [a, b] } }),
    );
    server.delete(0, "a");
    server.collect_all();
    assert!(server.get(0, "of-a").is_none());
    assert_eq!(
        server.get(0, "of-both").unwrap()["metadata"]["ownerReferences"],
        json!([b])
    );
}

#[test]
fn a_streaming_list_ends_with_a_bookmark_and_a_watch_from_what_is_forgotten_is_refused() {
    let (mut server, answer) = created(&json!({ "spec": {} }));
    let first = crate::version(object(&answer));
    server.patch(0, "a", &json!({ "spec": { "size": 2 } }));
    server.stream_list(0, 0);
    let heard = std::iter::from_fn(|| server.next_event(0, 0)).map(|event| event.what);
    assert_eq!(heard.collect::<Vec<_>>(), [What::Added, What::Bookmark]);
    assert!(server.resume_watch(0, 0, first));
    assert_eq!(server.next_event(0, 0).unwrap().what, What::Modified);
    let then = server.list_at(0, first).unwrap();
    assert_eq!(then[0]["spec"]["size"], 1);
    server.forget(server.newest());
    assert!(!server.resume_watch(0, 0, first));
    assert!(server.list_at(0, first).is_none());
}
