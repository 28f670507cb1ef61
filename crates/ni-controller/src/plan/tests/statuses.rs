// SPDX-License-Identifier: Apache-2.0

//! Status of interfaces.

use super::*;
use crate::plan::{DuplicateAddresses, StatusOwner};

pub(super) fn network(state: &str) -> Value {
    let network = object(Kind::Network, "net", 1, &json!({}));
    if state.is_empty() {
        network
    } else {
        with(network, &json!({ "status": { "state": state } }))
    }
}

fn vip(target: &str, ip: &str) -> Value {
    let mut vip = object(
        Kind::VirtualIp,
        "vip",
        1,
        &json!({ "type": "Public", "ipFamily": "IPv4" }),
    );
    if !target.is_empty() {
        vip["spec"]["targetRef"] = holder(target);
    }
    with(vip, &json!({ "status": { "ip": ip } }))
}

fn wants_vip(interface: Value) -> Value {
    with(
        interface,
        &json!({ "spec": { "virtualIP": { "virtualIPRef": { "name": "vip" } } } }),
    )
}

/// On another network.
fn elsewhere(interface: Value) -> Value {
    with(
        interface,
        &json!({ "spec": { "networkRef": { "name": "elsewhere" } } }),
    )
}

fn shows(interface: Value) -> Value {
    with(
        interface,
        &json!({ "status": { "state": "Available", "ips": ["10.0.0.1"] } }),
    )
}

