// SPDX-License-Identifier: Apache-2.0

//! Machine → ephemeral NetworkInterfaces.

use std::collections::BTreeSet;

use super::*;
use crate::plan::{Altered, Field, Replace};

fn declares() -> Value {
    machine("m", 1, &json!([ephemeral("a")]))
}

fn declares_nothing() -> Value {
    machine("m", 1, &json!([]))
}

fn own() -> Value {
    child("m-a", "m")
}

#[test]
fn children_are_made_and_removed() {
    let cases: [(&str, Vec<Value>, &[&str]); 8] = [
        ("missing", vec![declares()], &["create m-a"]),
        ("as declared", vec![declares(), own()], &[]),
        ("the machine is leaving", vec![deleting(declares())], &[]),
        (
            "superfluous",
            vec![declares_nothing(), own()],
            &["look at m"],
        ),
        ("leaving", vec![declares_nothing(), deleting(own())], &[]),
        (
            "an outside system's",
            vec![declares_nothing(), external(own())],
            &[],
        ),
        (
            "in the way",
            vec![declares(), interface("m-a", 1)],
            &["NameTaken"],
        ),
        (
            "leaving, but declared",
            vec![declares(), deleting(own())],
            &[],
        ),
    ];
    for (name, objects, planned) in cases {
        assert_eq!(
            Scene::of(&objects).short(Kind::Machine, "m"),
            planned,
            "{name}"
        );
    }
}

#[test]
fn what_the_template_names_is_brought_back_and_nothing_else() {
    let network = json!({ "name": "other" });
    let cases: [(Value, &[&str]); 6] = [
        (json!({ "spec": { "machineRef": null } }), &["repair m-a"]),
        (
            json!({ "spec": { "ips": [{ "value": "10.0.0.9" }] } }),
            &["repair m-a"],
        ),
        (json!({ "metadata": { "labels": { "mine": "1" } } }), &[]),
        (json!({ "spec": { "providerID": "p" } }), &[]),
        (json!({ "spec": { "networkRef": network } }), &["look at m"]),
        (
            json!({ "spec": { "networkRef": network, "providerID": "p" } }),
            &["ReplacementNeeded"],
        ),
    ];
    for (edit, planned) in cases {
        let scene = Scene::of(&[declares(), with(own(), &edit)]);
        assert_eq!(scene.short(Kind::Machine, "m"), planned, "{edit}");
    }
}

#[test]
fn what_is_taken_away_is_taken_away_after_a_look_at_the_machine() {
    let removed =
        Scene::of(&[machine("m", 1, &json!([])), child("m-a", "m")]).looked_at(Kind::Machine, "m");
    assert_eq!(removed.short(Kind::Machine, "m"), ["delete m-a"]);
    let other = with(
        child("m-a", "m"),
        &json!({ "spec": { "attributes": { "a": "b" } } }),
    );
    let replaced = Scene::of(&[machine("m", 1, &json!([ephemeral("a")])), other])
        .looked_at(Kind::Machine, "m");
    assert_eq!(replaced.short(Kind::Machine, "m"), ["delete m-a"]);
}

#[test]
fn attached_interfaces_are_replaced_only_when_operators_say_so() {
    let attached = with(
        child("m-a", "m"),
        &json!({ "spec": { "ipFamilies": ["IPv6"], "providerID": "p" } }),
    );
    let mut scene = Scene::of(&[machine("m", 1, &json!([ephemeral("a")])), attached])
        .looked_at(Kind::Machine, "m");
    assert_eq!(scene.short(Kind::Machine, "m"), ["ReplacementNeeded"]);
    scene.options.replace = Replace::Always;
    assert_eq!(scene.short(Kind::Machine, "m"), ["delete m-a"]);
}

#[test]
fn of_two_machines_whose_interface_names_collide_the_older_has_the_name() {
    let scene = |older: Value| Scene::of(&[older, machine("m-a", 2, &json!([ephemeral("b")]))]);
    let rival = machine("m", 1, &json!([ephemeral("a-b")]));
    assert_eq!(
        scene(rival.clone()).short(Kind::Machine, "m"),
        ["create m-a-b"]
    );
    assert_eq!(
        scene(rival.clone()).short(Kind::Machine, "m-a"),
        ["NameTaken"]
    );
    assert_eq!(
        scene(deleting(rival)).short(Kind::Machine, "m-a"),
        ["create m-a-b"]
    );
}

