// SPDX-License-Identifier: Apache-2.0

//! What the record of a parent is derived from: a controller starts where others have been before.

use crate::support::plane::{ALLOCATES, Turn};
use crate::support::prefixes::{asking, of, of_pool, used};
use crate::support::space::{PREFIX, Space};
use crate::support::text::check;

/// A prefix that somebody else has allocated.
async fn allocated(space: &Space, name: &str, spec: &str, status: &str) {
    space.create(PREFIX, name, &format!("spec = {spec}")).await;
    space
        .report(PREFIX, name, &format!("status.phase = Allocated; {status}"))
        .await;
}

#[tokio::test]
async fn what_ironcore_allocated_stays_and_its_record_is_shortened_when_it_is_written_next() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    // As IronCore's allocator leaves it: an entry a child, in the order of their coming.
    let theirs = "status.used = [10.0.0.2/32, 10.0.0.0/32, 10.0.0.1/32, 10.0.0.3/32]";
    allocated(&space, "p", "{prefix: 10.0.0.0/24}", theirs).await;
    for (name, block) in [("c", 2), ("a", 0), ("b", 1), ("d", 3)] {
        let spec = asking(&format!("10.0.0.{block}/32"), &of("p"));
        allocated(&space, name, &spec, "").await;
    }
    let _controller = turn.controller(&[ALLOCATES]).await;
    for name in ["a", "b", "c", "d"] {
        space
            .until(PREFIX, name, "status.conditions.0.reason = Allocated")
            .await;
    }
    let parent = space
        .until(PREFIX, "p", "status.conditions.0.reason = Allocated")
        .await;
    check(&parent, theirs);
    for (name, block) in [("a", 0), ("b", 1), ("c", 2), ("d", 3)] {
        space
            .until_granted(name, &format!("10.0.0.{block}/32"), "p")
            .await;
    }
    space.granted("new", "/32", "p", "10.0.0.4/32").await;
    space
        .until(PREFIX, "p", &used(&["10.0.0.0/30", "10.0.0.4/32"]))
        .await;
}

#[tokio::test]
async fn what_the_record_lacks_is_held_and_what_nobody_has_is_taken_back() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    // By hand: a child that the record lacks, one whose block lies in another parent, and a record of what nobody has.
    allocated(
        &space,
        "p",
        "{prefix: 10.0.0.0/24}",
        "status.used = [10.0.0.128/25]",
    )
    .await;
    allocated(&space, "by-hand", &asking("10.0.0.0/28", &of("p")), "").await;
    allocated(&space, "elsewhere", &asking("10.9.0.0/28", &of("p")), "").await;
    let _controller = turn.controller(&[ALLOCATES]).await;
    space.granted("x", "/28", "p", "10.0.0.16/28").await;
    space.granted("y", "/25", "p", "10.0.0.128/25").await;
    space
        .until(PREFIX, "p", &used(&["10.0.0.0/27", "10.0.0.128/25"]))
        .await;
    space.until_granted("by-hand", "10.0.0.0/28", "p").await;
    space.delete(PREFIX, "by-hand").await;
    space
        .until(PREFIX, "p", &used(&["10.0.0.16/28", "10.0.0.128/25"]))
        .await;
}

#[tokio::test]
async fn prefixes_that_were_restored_without_status_get_the_blocks_that_they_name() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    // A backup holds spec and metadata. The children come first, and among them one that had no block yet.
    space.ask("older", "/32", &of("child")).await;
    let older = space.ask("old", "/28", &of_pool("blue")).await;
    space.until_younger_than(&older).await;
    for number in 0..4 {
        let block = format!("10.0.0.{number}/32");
        space.ask(&format!("x{number}"), &block, &of("child")).await;
    }
    let protected = "metadata.finalizers = [ipam.ironcore.dev/prefix]; metadata.labels.pool = blue";
    let child = "spec = {ipFamily: IPv4, prefixLength: 28, prefix: 10.0.0.0/28, parentRef: {name: root}, parentSelector: {matchLabels: {pool: blue}}}";
    space.create(PREFIX, "child", child).await;
    space
        .create(
            PREFIX,
            "root",
            &format!("spec.prefix = 10.0.0.0/24; {protected}"),
        )
        .await;
    let _controller = turn.controller(&[ALLOCATES]).await;
    for number in 0..4 {
        let (name, block) = (format!("x{number}"), format!("10.0.0.{number}/32"));
        space.until_granted(&name, &block, "child").await;
    }
    space.until_granted("child", "10.0.0.0/28", "root").await;
    space.until_granted("old", "10.0.0.16/28", "root").await;
    space.until_granted("older", "10.0.0.4/32", "child").await;
    space.until(PREFIX, "root", &used(&["10.0.0.0/27"])).await;
    space
        .until(PREFIX, "child", &used(&["10.0.0.0/30", "10.0.0.4/32"]))
        .await;
}

#[tokio::test]
async fn a_manifest_that_is_deleted_and_applied_again_takes_its_block_back() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[ALLOCATES]).await;
    space.root("p", "10.0.0.0/24", "").await;
    let first = space.granted("a", "10.0.0.8/29", "p", "10.0.0.8/29").await;
    space.granted("b", "/29", "p", "10.0.0.0/29").await;
    space.until(PREFIX, "p", &used(&["10.0.0.0/28"])).await;
    // While nobody looks, so that the record still has it.
    controller.kill().await;
    space.delete(PREFIX, "a").await;
    space.ask("c", "/29", &of("p")).await;
    space.ask("a", "10.0.0.8/29", &of("p")).await;
    let _controller = turn.controller(&[ALLOCATES]).await;
    space
        .until_new(PREFIX, &first, "status.phase = Allocated")
        .await;
    space.until_granted("c", "10.0.0.16/29", "p").await;
    space
        .until(PREFIX, "p", &used(&["10.0.0.0/28", "10.0.0.16/29"]))
        .await;
}

#[tokio::test]
async fn a_freed_block_rests_while_there_is_another() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn
        .controller(&[ALLOCATES, "--address-reuse-delay=60m"])
        .await;
    space.root("p", "10.0.0.0/30", "").await;
    for number in 0..2 {
        let block = format!("10.0.0.{number}/32");
        space
            .granted(&format!("x{number}"), "/32", "p", &block)
            .await;
    }
    space.delete(PREFIX, "x0").await;
    let rests = "status.resting.0.prefix = 10.0.0.0/32; status.resting.1 -";
    space
        .until(PREFIX, "p", &format!("{}; {rests}", used(&["10.0.0.1/32"])))
        .await;
    space.granted("a", "/32", "p", "10.0.0.2/32").await;
    space.granted("b", "/32", "p", "10.0.0.3/32").await;
    // It refuses nobody.
    space.granted("c", "/32", "p", "10.0.0.0/32").await;
    space
        .until(
            PREFIX,
            "p",
            &format!("{}; status.resting -", used(&["10.0.0.0/30"])),
        )
        .await;
    // Nor whoever names it.
    space.delete(PREFIX, "a").await;
    space
        .until(PREFIX, "p", "status.resting.0.prefix = 10.0.0.2/32")
        .await;
    space
        .granted("named", "10.0.0.2/32", "p", "10.0.0.2/32")
        .await;
}
