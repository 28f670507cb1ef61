// SPDX-License-Identifier: Apache-2.0

//! Prefixes and virtual IPs that an interface wants as its own, whoever made them.

use super::statuses::{judged, network};
use super::*;

const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";

fn wants(what: &Value) -> Value {
    let spec = json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [{ "value": "10.0.0.1" }] });
    object(Kind::NetworkInterface, "nic", 3, &with(spec, what))
}

fn wants_prefix() -> Value {
    json!({ "ephemeral": { "prefixTemplate": { "spec": { "parentRef": { "name": "p" } } } } })
}

fn wants_ip() -> Value {
    wants(&json!({ "ips": [wants_prefix()] }))
}

fn wants_vip() -> Value {
    let template = json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } });
    wants(&json!({ "virtualIP": { "ephemeral": { "virtualIPTemplate": template } } }))
}

fn owned_by(object: Value, interface: &str) -> Value {
    let owner = json!([{
        "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface",
        "name": interface, "uid": format!("{interface}-uid"), "controller": true,
    }]);
    with(object, &json!({ "metadata": { "ownerReferences": owner } }))
}

/// The prefix `name` of `nic`: without the mark, as IronCore makes those of `prefixes`.
fn prefix(name: &str, block: &str, phase: &str) -> Value {
    let prefix = object(Kind::Prefix, name, 4, &json!({ "prefix": block }));
    owned_by(
        with(prefix, &json!({ "status": { "phase": phase } })),
        "nic",
    )
}

/// As the controller left it for want of room.
fn waiting(prefix: Value) -> Value {
    let ready = json!([{
        "type": "Ready", "status": "False", "reason": "NoRoom", "message": "none", "lastTransitionTime": "1970-01-01T00:00:09Z",
    }]);
    with(prefix, &json!({ "status": { "conditions": ready } }))
}