/// State, reason and addresses that are planned for the interface `nic`, as in `Pending NetworkNotFound 10.0.0.1`.
pub(super) fn judged(scene: &Scene) -> String {
    let plan = scene.plan(Kind::NetworkInterface, "nic");
    let Some(Change {
        request: Request::PatchStatus(body),
        ..
    }) = plan.changes.last()
    else {
        return format!("{:?}", plan.changes);
    };
    let status = &body["status"];
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let ips = status["ips"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect::<Vec<_>>()
        .join(",");
    let words = [
        text(&status["state"]),
        text(&status["conditions"][0]["reason"]),
        ips,
        text(&status["virtualIP"]),
    ];
    words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_first_check_that_fails_gives_state_and_reason() {
    let nic = || interface("nic", 3);
    let cases: [(Vec<Value>, &str); 18] = [
        (vec![nic(), network("")], "Available Available 10.0.0.1"),
        (
            vec![nic(), network("Available")],
            "Available Available 10.0.0.1",
        ),
        (vec![nic()], "Pending NetworkNotFound 10.0.0.1"),
        (
            vec![nic(), network("Pending")],
            "Pending NetworkPending 10.0.0.1",
        ),
        (
            vec![nic(), deleting(network(""))],
            "Pending NetworkDeleting 10.0.0.1",
        ),
        (vec![nic(), network("Error")], "Error NetworkError 10.0.0.1"),
        (
            vec![wants_vip(nic()), network("")],
            "Pending VirtualIPNotFound 10.0.0.1",
        ),
        (
            vec![wants_vip(nic()), network(""), vip("", "")],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![wants_vip(nic()), network(""), vip("nic", "")],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![wants_vip(nic()), network(""), vip("nic", "192.0.2.1")],
            "Available Available 10.0.0.1 192.0.2.1",
        ),
        (
            vec![
                wants_vip(nic()),
                network(""),
                vip("other", "192.0.2.1"),
                wants_vip(elsewhere(interface("other", 1))),
            ],
            "Error VirtualIPTaken",
        ),
        (
            vec![
                wants_vip(nic()),
                network(""),
                vip("other", "192.0.2.1"),
                elsewhere(interface("other", 1)),
            ],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![
                wants_vip(nic()),
                network(""),
                external(vip("other", "192.0.2.1")),
                elsewhere(interface("other", 1)),
            ],
            "Error VirtualIPTaken",
        ),
        (
            vec![wants_vip(nic()), network(""), vip("nic", "2001:db8::1")],
            "Error FamilyMismatch 10.0.0.1 2001:db8::1",
        ),
        (
            vec![nic(), network(""), interface("older", 1)],
            "Error AddressInUse",
        ),
        (
            vec![nic(), network(""), interface("younger", 4)],
            "Available Available 10.0.0.1",
        ),
        (
            vec![nic(), network(""), shows(interface("younger", 4))],
            "Error AddressInUse",
        ),
        (
            vec![nic(), network(""), deleting(interface("older", 1))],
            "Pending AddressLeaving",
        ),
    ];
    for (objects, expected) in cases {
        assert!(
            judged(&Scene::of(&objects)).starts_with(expected),
            "{} for {objects:?}",
            judged(&Scene::of(&objects))
        );
    }
}

#[test]
fn a_text_that_is_no_address_is_an_error_that_names_it() {
    let cases = [
        (json!({ "ips": [{ "value": "10.0.0" }] }), "ips[0].value"),
        (
            json!({ "ips": [{ "value": "10.0.0.1" }, { "value": "010.0.0.2" }] }),
            "ips[1].value",
        ),
        (
            json!({ "prefixes": [{ "value": "100.0.0.1/24" }] }),
            "prefixes[0].value",
        ),
    ];
    for (spec, field) in cases {
        let nic = with(interface("nic", 3), &json!({ "spec": spec }));
        let scene = Scene::of(&[nic, network("")]);
        assert!(judged(&scene).starts_with("Error InvalidSpec"), "{spec}");
        let plan = scene.plan(Kind::NetworkInterface, "nic");
        let notice = &plan.notices[0];
        assert!(notice.message.contains(field), "{}", notice.message);
    }
}

/// The conditions that are planned for the interface `nic`, as in `Ready=True`.
fn conditions(scene: &Scene) -> Vec<String> {
    let plan = scene.plan(Kind::NetworkInterface, "nic");
    let Request::PatchStatus(body) = &plan.changes[0].request else {
        panic!("{plan:?}")
    };
    let all = body["status"]["conditions"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.iter()
        .map(|one| {
            format!(
                "{}={} {}",
                text(&one["type"]),
                text(&one["status"]),
                text(&one["reason"])
            )
        })
        .collect()
}

#[test]
fn an_error_that_only_a_change_of_the_interface_ends_is_stalled_and_no_other() {
    let bad = json!({ "spec": { "ips": [{ "value": "10.0.0" }] } });
    let stalled = Scene::of(&[with(interface("nic", 3), &bad), network("")]);
    let expected = ["Ready=False InvalidSpec", "Stalled=True InvalidSpec"];
    assert_eq!(conditions(&stalled), expected);
    let in_use = Scene::of(&[interface("nic", 3), network(""), interface("older", 1)]);
    assert_eq!(conditions(&in_use), ["Ready=False AddressInUse"]);
    // It goes when the interface is mended; others' conditions stay.
    let condition = |type_: &str| json!({ "type": type_, "status": "True", "reason": "R", "message": "", "lastTransitionTime": "1970-01-01T00:00:00Z" });
    let stored = json!({ "status": { "conditions": [condition("Stalled"), condition("Theirs")] } });
    let mended = Scene::of(&[with(interface("nic", 3), &stored), network("")]);
    assert_eq!(
        conditions(&mended),
        ["Theirs=True R", "Ready=True Available"]
    );
}

#[test]
fn an_available_interface_stays_so_while_its_network_is_being_deleted() {
    let mut scene = Scene::of(&[interface("nic", 3), network("")]);
    let plan = scene.plan(Kind::NetworkInterface, "nic");
    let Request::PatchStatus(body) = &plan.changes[0].request else {
        panic!("{plan:?}")
    };
    let available = with(interface("nic", 3), &json!({ "status": body["status"] }));
    scene = Scene::of(&[available.clone(), network("")]);
    assert_eq!(
        scene.plan(Kind::NetworkInterface, "nic").changes,
        [],
        "a status equal to the stored one is not written"
    );
    scene = Scene::of(&[available, deleting(network(""))]);
    assert_eq!(scene.plan(Kind::NetworkInterface, "nic").changes, []);
}

#[test]
fn operators_decide_who_writes_status_and_whether_addresses_may_repeat() {
    let mut scene = Scene::of(&[interface("nic", 3), network(""), interface("older", 1)]);
    scene.options.duplicate_addresses = DuplicateAddresses::Allow;
    assert_eq!(judged(&scene), "Available Available 10.0.0.1");
    scene.options.status = StatusOwner::External;
    assert_eq!(scene.plan(Kind::NetworkInterface, "nic"), Plan::default());
    // Faults are told whoever writes the status; that something is waited for shows in a status that is not ours.
    scene.options.duplicate_addresses = DuplicateAddresses::Refuse;
    assert_eq!(scene.short(Kind::NetworkInterface, "nic"), ["AddressInUse"]);
    let status = json!({ "state": "Pending", "lastStateTransitionTime": "1970-01-01T00:00:00Z" });
    let waits = with(interface("nic", 3), &json!({ "status": status }));
    let mut scene = Scene::of(&[waits]);
    assert_eq!(scene.short(Kind::NetworkInterface, "nic"), ["Waiting"]);
    scene.options.status = StatusOwner::External;
    assert_eq!(scene.plan(Kind::NetworkInterface, "nic"), Plan::default());
}

#[test]
fn who_waits_is_told_after_half_a_minute() {
    let waiting = |since: &str| {
        let status = json!({ "status": { "state": "Pending", "lastStateTransitionTime": since } });
        Scene::of(&[with(interface("nic", 3), &status)]).plan(Kind::NetworkInterface, "nic")
    };
    let young = waiting("1970-01-01T00:16:11Z");
    assert_eq!(
        (young.notices.len(), young.again_at),
        (0, Some(Timestamp::from_second(1_001).unwrap()))
    );
    let old = waiting("1970-01-01T00:16:10Z");
    assert_eq!(
        (old.notices[0].reason, old.again_at),
        (super::super::Reason::Waiting, None)
    );
}
