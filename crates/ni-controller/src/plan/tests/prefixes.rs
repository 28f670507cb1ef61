// SPDX-License-Identifier: Apache-2.0

//! What is planned for prefixes: why they wait, what is granted and taken back, and what is kept from deletion.

use ironcore_api::ipam::MOST_PENDING;

use super::super::{Allocator, Purpose, Unrecorded};
use super::*;
use crate::world::Source;

const FINALIZER: &str = "ipam.ironcore.dev/prefix";

fn prefix(name: &str, age: i64, spec: &Value) -> Value {
    let spec = with(json!({ "ipFamily": "IPv4" }), spec);
    object(Kind::Prefix, name, age, &spec)
}

/// A parent that has granted before.
fn parent(name: &str, block: &str) -> Value {
    let parent = allocated(prefix(name, 1, &json!({ "prefix": block })));
    let metadata = json!({ "finalizers": [FINALIZER], "labels": { "pool": "a" } });
    with(parent, &json!({ "metadata": metadata }))
}

fn records(parent: Value, used: &[&str], pending: &[(&str, &str)]) -> Value {
    let pending = pending.iter();
    let pending =
        pending.map(|(block, uid)| json!({ "prefix": block, "uid": format!("{uid}-uid") }));
    let pending: Vec<Value> = pending.collect();
    with(
        parent,
        &json!({ "status": { "used": used, "pending": pending } }),
    )
}

/// A child of `p` that asks for a length.
fn asks(name: &str, age: i64, length: u8) -> Value {
    let spec = json!({ "parentRef": { "name": "p" }, "prefixLength": length });
    prefix(name, age, &spec)
}

/// A child of `p` that names its block.
fn names(name: &str, age: i64, block: &str) -> Value {
    prefix(
        name,
        age,
        &json!({ "parentRef": { "name": "p" }, "prefix": block }),
    )
}

fn selects(name: &str, age: i64, spec: &Value) -> Value {
    let selector = json!({ "parentSelector": { "matchLabels": { "pool": "a" } } });
    prefix(name, age, &with(selector, spec))
}

/// What the plan writes to the status of the prefix.
fn status(scene: &Scene, name: &str) -> Option<Value> {
    let plan = scene.plan(Kind::Prefix, name);
    let [change] = &plan.changes[..] else {
        return None;
    };
    match &change.request {
        Request::PatchStatus(body) => {
            assert_eq!(body["metadata"]["resourceVersion"], "7", "{change:?}");
            Some(body["status"].clone())
        }
        _ => None,
    }
}

/// Reason and message of `Ready`, as they would be written; a star where it is Stalled.
fn said(scene: &Scene, name: &str) -> Option<String> {
    let status = status(scene, name)?;
    let conditions = status["conditions"].as_array()?;
    let ready = conditions.iter().find(|known| known["type"] == "Ready")?;
    let stalled = conditions.iter().any(|known| known["type"] == "Stalled");
    let star = if stalled { "*" } else { "" };
    let (reason, message) = (ready["reason"].as_str()?, ready["message"].as_str()?);
    Some(format!("{star}{reason}: {message}"))
}