#[test]
fn a_respelled_address_is_no_difference() {
    let template = json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv6"], "ips": [{ "value": "2001:DB8::1" }] });
    let entry =
        json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": { "spec": template } } });
    let respelled =
        json!({ "spec": { "ipFamilies": ["IPv6"], "ips": [{ "value": "2001:db8:0::1" }] } });
    let scene = Scene::of(&[
        machine("m", 1, &json!([entry])),
        with(child("m-a", "m"), &respelled),
    ]);
    assert_eq!(scene.short(Kind::Machine, "m"), [""; 0]);
}

#[test]
fn in_a_namespace_that_is_being_deleted_nothing_is_made() {
    let mut scene = Scene::of(&[
        machine("m", 1, &json!([ephemeral("a"), existing("free")])),
        interface("free", 1),
    ]);
    scene.resting = true;
    assert_eq!(scene.short(Kind::Machine, "m"), [""; 0]);
    assert_eq!(scene.short(Kind::NetworkInterface, "free"), [""; 0]);
}

#[test]
fn a_child_bears_mark_owner_holder_and_what_its_template_names() {
    let template = json!({ "metadata": { "labels": { "l": "1" }, "annotations": { "a": "2" }, "name": "ignored" }, "spec": spec() });
    let entry = json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": template } });
    let plan = Scene::of(&[machine("m", 1, &json!([entry]))]).plan(Kind::Machine, "m");
    let Request::Create(body) = &plan.changes[0].request else {
        panic!("{plan:?}")
    };
    let expected = json!({
        "apiVersion": "networking.ironcore.dev/v1alpha1",
        "kind": "NetworkInterface",
        "metadata": {
            "namespace": NAMESPACE,
            "name": "m-a",
            "labels": { "l": "1" },
            "annotations": { "a": "2", "common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager" },
            "ownerReferences": [{
                "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine", "name": "m", "uid": "m-uid",
                "controller": true, "blockOwnerDeletion": true,
            }],
        },
        "spec": with(spec(), &json!({ "machineRef": holder("m") })),
    });
    assert_eq!(*body, expected);
}

/// The merge patch by which the machine `m` repairs `m-a`.
fn repair(scene: &Scene) -> Value {
    let plan = scene.plan(Kind::Machine, "m");
    let mut patches = plan
        .changes
        .iter()
        .filter_map(|change| match &change.request {
            Request::Patch(body) => Some(body.clone()),
            _ => None,
        });
    patches.next_back().unwrap_or_default()
}

/// The machine `m` with this template for `a`.
fn declares_as(template: &Value) -> Value {
    let entry =
        json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": { "spec": template } } });
    machine("m", 1, &json!([entry]))
}

#[test]
fn what_is_attached_and_differs_in_what_is_fixed_is_repaired_in_what_is_not() {
    let attached = |edit: Value| {
        let own = with(own(), &json!({ "spec": { "providerID": "p" } }));
        Scene::of(&[declares(), with(own, &edit)])
    };
    let both = attached(json!({ "spec": { "attributes": { "a": "b" }, "machineRef": null } }));
    assert_eq!(
        both.short(Kind::Machine, "m"),
        ["repair m-a", "ReplacementNeeded"]
    );
    assert_eq!(repair(&both)["spec"], json!({ "machineRef": holder("m") }));
    // Addresses of other families than the interface's would be refused.
    let families = attached(json!({ "spec": {
        "ipFamilies": ["IPv6"], "ips": [{ "value": "2001:db8::1" }], "machineRef": null,
    } }));
    assert_eq!(
        repair(&families)["spec"],
        json!({ "machineRef": holder("m") })
    );
}

#[test]
fn a_virtual_ip_template_loses_what_the_machines_template_has_not() {
    let template = |metadata: Value| {
        let template =
            json!({ "metadata": metadata, "spec": { "type": "Public", "ipFamily": "IPv4" } });
        let source = json!({ "virtualIP": { "ephemeral": { "virtualIPTemplate": template } } });
        with(spec(), &source)
    };
    let stored = json!({ "labels": { "a": "1", "b": "2" }, "annotations": { "c": "3" } });
    let cases = [
        (
            json!({ "labels": { "a": "1" } }),
            json!({ "labels": { "b": null }, "annotations": null }),
        ),
        (Value::Null, Value::Null),
    ];
    for (wanted, patch) in cases {
        let child = remembers(with(own(), &json!({ "spec": template(stored.clone()) })));
        let scene = Scene::of(&[declares_as(&template(wanted.clone())), child]);
        let repaired = &repair(&scene)["spec"]["virtualIP"]["ephemeral"]["virtualIPTemplate"];
        assert_eq!(*repaired, json!({ "metadata": patch }), "{wanted}");
    }
}

