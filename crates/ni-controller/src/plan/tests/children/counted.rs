// SPDX-License-Identifier: Apache-2.0

//! What an interface has by its children, and what its status says of those that are missing.

use super::*;

/// As the controller left it for want of room.
fn waiting(prefix: Value) -> Value {
    let ready = json!([{
        "type": "Ready", "status": "False", "reason": "NoRoom", "message": "none", "lastTransitionTime": "1970-01-01T00:00:09Z",
    }]);
    with(prefix, &json!({ "status": { "conditions": ready } }))
}

#[test]
fn children_count_whoever_made_them() {
    let unowned = |prefix: Value| with(prefix, &json!({ "metadata": { "ownerReferences": null } }));
    let routes = json!({ "prefixes": [wants_prefix(), { "value": "10.2.0.0/24" }] });
    let cases: Vec<(Vec<Value>, &str)> = vec![
        (
            // It is about to be granted its block.
            vec![wants_ip(), prefix("nic-0", "10.0.0.9/32", "Pending")],
            "[]",
        ),
        (
            vec![
                wants_ip(),
                waiting(prefix("nic-0", "10.0.0.9/32", "Pending")),
            ],
            "Pending PrefixPending",
        ),
        (
            vec![
                wants_ip(),
                external(prefix("nic-0", "10.0.0.9/32", "Pending")),
            ],
            "Pending PrefixPending",
        ),
        (
            vec![wants_ip(), prefix("nic-0", "10.0.0.9/32", "Allocated")],
            "Available Available 10.0.0.9",
        ),
        (
            vec![wants_ip(), prefix("nic-0", "2001:db8::9/128", "Allocated")],
            "Error FamilyMismatch 2001:db8::9",
        ),
        (
            vec![
                wants_ip(),
                deleting(prefix("nic-0", "10.0.0.9/32", "Allocated")),
            ],
            "Pending PrefixDeleting 10.0.0.9",
        ),
        (
            vec![
                wants_ip(),
                unowned(prefix("nic-0", "10.0.0.9/32", "Allocated")),
            ],
            "Error NameTaken",
        ),
        (
            vec![
                wants(&routes),
                prefix("nic-pf-0", "10.3.0.0/24", "Allocated"),
            ],
            "Available Available 10.0.0.1",
        ),
        (
            vec![wants_vip(), owned_by(vip("nic"), "nic")],
            "Available Available 10.0.0.1 192.0.2.1",
        ),
        (
            vec![wants_vip(), vip("nic")],
            "Available Available 10.0.0.1 192.0.2.1",
        ),
        (
            vec![wants_vip(), vip("")],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![wants_vip(), vip("other"), interface("other", 9)],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![
                wants_vip(),
                with(vip("nic"), &json!({ "metadata": { "annotations": null } })),
            ],
            "Error NameTaken 10.0.0.1",
        ),
    ];
    for (mut objects, expected) in cases {
        objects.push(network(""));
        assert_eq!(judged(&Scene::of(&objects)), expected, "{objects:?}");
    }
}

#[test]
fn a_granted_address_that_another_interface_has_is_not_had_twice() {
    let objects = |owner: Value| {
        vec![
            wants_ip(),
            prefix("nic-0", "10.0.0.1/32", "Allocated"),
            owner,
            network(""),
        ]
    };
    let older = Scene::of(&objects(interface("older", 1)));
    assert_eq!(judged(&older), "Error AddressInUse");
    let younger = Scene::of(&objects(interface("younger", 9)));
    assert_eq!(judged(&younger), "Available Available 10.0.0.1");
}

/// The garbage collector may take an interface's prefix before the interface: it keeps its address until it is gone.
#[test]
fn a_deleting_interface_keeps_the_address_that_it_had_by_a_prefix() {
    let shown = json!({ "status": { "state": "Available", "ips": ["10.0.0.1"] } });
    let leaving = object(Kind::NetworkInterface, "leaving", 9, &wants_ip()["spec"]);
    let leaving = deleting(with(leaving, &shown));
    let objects = [leaving, interface("nic", 1), network("")];
    assert_eq!(judged(&Scene::of(&objects)), "Pending AddressLeaving");
}

#[test]
fn the_status_of_prefixes_is_in_the_order_of_the_spec() {
    let routes = json!({ "prefixes": [wants_prefix(), { "value": "10.2.0.0/24" }] });
    let objects = [
        wants(&routes),
        prefix("nic-pf-0", "10.3.0.0/24", "Allocated"),
        network(""),
    ];
    let plan = Scene::of(&objects).plan(Kind::NetworkInterface, "nic");
    let Request::PatchStatus(body) = &plan.changes[0].request else {
        panic!("{plan:?}")
    };
    assert_eq!(
        body["status"]["prefixes"],
        json!(["10.3.0.0/24", "10.2.0.0/24"])
    );
}

#[test]
fn a_status_that_would_only_say_that_a_child_is_made_is_not_written() {
    let made = Scene::of(&[wants_ip(), network("")]).plan(Kind::NetworkInterface, "nic");
    let status = |change: &Change| matches!(change.request, Request::PatchStatus(_));
    assert!(!made.changes.iter().any(status), "{:?}", made.changes);
    // Another interface has the name, by being older: that has to be said.
    let entries = json!([wants_prefix()]);
    let older = object(
        Kind::NetworkInterface,
        "nic-pf",
        1,
        &json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": entries }),
    );
    let younger = wants(&json!({ "prefixes": entries }));
    let scene = Scene::of(&[older, younger, network("")]);
    assert_eq!(judged(&scene), "Error NameTaken 10.0.0.1");
    assert_eq!(
        scene.short(Kind::NetworkInterface, "nic-pf"),
        ["create nic-pf-0"]
    );
}

#[test]
fn that_a_child_is_missing_is_said_where_it_may_last_or_the_status_says_more() {
    let pending = json!({ "status": { "state": "Pending" } });
    let available = json!({ "status": { "state": "Available", "ips": ["10.0.0.9"] } });
    let shown = json!({ "status": { "state": "Pending", "ips": ["10.0.0.9"] } });
    for (stored, failing, written) in [
        (&pending, false, false),
        (&pending, true, true),
        (&available, false, true),
        (&shown, false, true),
    ] {
        let mut scene = Scene::of(&[with(wants_ip(), stored), network("")]);
        scene.failing = failing;
        let plan = scene.plan(Kind::NetworkInterface, "nic");
        let mut changes = plan.changes.iter();
        let status = changes.any(|change| change.purpose == Purpose::Status);
        assert_eq!(status, written, "{stored}, {failing}");
    }
}
