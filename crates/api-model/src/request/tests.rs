// SPDX-License-Identifier: Apache-2.0

use serde_json::json;

use super::*;
use crate::{Phase, uid};

fn server() -> Server<u8> {
    let mut server = Server::new("ns", 1);
    assert!(server.create(0, "a", &json!({ "spec": { "x": 1 } })));
    server
}

#[test]
fn preconditions_are_held_to_what_is_stored() {
    let stored = server().get(0, "a").cloned().unwrap();
    let (own, version) = (uid(&stored), stored["metadata"]["resourceVersion"].clone());
    let patch = |uid: &str, version: &Value| json!({ "metadata": { "uid": uid, "resourceVersion": version }, "spec": { "x": 2 } });
    let answer = |request: Request<'_>| server().serve(0, "a", &request);
    let right = patch(&own, &version);
    assert!(matches!(answer(Request::Patch(&right)), Answer::Object(new) if new["spec"]["x"] == 2));
    let old = patch(&own, &json!("1"));
    assert_eq!(
        answer(Request::Patch(&old)),
        Answer::Refused(Refusal::Conflict)
    );
    let other = patch("other", &version);
    let causes = vec![Cause::invalid("metadata.uid")];
    assert_eq!(answer(Request::Patch(&other)), Answer::Invalid(causes));
    // Of a status patch the uid is ignored.
    assert!(matches!(
        answer(Request::PatchStatus(&other)),
        Answer::Object(_)
    ));
    let version = version.as_str();
    let delete = |uid, version| {
        Request::Delete(Delete {
            uid: Some(uid),
            version,
            policy: None,
        })
    };
    assert_eq!(
        answer(delete("other", version)),
        Answer::Refused(Refusal::Conflict)
    );
    assert_eq!(
        answer(delete(&own, Some("1"))),
        Answer::Refused(Refusal::Conflict)
    );
    assert_eq!(answer(delete(&own, version)), Answer::Gone);
}

#[test]
fn a_name_is_taken_once_and_no_namespace_that_goes_takes_any() {
    let mut server = server();
    let body = json!({});
    let create = Request::Create(&body);
    for (phase, name, refusal) in [
        (Phase::Active, "a", Refusal::AlreadyExists),
        (Phase::Terminating, "b", Refusal::NamespaceTerminating),
        (Phase::Gone, "b", Refusal::NotFound),
    ] {
        server.set_phase(phase);
        assert_eq!(server.serve(0, name, &create), Answer::Refused(refusal));
    }
    assert_eq!(
        server.serve(0, "b", &Request::Get),
        Answer::Refused(Refusal::NotFound)
    );
}

#[test]
fn a_watch_hears_each_change_once_and_after_a_restore_what_is_newer() {
    let mut server = server();
    let backup = [server.back_up()];
    server.patch(0, "a", &json!({ "spec": { "x": 2 } }));
    server.delete(0, "a");
    let heard = std::iter::from_fn(|| server.next_event(0, 0)).map(|event| event.gone());
    assert_eq!(heard.collect::<Vec<_>>(), [false, false, true]);
    let newest = server.newest();
    server.restore(&backup, newest);
    server.begin_history(1, &backup[0], false);
    server.patch(0, "a", &json!({ "spec": { "x": 3 } }));
    assert!(server.next_event(0, 0).is_none());
    server.begin_watch(0, 0);
    server.patch(0, "a", &json!({ "spec": { "x": 4 } }));
    assert!(server.next_event(0, 0).is_some());
}