#[test]
fn a_prefix_template_that_asks_for_the_same_is_no_difference() {
    let template = |template: &Value| {
        let source = json!([{ "ephemeral": { "prefixTemplate": template } }]);
        with(spec(), &json!({ "prefixes": source }))
    };
    let cases = [
        (
            json!({ "metadata": {}, "spec": { "prefix": "2001:DB8::/64" } }),
            json!({ "spec": { "ipFamily": "IPv6", "prefix": "2001:db8:0::/64", "prefixLength": 0 } }),
            true,
        ),
        (
            json!({ "spec": { "parentRef": { "name": "" }, "prefixLength": 64, "ipFamily": "IPv6" } }),
            json!({ "metadata": { "labels": {}, "creationTimestamp": null }, "spec": { "prefixLength": 64, "ipFamily": "IPv6" } }),
            true,
        ),
        (
            json!({ "spec": { "parentSelector": {}, "prefixLength": 64, "ipFamily": "IPv6" } }),
            json!({ "spec": { "prefixLength": 64, "ipFamily": "IPv6" } }),
            false,
        ),
        (
            json!({ "metadata": { "labels": { "a": "1" } } }),
            json!({ "metadata": { "labels": { "a": "2" } } }),
            false,
        ),
    ];
    for (want, have, same) in cases {
        let child = remembers(with(own(), &json!({ "spec": template(&have) })));
        let scene = Scene::of(&[declares_as(&template(&want)), child]);
        let planned = scene.plan(Kind::Machine, "m").changes;
        assert_eq!(planned.is_empty(), same, "{want} and {have}: {planned:?}");
    }
}

#[test]
fn what_did_not_come_back_as_written_is_told_and_the_rest_is_repaired() {
    let entry = json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": {
        "metadata": { "labels": { "team": "blue" } }, "spec": spec(),
    } } });
    let child = with(
        own(),
        &json!({ "metadata": { "labels": { "team": "altered" } }, "spec": { "machineRef": null } }),
    );
    let mut scene = Scene::of(&[machine("m", 1, &json!([entry])), child]);
    let altered = Altered {
        attempt: 1,
        fields: BTreeSet::from([Field::Label("team".to_owned())]),
    };
    let known = &mut scene.memory.not_as_written;
    known.insert((Kind::NetworkInterface, "m-a".into()), altered.clone());
    assert_eq!(
        scene.short(Kind::Machine, "m"),
        ["repair m-a", "NotAsWritten"]
    );
    let expected =
        json!({ "metadata": { "uid": "m-a-uid" }, "spec": { "machineRef": holder("m") } });
    assert_eq!(repair(&scene), expected);
    // Another generation of the machine is another attempt.
    let earlier = Altered {
        attempt: 0,
        ..altered
    };
    let known = &mut scene.memory.not_as_written;
    known.insert((Kind::NetworkInterface, "m-a".into()), earlier);
    assert_eq!(scene.short(Kind::Machine, "m"), ["repair m-a"]);
    assert_eq!(repair(&scene)["metadata"]["labels"]["team"], "blue");
}

#[test]
fn a_machine_of_another_group_is_no_owner_of_ours() {
    let theirs = |name: &str| {
        with(
            interface(name, 1),
            &json!({ "metadata": { "ownerReferences": [{
                "apiVersion": "cluster.x-k8s.io/v1beta1", "kind": "Machine", "name": "theirs", "uid": "theirs-uid", "controller": true,
            }] } }),
        )
    };
    let scene = Scene::of(&[declares(), theirs("m-a")]);
    assert_eq!(scene.short(Kind::Machine, "m"), ["NameTaken"]);
    let claims = Scene::of(&[machine("m", 1, &json!([existing("nic")])), theirs("nic")]);
    assert_eq!(claims.short(Kind::NetworkInterface, "nic"), ["claim nic"]);
}
