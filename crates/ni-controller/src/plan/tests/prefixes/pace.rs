// SPDX-License-Identifier: Apache-2.0

//! How much a write grants, and how soon the next one follows.

use ironcore_api::ipam::MOST_PENDING;

use super::*;

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
    let status = super::status(&scene, "p").unwrap();
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