/// The record that `p` would write: `used`, then `block>uid` of `pending`. What stays as it is is left out.
fn record(scene: &Scene) -> Option<String> {
    let status = status(scene, "p")?;
    let mut words = Vec::new();
    for used in status["used"].as_array().into_iter().flatten() {
        words.push(used.as_str()?.to_owned());
    }
    for entry in status["pending"].as_array().into_iter().flatten() {
        let uid = entry["uid"].as_str()?.trim_end_matches("-uid");
        words.push(format!("{}>{uid}", entry["prefix"].as_str()?));
    }
    Some(words.join(" "))
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn who_waits_is_told_why() {
    let small = || parent("p", "10.0.0.0/31");
    let full = || records(small(), &["10.0.0.0/31"], &[]);
    let has = |name: &str, block: &str| allocated(names(name, 2, block));
    let both = || vec![has("a", "10.0.0.0/32"), has("b", "10.0.0.1/32"), full()];
    let pending = prefix(
        "p",
        1,
        &json!({ "prefixLength": 8, "parentRef": { "name": "q" } }),
    );
    let undecodable = with(small(), &json!({ "spec": { "prefix": 5 } }));
    let unrecorded = json!([{
        "type": "Ready", "status": "False", "reason": "NotAsWritten", "message": "", "lastTransitionTime": "2025-01-13T11:39:17Z"
    }]);
    let unrecorded = with(small(), &json!({ "status": { "conditions": unrecorded } }));
    let long: Vec<String> = (0..60_000u32)
        .map(|at| format!("10.{}.{}.{}/32", at >> 15, at >> 7 & 255, at << 1 & 255))
        .collect();
    let long = with(
        parent("p", "10.0.0.0/8"),
        &json!({ "status": { "used": long } }),
    );
    let cases: Vec<(&str, Value, Vec<Value>, Option<&str>)> = vec![
        ("room", asks("c", 3, 32), vec![small()], None),
        (
            "a free block",
            names("c", 3, "10.0.0.1/32"),
            vec![small()],
            None,
        ),
        (
            "no parent",
            asks("c", 3, 32),
            vec![],
            Some("WaitsForParent: waits for Prefix p, which does not exist"),
        ),
        (
            "a parent that waits",
            asks("c", 3, 32),
            vec![pending],
            Some("WaitsForParent: waits for Prefix p, which is Pending"),
        ),
        (
            "a parent that does not decode",
            asks("c", 3, 32),
            vec![undecodable],
            Some("WaitsForParent: waits for Prefix p, which does not decode"),
        ),
        (
            "a parent that goes",
            asks("c", 3, 32),
            vec![deleting(small())],
            Some("WaitsForParent: waits for Prefix p, which is being deleted"),
        ),
        (
            "a parent of others",
            asks("c", 3, 32),
            vec![external(small())],
            Some("WaitsForParent: waits for Prefix p, which an outside system manages"),
        ),
        (
            "a parent that records nothing",
            asks("c", 3, 32),
            vec![unrecorded],
            Some("WaitsForParent: waits for Prefix p, which can't record what it grants"),
        ),
        (
            "a parent with a long record",
            asks("c", 3, 32),
            vec![long],
            Some(
                "WaitsForParent: waits for Prefix p, which is too fragmented to record further grants",
            ),
        ),
        (
            "a full parent",
            asks("c", 3, 32),
            both(),
            Some("NoRoom: Prefix p (10.0.0.0/31) has no room for a /32"),
        ),
        (
            "a block that is taken",
            names("c", 3, "10.0.0.1/32"),
            both(),
            Some("NoRoom: Prefix p has no room for 10.0.0.1/32: it is taken"),
        ),
        (
            "a block outside",
            names("c", 3, "10.0.1.0/32"),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefix 10.0.1.0/32 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "the whole block",
            names("c", 3, "10.0.0.0/31"),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefix 10.0.0.0/31 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "another family",
            with(
                names("c", 3, "fd00::/64"),
                &json!({ "spec": { "ipFamily": "IPv6" } }),
            ),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefix fd00::/64 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "a length of another family",
            with(asks("c", 3, 64), &json!({ "spec": { "ipFamily": "IPv6" } })),
            vec![small()],
            Some(
                "*OutsideParent: spec.ipFamily IPv6 is not that of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "a length as large",
            asks("c", 3, 31),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefixLength 31 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "a length of no family",
            asks("c", 3, 33),
            vec![small()],
            Some("*InvalidSpec: spec.prefixLength: Required value: must be a length of the family"),
        ),
        (
            "no CIDR",
            names("c", 3, "10.0.0.1"),
            vec![small()],
            Some("*InvalidSpec: spec.prefix: Invalid value: \"10.0.0.1\": must be a valid CIDR"),
        ),
        (
            "a root without block",
            prefix("c", 3, &json!({})),
            vec![small()],
            Some("*InvalidSpec: spec.prefix: Required value"),
        ),
        (
            "a selector that selects",
            selects("c", 3, &json!({ "prefixLength": 32 })),
            vec![small()],
            None,
        ),
        (
            "a selector that selects nothing",
            selects("c", 3, &json!({ "prefixLength": 32 })),
            vec![],
            Some(
                "WaitsForParent: waits for a Prefix of family IPv4 that spec.parentSelector selects",
            ),
        ),
        (
            "a selector that selects what is full",
            selects("c", 3, &json!({ "prefixLength": 32 })),
            both(),
            Some("NoRoom: no Prefix that spec.parentSelector selects has room for a /32: p"),
        ),
    ];
    for (case, child, others, expected) in cases {
        let stalled = expected.is_some_and(|expected| expected.starts_with('*'));
        let told = expected
            .is_some_and(|expected| expected.contains("NoRoom") || expected.contains("Outside"));
        let scene = Scene::of(&[others, vec![child]].concat());
        assert_eq!(said(&scene, "c").as_deref(), expected, "{case}");
        let notices = scene.plan(Kind::Prefix, "c").notices.len();
        assert_eq!(notices, usize::from(told), "{case}, stalled: {stalled}");
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_parent_grants_in_one_write_what_it_has_room_for() {
    let p = || parent("p", "10.0.0.0/29");
    let has = |name: &str, block: &str| allocated(names(name, 2, block));
    let cases: Vec<(&str, Vec<Value>, Option<&str>)> = vec![
        ("nobody waits", vec![p()], None),
        (
            "the lowest block first, the oldest first",
            vec![p(), asks("a", 4, 32), asks("b", 3, 32)],
            Some("10.0.0.0/31 10.0.0.0/32>b 10.0.0.1/32>a"),
        ),
        (
            "of one age by uid",
            vec![p(), asks("b", 3, 32), asks("a", 3, 32)],
            Some("10.0.0.0/31 10.0.0.0/32>a 10.0.0.1/32>b"),
        ),
        (
            "who names a block goes first",
            vec![p(), asks("a", 3, 32), names("b", 9, "10.0.0.0/31")],
            Some("10.0.0.0/31 10.0.0.2/32 10.0.0.0/31>b 10.0.0.2/32>a"),
        ),
        (
            "of two that name one block the oldest",
            vec![
                p(),
                names("a", 4, "10.0.0.4/32"),
                names("b", 3, "10.0.0.4/32"),
            ],
            Some("10.0.0.4/32 10.0.0.4/32>b"),
        ),
        (
            "one that can't be served blocks nobody",
            vec![
                p(),
                names("a", 2, "10.0.0.0/29"),
                asks("b", 2, 29),
                asks("c", 3, 30),
                asks("d", 4, 30),
                asks("e", 5, 30),
            ],
            Some("10.0.0.0/29 10.0.0.0/30>c 10.0.0.4/30>d"),
        ),
        (
            "what is held is not granted, whatever the record says",
            vec![p(), has("a", "10.0.0.0/32"), asks("b", 3, 32)],
            Some("10.0.0.0/31 10.0.0.1/32>b"),
        ),
        (
            "nor what one that goes has",
            vec![p(), deleting(has("a", "10.0.0.0/32")), asks("b", 3, 32)],
            Some("10.0.0.0/31 10.0.0.1/32>b"),
        ),
        (
            "what is taken back is granted in the same write",
            vec![records(p(), &["10.0.0.0/29"], &[]), asks("b", 3, 32)],
            Some("10.0.0.0/32 10.0.0.0/32>b"),
        ),
        (
            "what nobody has is taken back",
            vec![records(p(), &["10.0.0.0/31"], &[]), has("a", "10.0.0.0/32")],
            Some("10.0.0.0/32"),
        ),
        (
            "a grant that is under way stays",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                asks("a", 3, 32),
            ],
            None,
        ),
        (
            "and is made once",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                asks("a", 3, 32),
                asks("b", 4, 32),
            ],
            Some("10.0.0.0/31 10.0.0.0/32>a 10.0.0.1/32>b"),
        ),
        (
            "one that has its block leaves",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                has("a", "10.0.0.0/32"),
            ],
            Some(""),
        ),
        (
            "one that is gone leaves, and its block with the next write",
            vec![
                records(p(), &["10.0.0.0/31"], &[("10.0.0.0/32", "gone")]),
                has("a", "10.0.0.1/32"),
            ],
            Some(""),
        ),
        (
            "one that names another block leaves, and is granted that with the next write",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                names("a", 3, "10.0.0.4/32"),
            ],
            Some(""),
        ),
        (
            "who goes is granted nothing",
            vec![p(), deleting(asks("a", 3, 32))],
            None,
        ),
        (
            "what an outside system manages is granted nothing",
            vec![p(), external(asks("a", 3, 32))],
            None,
        ),
        (
            "and what it names is kept",
            vec![
                p(),
                external(names("a", 3, "10.0.0.0/32")),
                asks("b", 4, 32),
            ],
            Some("10.0.0.1/32 10.0.0.1/32>b"),
        ),
        (
            "who selects is granted as well",
            vec![p(), selects("a", 3, &json!({ "prefixLength": 32 }))],
            Some("10.0.0.0/32 10.0.0.0/32>a"),
        ),
        (
            "unless a longer one has room",
            vec![
                p(),
                parent("q", "10.0.1.0/30"),
                selects("a", 3, &json!({ "prefixLength": 32 })),
            ],
            None,
        ),
        (
            "a longer one without room is passed over",
            vec![
                p(),
                parent("q", "10.0.1.0/30"),
                selects("a", 3, &json!({ "prefixLength": 30 })),
            ],
            Some("10.0.0.0/30 10.0.0.0/30>a"),
        ),
        (
            "and so is one that goes",
            vec![
                p(),
                deleting(parent("q", "10.0.1.0/30")),
                selects("a", 3, &json!({ "prefixLength": 32 })),
            ],
            Some("10.0.0.0/32 10.0.0.0/32>a"),
        ),
        (
            "of two as long the first by name",
            vec![
                p(),
                parent("a", "10.0.1.0/29"),
                selects("c", 3, &json!({ "prefixLength": 32 })),
            ],
            None,
        ),
        (
            "no root grants itself",
            vec![external(p()), asks("a", 3, 32)],
            None,
        ),
    ];
    for (case, objects, expected) in cases {
        assert_eq!(record(&Scene::of(&objects)).as_deref(), expected, "{case}");
    }
}

