// SPDX-License-Identifier: Apache-2.0

//! The finalizer that keeps a prefix while others have parts of it, and what is deleted.

use crate::support::history::History;
use crate::support::prefixes::{of, used};
use crate::support::space::{PREFIX, Space};
use crate::support::text::{at, check};

const OURS: &str = "metadata.finalizers = [ipam.ironcore.dev/prefix]";

#[tokio::test]
async fn a_parent_is_protected_before_its_first_block_is_granted_and_who_grants_none_is_not() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    space.root("alone", "10.1.0.0/24", "").await;
    let history = History::begin(&space).await;
    space.granted("a", "/26", "p", "10.0.0.0/26").await;
    space.granted("b", "/32", "p", "10.0.0.64/32").await;
    let parent = space
        .until(PREFIX, "p", &used(&["10.0.0.0/26", "10.0.0.64/32"]))
        .await;
    check(&parent, OURS);
    for name in ["alone", "a", "b"] {
        check(&space.get(PREFIX, name).await, "metadata.finalizers -");
    }
    for version in history.so_far(&space).await {
        let granting = !at(&version.object, "status.used").is_null();
        assert!(
            !granting || !at(&version.object, "metadata.finalizers").is_null(),
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn others_finalizers_stay() {
    let space = Space::new().await;
    space
        .root(
            "p",
            "10.0.0.0/24",
            "metadata.finalizers = [example.org/hold]",
        )
        .await;
    space.granted("a", "/26", "p", "10.0.0.0/26").await;
    check(
        &space.get(PREFIX, "p").await,
        "metadata.finalizers = [example.org/hold, ipam.ironcore.dev/prefix]",
    );
    space.delete(PREFIX, "a").await;
    space.delete(PREFIX, "p").await;
    space
        .until(PREFIX, "p", "metadata.finalizers = [example.org/hold]")
        .await;
    space.finish_delete(PREFIX, "p").await;
}

#[tokio::test]
async fn a_deleting_parent_says_who_uses_it_and_grants_nothing_until_it_goes_with_the_last() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    for number in 0..7 {
        space.ask(&format!("x{number}"), "/32", &of("p")).await;
    }
    space.until_at_rest("p", 7).await;
    space.delete(PREFIX, "p").await;
    let told = space
        .warned("Prefix p", "InUse", "still the parent of")
        .await;
    assert_eq!(
        told.note,
        "is being deleted, and still the parent of x0, x1, x2, x3, x4 and 2 more"
    );

    // Whoever comes now waits, and for a parent: with a block that is free too.
    space.ask("late", "/32", &of("p")).await;
    space.ask("named", "10.0.0.8/29", &of("p")).await;
    let why = "waits for Prefix p, which is being deleted";
    for name in ["late", "named"] {
        space.until_waits(name, "WaitsForParent", why, false).await;
    }
    for number in 0..7 {
        check(&space.get(PREFIX, "p").await, OURS);
        space.delete(PREFIX, &format!("x{number}")).await;
    }
    for name in ["late", "named"] {
        check(&space.get(PREFIX, name).await, "status.phase = Pending");
        space.delete(PREFIX, name).await;
    }
    space.until_gone(PREFIX, "p").await;
}

#[tokio::test]
async fn whoever_waits_for_a_parent_by_its_name_is_served_by_the_next_of_that_name() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    space.granted("a", "/32", "p", "10.0.0.0/32").await;
    space.delete(PREFIX, "a").await;
    space.delete(PREFIX, "p").await;
    space.until_gone(PREFIX, "p").await;
    space.ask("b", "/32", &of("p")).await;
    space
        .until_waits(
            "b",
            "WaitsForParent",
            "waits for Prefix p, which does not exist",
            false,
        )
        .await;
    space.root("p", "10.7.0.0/24", "").await;
    space.until_granted("b", "10.7.0.0/32", "p").await;
    space.until(PREFIX, "p", &used(&["10.7.0.0/32"])).await;
}

#[tokio::test]
async fn a_deleting_child_keeps_its_block_until_it_is_gone() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/31", "").await;
    space.granted("a", "/32", "p", "10.0.0.0/32").await;
    space.begin_delete(PREFIX, "a").await;
    space.granted("b", "/32", "p", "10.0.0.1/32").await;
    space.ask("c", "/32", &of("p")).await;
    space
        .until_waits(
            "c",
            "NoRoom",
            "Prefix p (10.0.0.0/31) has no room for a /32",
            false,
        )
        .await;
    space.until(PREFIX, "p", &used(&["10.0.0.0/31"])).await;
    space.finish_delete(PREFIX, "a").await;
    space.until_granted("c", "10.0.0.0/32", "p").await;
}

#[tokio::test]
async fn a_deleting_child_that_has_none_gets_no_block() {
    let space = Space::new().await;
    space.ask("a", "/32", &of("p")).await;
    space
        .until_waits(
            "a",
            "WaitsForParent",
            "waits for Prefix p, which does not exist",
            false,
        )
        .await;
    space.begin_delete(PREFIX, "a").await;
    space.root("p", "10.0.0.0/31", "").await;
    space.granted("b", "/32", "p", "10.0.0.0/32").await;
    let parent = space.until(PREFIX, "p", &used(&["10.0.0.0/32"])).await;
    check(
        &space.get(PREFIX, "a").await,
        "spec.prefix -; status.phase = Pending",
    );
    check(&parent, OURS);
    space.finish_delete(PREFIX, "a").await;
}

#[tokio::test]
async fn a_namespace_that_is_deleted_does_not_hang() {
    let space = Space::new().await;
    space.root("root", "10.0.0.0/16", "").await;
    space.granted("child", "/24", "root", "10.0.0.0/24").await;
    for number in 0..20 {
        space.ask(&format!("x{number}"), "/32", &of("child")).await;
    }
    space.ask("waits", "/15", &of("root")).await;
    space.until_at_rest("child", 20).await;
    check(&space.get(PREFIX, "root").await, OURS);
    check(&space.get(PREFIX, "child").await, OURS);
    space.delete_namespace().await;
    space.until_namespace_is_gone().await;
    assert_eq!(space.complaints(), Vec::<String>::new());
}
