// SPDX-License-Identifier: Apache-2.0

//! Claims and releases.

use super::*;

fn held(object: Value, by: &str) -> Value {
    with(object, &json!({ "spec": { "machineRef": holder(by) } }))
}

#[test]
fn an_interface_goes_to_the_oldest_machine_that_names_it_and_stays_there() {
    let names = |name: &str, age: i64| machine(name, age, &json!([existing("nic")]));
    let nic = || interface("nic", 3);
    let cases: [(&str, Vec<Value>, &[&str]); 10] = [
        ("nobody names it", vec![nic()], &[]),
        (
            "two name it",
            vec![nic(), names("old", 1), names("new", 2)],
            &["claim nic"],
        ),
        (
            "a machine that is being deleted names it",
            vec![nic(), deleting(names("old", 1))],
            &[],
        ),
        (
            "it is being deleted",
            vec![deleting(nic()), names("old", 1)],
            &[],
        ),
        (
            "it is an outside system's",
            vec![external(nic()), names("old", 1)],
            &[],
        ),
        (
            "a younger machine has it",
            vec![held(nic(), "new"), names("old", 1), names("new", 2)],
            &[],
        ),
        (
            "its holder is gone",
            vec![held(nic(), "gone"), names("old", 1)],
            &["look at gone"],
        ),
        (
            "its holder names it no longer",
            vec![held(nic(), "old"), machine("old", 1, &json!([]))],
            &["look at old"],
        ),
        (
            "its holder is being deleted",
            vec![held(nic(), "old"), deleting(machine("old", 1, &json!([])))],
            &[],
        ),
        (
            "its controller owner is gone",
            vec![child("nic", "gone")],
            &[],
        ),
    ];
    for (name, objects, planned) in cases {
        assert_eq!(
            Scene::of(&objects).short(Kind::NetworkInterface, "nic"),
            planned,
            "{name}"
        );
    }
}

#[test]
fn a_claim_names_the_oldest_and_clears_what_was_attached() {
    let machines = [
        machine("new", 2, &json!([existing("nic")])),
        machine("old", 1, &json!([existing("nic")])),
    ];
    let scene = Scene::of(&[&[interface("nic", 3)], &machines[..]].concat());
    let plan = scene.plan(Kind::NetworkInterface, "nic");
    let expected = json!({
        "metadata": { "uid": "nic-uid", "resourceVersion": "7" },
        "spec": { "machineRef": holder("old"), "providerID": null },
    });
    assert_eq!(plan.changes[0].request, Request::Patch(expected));
}

#[test]
fn a_holder_of_the_same_name_and_another_uid_is_another_machine() {
    let nic = with(
        interface("nic", 3),
        &json!({ "spec": { "machineRef": { "name": "m", "uid": "earlier" } } }),
    );
    let scene =
        Scene::of(&[nic, machine("m", 1, &json!([existing("nic")]))]).looked_at(Kind::Machine, "m");
    assert_eq!(scene.short(Kind::NetworkInterface, "nic"), ["release nic"]);
}

#[test]
fn an_undecodable_machine_keeps_what_it_has() {
    let mut broken = machine("m", 1, &json!([]));
    broken["spec"]["networkInterfaces"] = json!("none of your business");
    let scene = Scene::of(&[held(interface("nic", 3), "m"), broken]);
    assert_eq!(scene.short(Kind::NetworkInterface, "nic"), [""; 0]);
    assert_eq!(scene.short(Kind::Machine, "m"), ["NotDecodable"]);
}

#[test]
fn the_loser_is_told_unless_the_holder_is_on_its_way_out() {
    let loser = machine("loser", 2, &json!([existing("nic")]));
    let winner = machine("winner", 1, &json!([existing("nic")]));
    let nic = held(interface("nic", 3), "winner");
    let told = Scene::of(&[loser.clone(), winner.clone(), nic.clone()]);
    assert_eq!(told.short(Kind::Machine, "loser"), ["InterfaceTaken"]);
    let waits = Scene::of(&[loser.clone(), deleting(winner), nic.clone()]);
    assert_eq!(waits.short(Kind::Machine, "loser"), [""; 0]);
    // Who names it no longer is about to lose it, unless nobody releases it.
    let lets_go = machine("winner", 1, &json!([]));
    let waits = Scene::of(&[loser.clone(), lets_go.clone(), nic.clone()]);
    assert_eq!(waits.short(Kind::Machine, "loser"), [""; 0]);
    let told = Scene::of(&[loser, lets_go, external(nic)]);
    assert_eq!(told.short(Kind::Machine, "loser"), ["InterfaceTaken"]);
}

#[test]
fn a_virtual_ip_is_claimed_and_released_likewise() {
    let vip = || {
        object(
            Kind::VirtualIp,
            "vip",
            1,
            &json!({ "type": "Public", "ipFamily": "IPv4" }),
        )
    };
    let names = |name: &str, age: i64| {
        with(
            interface(name, age),
            &json!({ "spec": { "virtualIP": { "virtualIPRef": { "name": "vip" } } } }),
        )
    };
    let bound = |to: &str| with(vip(), &json!({ "spec": { "targetRef": holder(to) } }));
    let cases: [(&str, Vec<Value>, &[&str]); 5] = [
        (
            "two name it",
            vec![vip(), names("old", 1), names("new", 2)],
            &["claim vip"],
        ),
        (
            "a younger interface has it",
            vec![bound("new"), names("old", 1), names("new", 2)],
            &[],
        ),
        (
            "its holder is gone",
            vec![bound("gone"), names("old", 1)],
            &["look at gone"],
        ),
        (
            "its holder names it no longer",
            vec![bound("old"), interface("old", 1)],
            &["look at old"],
        ),
        (
            "it is an outside system's",
            vec![external(vip()), names("old", 1)],
            &[],
        ),
    ];
    for (name, objects, planned) in cases {
        assert_eq!(
            Scene::of(&objects).short(Kind::VirtualIp, "vip"),
            planned,
            "{name}"
        );
    }
}