#[test]
fn while_one_does_not_decode_nothing_leaves_a_record() {
    let spoilt = with(
        asks("c", 3, 32),
        &json!({ "spec": { "prefixLength": "none" } }),
    );
    let p = records(
        parent("p", "10.0.0.0/29"),
        &["10.0.0.0/30"],
        &[("10.0.0.0/32", "gone")],
    );
    let scene = Scene::of(&[p, spoilt, asks("a", 3, 32)]);
    let expected = "10.0.0.0/30 10.0.0.4/32 10.0.0.0/32>gone 10.0.0.4/32>a";
    assert_eq!(record(&scene).as_deref(), Some(expected));
}

#[test]
fn a_write_grants_no_more_than_requests_can_take_further_for_a_while() {
    let children = (0..1_100).map(|at| asks(&format!("c-{at:04}"), at + 2, 32));
    let last = names("z", 5_000, "10.0.0.0/32");
    let mut objects: Vec<Value> = children.chain([last, parent("p", "10.0.0.0/16")]).collect();
    let status = status(&Scene::of(&objects), "p").unwrap();
    let pending = status["pending"].as_array().unwrap();
    assert_eq!(pending.len(), 128);
    assert_eq!(
        pending[0],
        json!({ "prefix": "10.0.0.0/32", "uid": "z-uid" })
    );
    assert_eq!(pending[1]["uid"], "c-0000-uid");
    assert_eq!(status["used"], json!(["10.0.0.0/25"]));
    assert_eq!(status["capacity"]["usedPercent"], 0);
    assert_eq!(status["capacity"]["largestFree"], "10.0.128.0/17");

    // A block that is named and finds no place is kept for the next write.
    let many = (0..MOST_PENDING).map(|at| (format!("10.0.{}.{}/32", 4 + at / 256, at % 256), at));
    let named = many.map(|(block, at)| names(&format!("n-{at:04}"), 1, &block));
    objects.extend(named);
    let scene = Scene::of(&objects);
    let status = super::prefixes::status(&scene, "p").unwrap();
    assert_eq!(status["used"], json!(["10.0.4.0/25"]));
}

