// SPDX-License-Identifier: Apache-2.0

//! What keeps a network while interfaces refer to it.

use super::super::Question;
use super::*;

const FINALIZER: &str = "networking.ironcore.dev/network";

fn network() -> Value {
    object(Kind::Network, "net", 1, &json!({}))
}

fn finalizers(network: Value, all: &[&str]) -> Value {
    with(network, &json!({ "metadata": { "finalizers": all } }))
}

fn protected(network: Value) -> Value {
    finalizers(network, &["a.b/c", FINALIZER])
}

/// The finalizers that the plan writes.
fn written(scene: &Scene) -> Vec<Value> {
    let changes = scene.plan(Kind::Network, "net").changes;
    let patches = changes.iter().filter_map(|change| match &change.request {
        Request::Patch(body) => Some(&body["metadata"]),
        _ => None,
    });
    patches.cloned().collect()
}

#[test]
fn a_network_gets_the_finalizer_when_it_is_first_seen() {
    let expected = json!({
        "uid": "net-uid", "resourceVersion": "7", "finalizers": ["a.b/c", FINALIZER],
    });
    let seen = Scene::of(&[finalizers(network(), &["a.b/c"])]);
    assert_eq!(written(&seen), [expected]);
    for nothing in [
        protected(network()),
        external(network()),
        deleting(network()),
    ] {
        let plan = Scene::of(&[nothing]).plan(Kind::Network, "net");
        assert_eq!(plan, Plan::default());
    }
    let mut resting = Scene::of(&[network()]);
    resting.resting = true;
    assert_eq!(resting.plan(Kind::Network, "net"), Plan::default());
}

#[test]
fn a_deleting_network_waits_for_the_interfaces_that_refer_to_it_and_says_so() {
    let of_another = with(
        interface("z", 5),
        &json!({ "spec": { "networkRef": { "name": "other" } } }),
    );
    let mut objects = vec![deleting(protected(network())), of_another];
    objects.extend(["x", "y"].map(|name| deleting(interface(name, 5))));
    let plan = Scene::of(&objects).plan(Kind::Network, "net");
    assert!(plan.changes.is_empty(), "{plan:?}");
    let [notice] = plan.notices.as_slice() else {
        panic!("{plan:?}")
    };
    assert_eq!(notice.reason.as_str(), "InUse");
    assert_eq!(
        notice.message,
        "is being deleted, and still in use by NetworkInterface x, y"
    );
}

#[test]
fn a_network_that_does_not_decode_is_left_alone() {
    for network in [network(), deleting(protected(network()))] {
        let spoilt = with(network, &json!({ "status": 5 }));
        let short = Scene::of(&[spoilt]).short(Kind::Network, "net");
        assert_eq!(short, ["NotDecodable"]);
    }
}

#[test]
fn the_api_server_is_asked_for_users_before_a_network_goes() {
    let scene = || Scene::of(&[deleting(protected(network()))]);
    let asked = scene().plan(Kind::Network, "net").changes;
    let field = "spec.networkRef.name";
    assert_eq!(
        asked[0].request,
        Request::Ask(Question::IsReferredTo { field })
    );
    assert_eq!(
        (asked.len(), asked[0].kind, &*asked[0].name),
        (1, Kind::NetworkInterface, "net")
    );
    let none = scene().looked_at(Kind::NetworkInterface, "net");
    let expected = json!({ "uid": "net-uid", "resourceVersion": "7", "finalizers": ["a.b/c"] });
    assert_eq!(written(&none), [expected]);
    let others = Scene::of(&[external(deleting(protected(network())))]);
    assert_eq!(others.plan(Kind::Network, "net"), Plan::default());
}
