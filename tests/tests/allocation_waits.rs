// SPDX-License-Identifier: Apache-2.0

//! Prefixes that wait for room: what they say, and who is served when there is some.

use serde_json::Value;

use crate::support::prefixes::{of, of_pool, used};
use crate::support::space::{PREFIX, Space};
use crate::support::text::{at, check};

const FULL: &str = "Prefix p (10.0.0.0/30) has no room for a /32";

/// The root `p` of four addresses, which `x0` to `x3` have.
async fn full() -> Space {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/30", "").await;
    for number in 0..4 {
        let block = format!("10.0.0.{number}/32");
        space
            .granted(&format!("x{number}"), "/32", "p", &block)
            .await;
    }
    space
}

/// One that asks for an address of `p`, and waits.
async fn waits(space: &Space, name: &str) -> Value {
    space.ask(name, "/32", &of("p")).await;
    space.until_waits(name, "NoRoom", FULL, false).await
}

#[tokio::test]
async fn who_finds_no_room_is_told_so_and_served_when_there_is_some() {
    let space = full().await;
    waits(&space, "late").await;
    let told = space.warned("Prefix late", "NoRoom", "Prefix p").await;
    assert_eq!(told.note, FULL);
    space.delete(PREFIX, "x2").await;
    let served = space.until_granted("late", "10.0.0.2/32", "p").await;
    check(
        &served,
        "status.conditions.0.reason = Allocated; status.conditions.0.message = ''; status.conditions.1 -",
    );
    let full = space.until(PREFIX, "p", &used(&["10.0.0.0/30"])).await;
    check(&full, "status.capacity = {usedPercent: 100}");
}

#[tokio::test]
async fn the_time_of_a_condition_changes_only_with_its_status() {
    let space = full().await;
    let first = waits(&space, "late").await;
    space.until_younger_than(&first).await;
    // Another message, the same status.
    space.delete(PREFIX, "p").await;
    let why = "waits for Prefix p, which is being deleted";
    let second = space
        .until_waits("late", "WaitsForParent", why, false)
        .await;
    let time = "status.conditions.0.lastTransitionTime";
    assert_eq!(at(&second, time), at(&first, time));
}

#[tokio::test]
async fn the_oldest_that_waits_is_served_first() {
    let space = full().await;
    // Names that would come in the other order.
    let mut last = waits(&space, "c").await;
    for name in ["b", "a"] {
        space.until_younger_than(&last).await;
        last = waits(&space, name).await;
    }
    for (name, freed) in [("c", 3), ("b", 0), ("a", 1)] {
        space.delete(PREFIX, &format!("x{freed}")).await;
        space
            .until_granted(name, &format!("10.0.0.{freed}/32"), "p")
            .await;
    }
}

#[tokio::test]
async fn who_names_a_free_block_comes_before_older_ones_that_ask_for_a_length() {
    let space = full().await;
    let old = waits(&space, "old").await;
    space.until_younger_than(&old).await;
    space.ask("young", "10.0.0.1/32", &of("p")).await;
    let taken = "Prefix p has no room for 10.0.0.1/32: it is taken";
    space.until_waits("young", "NoRoom", taken, false).await;
    let told = space.warned("Prefix young", "NoRoom", "10.0.0.1/32").await;
    assert_eq!(told.note, taken);
    space.delete(PREFIX, "x1").await;
    space.until_granted("young", "10.0.0.1/32", "p").await;
    check(
        &space.get(PREFIX, "old").await,
        "spec.prefix -; status.phase = Pending",
    );
    space.delete(PREFIX, "x0").await;
    space.until_granted("old", "10.0.0.0/32", "p").await;
}