/// So many children, each granted a block of `p` that is still under way, and `p` with another child that waits.
fn under_way(count: usize) -> Scene {
    let names: Vec<_> = (0..count).map(|at| format!("u-{at:04}")).collect();
    let blocks = (0..count).map(|at| format!("10.0.{}.{}/32", at / 256, at % 256));
    let blocks: Vec<_> = blocks.collect();
    let pending = blocks.iter().map(String::as_str);
    let pending: Vec<_> = pending.zip(names.iter().map(String::as_str)).collect();
    let p = records(parent("p", "10.0.0.0/16"), &[], &pending);
    let children = names.iter().map(|name| asks(name, 2, 32));
    let last = (0..200).map(|at| asks(&format!("z-{at:03}"), 3, 32));
    Scene::of(&children.chain(last).chain([p]).collect::<Vec<_>>())
}

#[test]
fn grants_under_way_leave_room_for_as_many_as_a_record_may_show() {
    for (count, grants) in [(1000, 24), (MOST_PENDING, 0)] {
        let status = status(&under_way(count), "p").unwrap();
        let pending = status["pending"].as_array();
        assert_eq!(pending.map_or(count, Vec::len), count + grants);
    }
}

#[test]
fn while_enough_is_under_way_who_waits_is_granted_a_block_a_second_later_at_most() {
    for (count, since, waits) in [
        (63, 0, false),
        (64, 0, true),
        (64, 999, true),
        (64, 1000, false),
    ] {
        let mut scene = under_way(count);
        scene.memory.granted_at = Some(Duration::ZERO);
        scene.elapsed = Duration::from_millis(since);
        let plan = scene.plan(Kind::Prefix, "p");
        assert_eq!(plan.changes.is_empty(), waits, "{count}, {since} ms");
        let wakes = waits.then_some(Duration::from_secs(1));
        assert_eq!(plan.wake_at, wakes, "{count}, {since} ms");
    }
}

