//! Machine → ephemeral NetworkInterfaces.

use super::*;
use crate::plan::Replace;

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
    let removed = Scene::of(&[machine("m", 1, &json!([])), child("m-a", "m")]).looked_at("m");
    assert_eq!(removed.short(Kind::Machine, "m"), ["delete m-a"]);
    let other = with(
        child("m-a", "m"),
        &json!({ "spec": { "attributes": { "a": "b" } } }),
    );
    let replaced = Scene::of(&[machine("m", 1, &json!([ephemeral("a")])), other]).looked_at("m");
    assert_eq!(replaced.short(Kind::Machine, "m"), ["delete m-a"]);
}

#[test]
fn attached_interfaces_are_replaced_only_when_operators_say_so() {
    let attached = with(
        child("m-a", "m"),
        &json!({ "spec": { "ipFamilies": ["IPv6"], "providerID": "p" } }),
    );
    let mut scene =
        Scene::of(&[machine("m", 1, &json!([ephemeral("a")])), attached]).looked_at("m");
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