#[tokio::test]
async fn one_that_can_not_be_served_keeps_nothing_from_others() {
    let space = full().await;
    for number in [1, 3] {
        space.delete(PREFIX, &format!("x{number}")).await;
    }
    space
        .until(PREFIX, "p", &used(&["10.0.0.0/32", "10.0.0.2/32"]))
        .await;
    space.ask("wide", "/31", &of("p")).await;
    space
        .until_waits(
            "wide",
            "NoRoom",
            "Prefix p (10.0.0.0/30) has no room for a /31",
            false,
        )
        .await;
    space.ask("taken", "10.0.0.0/31", &of("p")).await;
    space
        .until_waits(
            "taken",
            "NoRoom",
            "Prefix p has no room for 10.0.0.0/31: it is taken",
            false,
        )
        .await;
    space.ask("all", "10.0.0.0/30", &of("p")).await;
    let whole =
        "spec.prefix 10.0.0.0/30 is not a smaller part of 10.0.0.0/30, the block of Prefix p";
    let last = space.until_waits("all", "OutsideParent", whole, true).await;
    space.until_younger_than(&last).await;
    space.granted("young", "/32", "p", "10.0.0.1/32").await;
    space.granted("younger", "/32", "p", "10.0.0.3/32").await;
    // And it is served as soon as it can be.
    space.delete(PREFIX, "x0").await;
    space.delete(PREFIX, "young").await;
    space.until_granted("taken", "10.0.0.0/31", "p").await;
    check(&space.get(PREFIX, "wide").await, "spec.prefix -");
}

#[tokio::test]
async fn what_can_never_be_a_part_of_its_parent_is_stalled() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    let no_part =
        |what: &str| format!("{what} is not a smaller part of 10.0.0.0/24, the block of Prefix p");
    let cases = [
        ("outside", "10.0.1.0/26", no_part("spec.prefix 10.0.1.0/26")),
        (
            "as-large",
            "10.0.0.0/24",
            no_part("spec.prefix 10.0.0.0/24"),
        ),
        ("larger", "10.0.0.0/16", no_part("spec.prefix 10.0.0.0/16")),
        (
            "of-six",
            "2001:db8::/64",
            no_part("spec.prefix 2001:db8::/64"),
        ),
        ("as-long", "/24", no_part("spec.prefixLength 24")),
        ("shorter", "/16", no_part("spec.prefixLength 16")),
    ];
    for (name, what, message) in cases {
        space.ask(name, what, &of("p")).await;
        space
            .until_waits(name, "OutsideParent", &message, true)
            .await;
        let told = space.warned(&format!("Prefix {name}"), "NoRoom", "p").await;
        assert_eq!(told.note, message);
    }
    // Nothing was granted, so nothing is kept.
    check(
        &space.get(PREFIX, "p").await,
        "metadata.finalizers -; status.used -",
    );
    space.granted("fits", "/26", "p", "10.0.0.0/26").await;
}

#[tokio::test]
async fn a_length_of_another_family_is_never_a_part_of_the_parent_that_is_named() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/16", "").await;
    let message = "spec.ipFamily IPv6 is not that of 10.0.0.0/16, the block of Prefix p";
    for (name, length) in [("short", "IPv6 /24"), ("long", "IPv6 /64")] {
        space.ask(name, length, &of("p")).await;
        space
            .until_waits(name, "OutsideParent", message, true)
            .await;
    }
    space.granted("fits", "/24", "p", "10.0.0.0/24").await;
    space.until(PREFIX, "p", &used(&["10.0.0.0/24"])).await;
}

#[tokio::test]
async fn who_selects_waits_for_room_in_any_and_is_served_by_a_new_one() {
    let space = Space::new().await;
    for (name, block) in [("p", "10.0.0.0/31"), ("q", "10.1.0.0/31")] {
        space.root(name, block, "metadata.labels.pool = blue").await;
    }
    for number in 0..4 {
        space
            .ask(&format!("x{number}"), "/32", &of_pool("blue"))
            .await;
    }
    space.until_at_rest("p", 2).await;
    space.until_at_rest("q", 2).await;
    space.ask("late", "/32", &of_pool("blue")).await;
    let message = "no Prefix that spec.parentSelector selects has room for a /32: p, q";
    space.until_waits("late", "NoRoom", message, false).await;
    let told = space.warned("Prefix late", "NoRoom", "p, q").await;
    assert_eq!(told.note, message);
    space
        .root("r", "10.2.0.0/31", "metadata.labels.pool = blue")
        .await;
    space.until_granted("late", "10.2.0.0/32", "r").await;
}