#[test]
fn blocks_rest_as_long_as_there_is_other_room() {
    let resting = |until: &str| {
        let resting = json!([{ "prefix": "10.0.0.0/32", "until": until }]);
        with(
            parent("p", "10.0.0.0/31"),
            &json!({ "status": { "resting": resting } }),
        )
    };
    let (later, past) = ("1970-01-01T01:00:00Z", "1970-01-01T00:00:01Z");
    let one = vec![asks("a", 3, 32)];
    let two = vec![asks("a", 3, 32), asks("b", 4, 32)];
    for (until, children, expected) in [
        (later, one.clone(), "10.0.0.1/32 10.0.0.1/32>a"),
        (later, two, "10.0.0.0/31 10.0.0.0/32>b 10.0.0.1/32>a"),
        (past, one, "10.0.0.0/32 10.0.0.0/32>a"),
    ] {
        let scene = Scene::of(&[children, vec![resting(until)]].concat());
        assert_eq!(record(&scene).as_deref(), Some(expected), "{until}");
    }
}

#[test]
fn what_is_freed_rests_for_the_delay_and_no_block_of_what_is_used_does() {
    let p = records(parent("p", "10.0.0.0/29"), &["10.0.0.0/30"], &[]);
    let mut scene = Scene::of(&[p, allocated(names("a", 2, "10.0.0.1/32"))]);
    scene.options.reuse_delay = Duration::from_mins(1);
    let resting = status(&scene, "p").unwrap()["resting"].clone();
    // An eighth of a minute is seven whole seconds: 1060 is rounded up to 1064.
    let until = "1970-01-01T00:17:44Z";
    let expected = ["10.0.0.0/32", "10.0.0.2/31"];
    let expected = expected.map(|block| json!({ "prefix": block, "until": until }));
    assert_eq!(resting, json!(expected));
}

#[test]
fn those_who_wait_are_gathered_for_a_moment_after_a_write() {
    let child = |at: i64| asks(&format!("c-{at:02}"), at, 32);
    for (children, since, wakes) in [
        (1, 100, None),
        (1, 99, Some(100)),
        (64, 0, None),
        (63, 0, Some(100)),
    ] {
        let children = (0..children).map(child);
        let mut scene = Scene::of(
            &children
                .chain([parent("p", "10.0.0.0/24")])
                .collect::<Vec<_>>(),
        );
        scene.memory.granted_at = Some(Duration::ZERO);
        scene.elapsed = Duration::from_millis(since);
        let plan = scene.plan(Kind::Prefix, "p");
        assert_eq!(
            plan.wake_at,
            wakes.map(Duration::from_millis),
            "after {since} ms"
        );
        assert_eq!(plan.changes.is_empty(), wakes.is_some(), "after {since} ms");
    }
    // To clean up there is time.
    let full = records(parent("p", "10.0.0.0/24"), &["10.0.0.0/32"], &[]);
    let mut scene = Scene::of(&[full]);
    scene.memory.granted_at = Some(Duration::ZERO);
    scene.elapsed = Duration::from_millis(999);
    assert_eq!(
        scene.plan(Kind::Prefix, "p").wake_at,
        Some(Duration::from_secs(1))
    );
}

