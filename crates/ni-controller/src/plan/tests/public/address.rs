// SPDX-License-Identifier: Apache-2.0

//! A virtual IP gets an address: asked for, held, written, or why there is none.

use super::*;
use crate::plan::{Allocator, Reason};

#[test]
fn a_virtual_ip_without_an_address_asks_the_pools_of_its_family_for_one() {
    let body = made(&plan_of_address(&core(&[
        pool("pool", 1, "203.0.113.0/24"),
        vip(),
    ])));
    let expected = address(&json!({ "prefixLength": 32 }));
    let body = body.expect("it is made");
    assert_eq!(body["spec"], expected["spec"]);
    for field in ["name", "annotations", "finalizers"] {
        assert_eq!(
            body["metadata"][field], expected["metadata"][field],
            "{field}"
        );
    }
    for (why, objects) in [
        ("without a pool", vec![vip()]),
        (
            "none of its family",
            vec![vip(), pool("pool", 1, "2001:db8::/64")],
        ),
        (
            "it is going",
            vec![deleting(vip()), pool("pool", 1, "203.0.113.0/24")],
        ),
        (
            "an outside system has it",
            vec![external(vip()), pool("pool", 1, "203.0.113.0/24")],
        ),
        (
            "a provider was first",
            vec![
                shows(vip(), "198.51.100.1"),
                pool("pool", 1, "203.0.113.0/24"),
            ],
        ),
        (
            "the pool is going",
            vec![vip(), deleting(pool("pool", 1, "203.0.113.0/24"))],
        ),
        (
            "the pool has lost its label",
            vec![
                vip(),
                with(
                    pool("pool", 1, "203.0.113.0/24"),
                    &json!({ "metadata": { "labels": null } }),
                ),
            ],
        ),
        (
            "it is in another namespace",
            vec![
                vip(),
                with(
                    pool("pool", 1, "203.0.113.0/24"),
                    &json!({ "metadata": { "namespace": NAMESPACE } }),
                ),
            ],
        ),
    ] {
        assert_eq!(made(&plan_of_address(&core(&objects))), None, "{why}");
    }
}

#[test]
fn an_address_of_a_pool_that_a_virtual_ip_shows_is_held_for_it_whoever_wrote_it() {
    let shown = || shows(vip(), "203.0.113.7");
    for vip in [shown(), external(shown()), deleting(shown())] {
        let objects = [vip.clone(), pool("pool", 1, "203.0.113.0/24")];
        let body = made(&plan_of_address(&core(&objects))).expect("it is made");
        assert_eq!(body["spec"]["prefix"], "203.0.113.7/32", "{vip}");
        assert_eq!(body["spec"]["prefixLength"], Value::Null);
    }
}

#[test]
fn the_address_is_written_once_it_is_held_and_never_over_another() {
    let all = |vip: Value, address: Value| [vip, address, pool("pool", 1, "203.0.113.0/24")];
    let plan = plan_of_vip(&core(&all(vip(), has("203.0.113.7"))));
    let [change] = plan.changes.as_slice() else {
        panic!("{plan:?}")
    };
    let expected = json!({
        "metadata": { "resourceVersion": "7" }, "status": { "ip": "203.0.113.7" },
    });
    assert_eq!(change.request, Request::PatchStatus(expected));
    let waiting = address(&json!({ "prefixLength": 32 }));
    let forged = with(
        has("203.0.113.7"),
        &json!({ "metadata": { "annotations": { "ni.ironcore.dev/virtual-ip-uid": "other" } } }),
    );
    for (vip, address) in [
        (vip(), waiting),
        (vip(), forged),
        (shows(vip(), "198.51.100.1"), has("203.0.113.7")),
        (deleting(vip()), has("203.0.113.7")),
        (external(vip()), has("203.0.113.7")),
    ] {
        let plan = plan_of_vip(&core(&all(vip, address)));
        assert_eq!(plan, Plan::default());
    }
    // Deleted by hand it holds its address all the same.
    let plan = plan_of_vip(&core(&all(vip(), deleting(has("203.0.113.7")))));
    assert_eq!(verbs(&plan), ["status vip"]);
}

#[test]
fn while_its_namespace_is_being_deleted_a_virtual_ip_asks_for_none() {
    let mut core = core(&[pool("pool", 1, "203.0.113.0/24"), vip()]);
    core.note_terminating(&"other".into(), moment());
    assert!(made(&plan_of_address(&core)).is_some());
    core.note_terminating(&NAMESPACE.into(), moment());
    assert!(made(&plan_of_address(&core)).is_none());
}

#[test]
fn who_finds_no_room_is_told_with_the_blocks_of_the_pools() {
    let no_room = json!({
        "type": "Ready", "status": "False", "reason": "NoRoom", "message": "",
        "observedGeneration": 1, "lastTransitionTime": "1970-01-01T00:00:09Z",
    });
    let waits = |spec: &Value| {
        let status = json!({ "conditions": [no_room], "observedGeneration": 1 });
        with(address(spec), &json!({ "status": status }))
    };
    let pools = [
        pool("pool", 1, "203.0.113.0/31"),
        pool("six", 1, "2001:db8::/64"),
    ];
    for (vip, spec, expected) in [
        (
            vip(),
            json!({ "prefixLength": 32 }),
            "no public pool has room for an IPv4 address: 203.0.113.0/31",
        ),
        (
            shows(vip(), "203.0.113.1"),
            json!({ "prefix": "203.0.113.1/32" }),
            "203.0.113.1 is an address of a public pool, and another VirtualIP has it",
        ),
    ] {
        let mut objects = vec![vip, waits(&spec)];
        objects.extend(pools.clone());
        let plan = plan_of_vip(&core(&objects));
        let notices: Vec<_> = plan
            .notices
            .iter()
            .map(|notice| (notice.reason, &*notice.message))
            .collect();
        assert_eq!(notices, [(Reason::NoRoom, expected)]);
        assert!(plan.changes.is_empty());
    }
}

#[test]
fn who_leaves_prefixes_to_another_allocator_hands_out_no_addresses() {
    let mut scene = Scene::of(&[vip(), pool("pool", 1, "203.0.113.0/24")]);
    scene.options.prefixes = Allocator::External;
    assert_eq!(scene.plan(Kind::VirtualIp, "vip"), Plan::default());
}