fn vip(target: &str) -> Value {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
    let vip = object(Kind::VirtualIp, "nic", 4, &spec);
    let vip = with(
        vip,
        &json!({ "metadata": { "annotations": { MARK: "ephemeral-manager" } }, "status": { "ip": "192.0.2.1" } }),
    );
    if target.is_empty() {
        return vip;
    }
    with(vip, &json!({ "spec": { "targetRef": holder(target) } }))
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
fn a_retained_virtual_ip_stays_its_interfaces() {
    let nic = |objects: &[Value]| Scene::of(objects).short(Kind::VirtualIp, "nic");
    let no_longer = || wants(&json!({}));
    assert_eq!(nic(&[vip("nic"), wants_vip()]), [""; 0]);
    assert_eq!(nic(&[vip(""), wants_vip()]), ["claim nic"]);
    assert_eq!(nic(&[vip("nic"), no_longer()]), ["look at nic"]);
    assert_eq!(nic(&[vip(""), no_longer()]), [""; 0]);
    // One that is not marked is not the interface's, whatever its name.
    let unmarked = with(vip(""), &json!({ "metadata": { "annotations": null } }));
    assert_eq!(nic(&[unmarked, wants_vip()]), [""; 0]);
    // One without a mark that it owns is its own all the same: another controller made it.
    let made = || {
        owned_by(
            with(vip("nic"), &json!({ "metadata": { "annotations": null } })),
            "nic",
        )
    };
    assert_eq!(nic(&[made(), wants_vip()]), [""; 0]);
    // One with an owner is repaired by it.
    assert_eq!(nic(&[owned_by(vip(""), "nic"), wants_vip()]), [""; 0]);
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

/// What is planned for `nic` in short, its status aside.
fn planned(objects: &[Value]) -> Vec<String> {
    Scene::of(objects)
        .looked_at(Kind::NetworkInterface, "nic")
        .short(Kind::NetworkInterface, "nic")
}

/// The one change that is planned for `nic`, its status aside.
fn change(objects: &[Value]) -> Change {
    let plan = Scene::of(objects)
        .looked_at(Kind::NetworkInterface, "nic")
        .plan(Kind::NetworkInterface, "nic");
    let changes = plan.changes.into_iter();
    let mut changes = changes.filter(|change| change.purpose != crate::plan::Purpose::Status);
    let change = changes.next().expect("a change");
    assert_eq!(changes.next(), None);
    change
}

fn marked(object: Value) -> Value {
    with(
        object,
        &json!({ "metadata": { "annotations": { MARK: "ephemeral-manager" } } }),
    )
}

fn retaining(interface: Value) -> Value {
    let template = json!({ "virtualIPTemplate": { "spec": { "reclaimPolicy": "Retain" } } });
    with(
        interface,
        &json!({ "spec": { "virtualIP": { "ephemeral": template } } }),
    )
}

#[test]
fn prefixes_are_made_replaced_and_removed() {
    let own = |block: &str| marked(prefix("nic-0", block, "Allocated"));
    // As allocation fills it in: what the template does not name is no difference.
    let as_made =
        json!({ "spec": { "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } } });
    let made = || with(own("10.0.0.9/32"), &as_made);
    let other_parent = with(made(), &json!({ "spec": { "parentRef": { "name": "q" } } }));
    let cases: Vec<(Vec<Value>, &[&str])> = vec![
        (vec![wants_ip()], &["create nic-0"]),
        (vec![wants_ip(), made()], &[]),
        (vec![wants_ip(), other_parent.clone()], &["delete nic-0"]),
        (vec![wants_ip(), deleting(made())], &[]),
        (vec![wants(&json!({})), made()], &["delete nic-0"]),
        // Without the mark it is another controller's to change.
        (
            vec![
                wants(&json!({})),
                prefix("nic-0", "10.0.0.9/32", "Allocated"),
            ],
            &[],
        ),
        (vec![wants(&json!({})), external(made())], &[]),
        (vec![external(wants_ip())], &["create nic-0"]),
        (vec![deleting(wants_ip())], &[]),
    ];
    for (objects, expected) in cases {
        assert_eq!(planned(&objects), expected, "{objects:?}");
    }
    let replaced = change(&[wants_ip(), other_parent]).then;
    let reason = replaced.map(|notice| notice.reason.as_str());
    assert_eq!(reason, Some("ChildReplaced"));
    let Request::Create(body) = change(&[wants_ip()]).request else {
        panic!("a create")
    };
    let expected = json!({
        "apiVersion": "ipam.ironcore.dev/v1alpha1",
        "kind": "Prefix",
        "metadata": {
            "namespace": NAMESPACE,
            "name": "nic-0",
            "annotations": { MARK: "ephemeral-manager" },
            "ownerReferences": [{
                "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface", "name": "nic", "uid": "nic-uid",
                "controller": true, "blockOwnerDeletion": true,
            }],
        },
        "spec": { "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } },
    });
    assert_eq!(body, expected);
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
fn a_virtual_ip_is_made_repaired_and_retained_as_its_template_says() {
    let owned = || owned_by(vip("nic"), "nic");
    let owner = owned()["metadata"]["ownerReferences"].clone();
    let target = json!({ "spec": { "targetRef": holder("nic") } });
    let version = json!({ "uid": "nic-uid", "resourceVersion": "7" });
    let patch = |objects: &[Value]| match change(objects).request {
        Request::Patch(patch) => patch,
        other => panic!("{other:?}"),
    };
    assert_eq!(planned(&[wants_vip(), owned()]), [""; 0]);
    assert_eq!(planned(&[retaining(wants_vip()), vip("nic")]), [""; 0]);

    let lost = with(owned(), &json!({ "spec": { "targetRef": null } }));
    let repaired = patch(&[wants_vip(), lost]);
    assert_eq!(repaired["spec"], target["spec"]);
    assert_eq!(repaired["metadata"], version);
    // Retain to Delete and back.
    let mut full = owner.clone();
    full[0]["blockOwnerDeletion"] = true.into();
    let taken = patch(&[wants_vip(), vip("nic")]);
    assert_eq!(taken["metadata"]["ownerReferences"], full);
    let retained = patch(&[retaining(wants_vip()), owned()]);
    assert_eq!(retained["metadata"]["ownerReferences"], json!([]));
    assert_eq!(retained["metadata"]["resourceVersion"], "7");

    let Request::Create(body) = change(&[wants_vip()]).request else {
        panic!("a create")
    };
    assert_eq!(body["metadata"]["ownerReferences"], full);
    assert_eq!(
        body["spec"],
        with(
            json!({ "type": "Public", "ipFamily": "IPv4" }),
            &target["spec"]
        )
    );
    let Request::Create(body) = change(&[retaining(wants_vip())]).request else {
        panic!("a create")
    };
    assert_eq!(body["metadata"].get("ownerReferences"), None);
}

#[test]
fn a_virtual_ip_goes_with_its_entry_unless_it_is_retained_or_referred_to() {
    let owned = || owned_by(vip("nic"), "nic");
    let bare = || wants(&json!({}));
    assert_eq!(planned(&[bare(), owned()]), ["delete nic"]);
    assert_eq!(planned(&[bare(), vip("nic")]), [""; 0]);
    let refers = wants(&json!({ "virtualIP": { "virtualIPRef": { "name": "nic" } } }));
    assert_eq!(planned(&[refers, owned()]), ["keep nic"]);
    // In what can't change it is replaced, unless it is retained.
    let other_family = json!({ "spec": { "ipFamily": "IPv6" } });
    assert_eq!(
        planned(&[wants_vip(), with(owned(), &other_family)]),
        ["delete nic"]
    );
    let retained = [retaining(wants_vip()), with(vip("nic"), &other_family)];
    assert_eq!(planned(&retained), ["ReplacementNeeded"]);
    // Another's, or nobody's, is not repaired: it is claimed, or not.
    for target in ["", "other"] {
        let objects = [retaining(wants_vip()), vip(target), interface("other", 9)];
        assert_eq!(planned(&objects), [""; 0], "{target}");
    }
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
        let status = changes.any(|change| change.purpose == crate::plan::Purpose::Status);
        assert_eq!(status, written, "{stored}, {failing}");
    }
}

#[test]
fn a_virtual_ip_that_is_to_be_retained_is_not_replaced() {
    let owned = owned_by(vip("nic"), "nic");
    let other_family = with(owned, &json!({ "spec": { "ipFamily": "IPv6" } }));
    let retained = [retaining(wants_vip()), other_family];
    assert_eq!(planned(&retained), ["repair nic", "ReplacementNeeded"]);
}

#[test]
fn what_stands_in_the_way_of_an_outside_systems_interface_is_an_event() {
    let prefix = object(
        Kind::Prefix,
        "nic-0",
        4,
        &json!({ "prefix": "10.0.0.9/32" }),
    );
    let objects = [external(wants_ip()), prefix, network("")];
    assert_eq!(planned(&objects), ["NameTaken"]);
}

#[test]
fn what_kubectl_notes_in_a_template_is_no_difference() {
    let noted = json!({ "kubectl.kubernetes.io/last-applied-configuration": "{}" });
    let template = json!({ "spec": { "virtualIP": { "ephemeral": { "virtualIPTemplate": { "metadata": { "annotations": noted } } } } } });
    let objects = [with(wants_vip(), &template), owned_by(vip("nic"), "nic")];
    assert_eq!(planned(&objects), [""; 0]);
}