#[test]
fn a_grant_is_assigned_and_then_the_child_is_allocated() {
    let p = || {
        records(
            parent("p", "10.0.0.0/29"),
            &["10.0.0.0/32"],
            &[("10.0.0.0/32", "c")],
        )
    };
    let mine = [
        ("spec", json!({ "prefix": "10.0.0.0/32" })),
        (
            "spec",
            json!({ "parentRef": { "name": "p" }, "prefix": "10.0.0.0/32" }),
        ),
    ];
    let children = [
        asks("c", 3, 32),
        selects("c", 3, &json!({ "prefixLength": 32 })),
    ];
    for (child, (part, expected)) in children.into_iter().zip(mine) {
        let plan = Scene::of(&[p(), child]).plan(Kind::Prefix, "c");
        let [change] = &plan.changes[..] else {
            panic!("{plan:?}")
        };
        let Request::Patch(body) = &change.request else {
            panic!("{change:?}")
        };
        assert_eq!(change.purpose, Purpose::Assign);
        assert_eq!(body[part], expected);
        assert_eq!(
            body["metadata"],
            json!({ "uid": "c-uid", "resourceVersion": "7" })
        );
    }
    let assigned = Scene::of(&[p(), names("c", 3, "10.0.0.0/32")]);
    let status = status(&assigned, "c").unwrap();
    assert_eq!(status["phase"], "Allocated");
    assert_eq!(said(&assigned, "c").as_deref(), Some("Allocated: "));
    // A parent that goes completes what it has begun.
    let going = Scene::of(&[deleting(p()), names("c", 3, "10.0.0.0/32")]);
    assert_eq!(
        super::prefixes::status(&going, "c").unwrap()["phase"],
        "Allocated"
    );
}

#[test]
fn a_root_is_allocated_as_it_is() {
    let root = prefix("c", 3, &json!({ "prefix": "10.0.0.0/8" }));
    let status = status(&Scene::of(&[root]), "c").unwrap();
    assert_eq!(status["phase"], "Allocated");
    assert_eq!(
        status["capacity"],
        json!({ "usedPercent": 0, "largestFree": "10.0.0.0/9" })
    );
}

#[test]
fn the_finalizer_stands_from_before_the_first_grant_until_nobody_has_a_part() {
    let bare = || {
        with(
            parent("p", "10.0.0.0/29"),
            &json!({ "metadata": { "finalizers": ["theirs"] } }),
        )
    };
    let kept = || {
        with(
            parent("p", "10.0.0.0/29"),
            &json!({ "metadata": { "finalizers": ["theirs", FINALIZER] } }),
        )
    };
    let under_way = || records(kept(), &["10.0.0.0/32"], &[("10.0.0.0/32", "c")]);
    let cases: Vec<(&str, Vec<Value>, &[&str])> = vec![
        (
            "before the first grant",
            vec![bare(), asks("c", 3, 32)],
            &["protect p"],
        ),
        ("nobody asks", vec![bare()], &[]),
        (
            "gone without children",
            vec![deleting(kept())],
            &["unprotect p"],
        ),
        (
            "one names it",
            vec![deleting(kept()), asks("c", 3, 32)],
            &["InUse"],
        ),
        (
            "one has a part",
            vec![deleting(kept()), allocated(names("c", 3, "10.0.0.0/32"))],
            &["InUse"],
        ),
        (
            "one is being granted a part",
            vec![
                deleting(under_way()),
                selects("c", 3, &json!({ "prefixLength": 32 })),
            ],
            &[],
        ),
        (
            "the one that was is gone",
            vec![deleting(under_way())],
            &["unprotect p"],
        ),
        (
            "one does not decode",
            vec![
                deleting(kept()),
                with(
                    prefix("x", 3, &json!({})),
                    &json!({ "spec": { "prefix": 5 } }),
                ),
            ],
            &[],
        ),
        ("others' finalizers are theirs", vec![deleting(bare())], &[]),
        ("an outside system's", vec![external(deleting(kept()))], &[]),
    ];
    for (case, objects, expected) in cases {
        let scene = Scene::of(&objects);
        assert_eq!(scene.short(Kind::Prefix, "p"), expected, "{case}");
    }
}

#[test]
fn nothing_is_written_from_a_version_that_the_watch_may_not_have_come_to() {
    let p = || records(parent("p", "10.0.0.0/29"), &["10.0.0.0/30"], &[]);
    let mut scene = Scene::of(&[p(), asks("a", 3, 32)]);
    let newer = with(p(), &json!({ "metadata": { "resourceVersion": "9" } }));
    let newer = AnyObject::decode(Kind::Prefix, &newer.to_string()).unwrap();
    let mut dirty = Dirty::new();
    let sent = scene.world.clock();
    scene
        .world
        .learn(newer.clone(), Source::Look(sent), &mut dirty);
    assert_eq!(scene.plan(Kind::Prefix, "p").changes, []);
    scene.world.observe(Event::Applied(newer), &mut dirty);
    assert_ne!(scene.plan(Kind::Prefix, "p").changes, []);
    scene
        .world
        .observe(Event::ListBegins(Kind::Prefix, Scope::All), &mut dirty);
    assert_eq!(scene.plan(Kind::Prefix, "p").changes, []);
}

#[test]
fn where_the_record_does_not_stay_nothing_is_granted_until_it_is_tried_again() {
    let mut scene = Scene::of(&[parent("p", "10.0.0.0/29"), asks("a", 3, 32)]);
    let again_at = Duration::from_mins(2);
    scene.memory.unrecorded = Some(Unrecorded {
        generation: 1,
        again_at,
    });
    let said = said(&scene, "p").unwrap();
    assert!(said.starts_with("NotAsWritten: grants nothing"), "{said}");
    assert_eq!(scene.plan(Kind::Prefix, "p").wake_at, Some(again_at));
    scene.elapsed = again_at;
    assert_ne!(record(&scene), None);
}

#[test]
fn another_allocator_is_left_alone() {
    let waits = asks("a", 3, 32);
    let mut scene = Scene::of(&[
        parent("p", "10.0.0.0/29"),
        waits,
        prefix("r", 1, &json!({ "prefix": "10.1.0.0/16" })),
    ]);
    scene.options.prefixes = Allocator::External;
    for name in ["p", "a", "r"] {
        assert_eq!(scene.plan(Kind::Prefix, name), Plan::default(), "{name}");
    }
}

/// Who is planned for when this version of an object becomes known.
fn concerned(scene: &mut Scene, object: &Value) -> Vec<String> {
    let mut dirty = Dirty::new();
    let object = AnyObject::decode(Kind::Prefix, &object.to_string()).expect("metadata");
    scene.world.observe(Event::Applied(object), &mut dirty);
    dirty.into_iter().map(|key| key.name.to_string()).collect()
}

#[test]
fn who_may_serve_instead_is_planned_for_when_the_first_choice_can_no_longer() {
    let at = |object: Value, version: &str| {
        with(
            object,
            &json!({ "metadata": { "resourceVersion": version } }),
        )
    };
    let first = || parent("q", "10.0.1.0/31");
    let full = records(
        first(),
        &["10.0.1.0/31"],
        &[("10.0.1.0/32", "x"), ("10.0.1.1/32", "y")],
    );
    let unlabelled = with(first(), &json!({ "metadata": { "labels": null } }));
    for (why, next) in [
        ("it is going", deleting(first())),
        ("it is full", full),
        ("it is selected no longer", unlabelled),
        ("others have it", external(first())),
    ] {
        let waits = selects("a", 5, &json!({ "prefixLength": 32 }));
        let mut scene = Scene::of(&[parent("p", "10.0.0.0/30"), first(), waits]);
        let concerned = concerned(&mut scene, &at(next, "8"));
        assert!(concerned.contains(&"p".to_owned()), "{why}: {concerned:?}");
        assert!(!scene.plan(Kind::Prefix, "p").changes.is_empty(), "{why}");
    }
}
