// SPDX-License-Identifier: Apache-2.0

//! Prefixes get blocks of their parents: which, by how many writes, and what both say then.

use serde_json::{Value, json};

use crate::support::history::{History, check_grants};
use crate::support::prefixes::{of, of_pool, used};
use crate::support::space::{PREFIX, Space};
use crate::support::table::table;
use crate::support::text::{at, check};

#[tokio::test]
async fn a_root_is_allocated_as_it_is() {
    let space = Space::new().await;
    for (name, block, free) in [
        ("four", "10.0.0.0/8", "10.0.0.0/9"),
        ("six", "2001:DB8:0::/48", "2001:db8::/49"),
        ("all-of-four", "0.0.0.0/0", "0.0.0.0/1"),
        ("all-of-six", "::/0", "::/1"),
    ] {
        let root = space.root(name, block, "").await;
        let ready = "status.conditions.0.reason = Allocated; status.conditions.0.status = 'True'; status.conditions.0.observedGeneration = 1";
        let capacity = format!("status.capacity = {{usedPercent: 0, largestFree: '{free}'}}");
        let as_it_is = format!("spec = {{prefix: '{block}'}}; metadata.finalizers -");
        check(
            &root,
            &format!("{as_it_is}; {ready}; {capacity}; status.observedGeneration = 1"),
        );
        assert_ne!(at(&root, "status.lastPhaseTransitionTime"), Value::Null);
    }
    let single = space.root("single", "10.0.0.1/32", "").await;
    check(&single, "status.capacity -; metadata.finalizers -");
}

#[tokio::test]
async fn blocks_of_all_lengths_and_both_families_are_the_lowest_that_fit() {
    let space = Space::new().await;
    space.root("four", "10.0.0.0/16", "").await;
    space.root("six", "2001:db8::/32", "").await;
    let cases = [
        ("four", "/24", "10.0.0.0/24"),
        ("four", "/26", "10.0.1.0/26"),
        ("four", "/32", "10.0.1.64/32"),
        ("four", "/25", "10.0.1.128/25"),
        ("four", "/17", "10.0.128.0/17"),
        ("four", "/32", "10.0.1.65/32"),
        ("six", "IPv6 /64", "2001:db8::/64"),
        ("six", "IPv6 /128", "2001:db8:0:1::/128"),
        ("six", "IPv6 /33", "2001:db8:8000::/33"),
        ("six", "IPv6 /48", "2001:db8:1::/48"),
        ("six", "IPv6 /128", "2001:db8:0:1::1/128"),
    ];
    for (number, (parent, length, block)) in cases.into_iter().enumerate() {
        space
            .granted(&format!("x{number}"), length, parent, block)
            .await;
    }
    // 10.0.1.64/32 and 10.0.1.65/32 are one entry, as are the two of 2001:db8:0:1::.
    let four = [
        "10.0.0.0/24",
        "10.0.1.0/26",
        "10.0.1.64/31",
        "10.0.1.128/25",
        "10.0.128.0/17",
    ];
    let four = space.until(PREFIX, "four", &used(&four)).await;
    check(
        &four,
        "status.capacity = {usedPercent: 50, largestFree: 10.0.64.0/18}",
    );
    let six = [
        "2001:db8::/64",
        "2001:db8:0:1::/127",
        "2001:db8:1::/48",
        "2001:db8:8000::/33",
    ];
    let six = space.until(PREFIX, "six", &used(&six)).await;
    check(
        &six,
        "status.capacity = {usedPercent: 50, largestFree: '2001:db8:4000::/34'}",
    );
}

#[tokio::test]
async fn an_asked_block_is_granted_as_it_is_spelled_and_first_fit_goes_around_it() {
    let space = Space::new().await;
    space.root("four", "10.0.0.0/24", "").await;
    space.root("six", "2001:db8::/32", "").await;
    space
        .granted("a", "10.0.0.0/26", "four", "10.0.0.0/26")
        .await;
    space.granted("b", "/26", "four", "10.0.0.64/26").await;
    space
        .granted("c", "2001:DB8:0:0::/64", "six", "2001:DB8:0:0::/64")
        .await;
    space
        .granted("d", "IPv6 /64", "six", "2001:db8:0:1::/64")
        .await;
    space.until(PREFIX, "four", &used(&["10.0.0.0/25"])).await;
    space.until(PREFIX, "six", &used(&["2001:db8::/63"])).await;
}

#[tokio::test]
async fn a_block_that_is_free_again_is_the_next_to_be_granted() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    for number in 0..4 {
        let block = format!("10.0.0.{number}/32");
        space
            .granted(&format!("x{number}"), "/32", "p", &block)
            .await;
    }
    space.until(PREFIX, "p", &used(&["10.0.0.0/30"])).await;
    space.delete(PREFIX, "x1").await;
    let holed = ["10.0.0.0/32", "10.0.0.2/31"];
    let parent = space.until(PREFIX, "p", &used(&holed)).await;
    check(
        &parent,
        "status.capacity = {usedPercent: 1, largestFree: 10.0.0.128/25}",
    );
    space.granted("again", "/32", "p", "10.0.0.1/32").await;
    for name in ["x0", "again", "x2", "x3"] {
        space.delete(PREFIX, name).await;
    }
    let parent = space.until(PREFIX, "p", &used(&[])).await;
    check(
        &parent,
        "status.capacity = {usedPercent: 0, largestFree: 10.0.0.0/25}",
    );
}

#[tokio::test]
async fn a_parent_is_used_to_100_percent_only_when_nothing_is_left() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    let lengths = [25, 26, 27, 28, 29, 30, 31, 32];
    for (number, length) in lengths.into_iter().enumerate() {
        let block = format!("10.0.0.{}/{length}", 256 - (256 >> number));
        space
            .granted(&format!("x{length}"), &format!("/{length}"), "p", &block)
            .await;
    }
    let nearly = "status.capacity = {usedPercent: 99, largestFree: 10.0.0.255/32}";
    space.until(PREFIX, "p", nearly).await;
    space.granted("last", "/32", "p", "10.0.0.255/32").await;
    let full = space.until(PREFIX, "p", &used(&["10.0.0.0/24"])).await;
    check(&full, "status.capacity = {usedPercent: 100}");
}

#[tokio::test]
async fn a_grandchild_gets_a_part_of_its_parent_and_the_grandparent_records_none_of_it() {
    let space = Space::new().await;
    // The other way round: each waits for its parent.
    space.ask("grandchild", "/32", &of("child")).await;
    space.ask("child", "/28", &of("root")).await;
    space.root("root", "10.0.0.0/24", "").await;
    space.until_granted("child", "10.0.0.0/28", "root").await;
    space
        .until_granted("grandchild", "10.0.0.0/32", "child")
        .await;
    space.until(PREFIX, "root", &used(&["10.0.0.0/28"])).await;
    let child = space.until(PREFIX, "child", &used(&["10.0.0.0/32"])).await;
    check(
        &child,
        "status.capacity = {usedPercent: 6, largestFree: 10.0.0.8/29}",
    );
    check(
        &space.get(PREFIX, "grandchild").await,
        "status.capacity -; status.used -",
    );
}

#[tokio::test]
async fn parent_and_block_are_written_together_after_the_record_and_before_the_phase() {
    let space = Space::new().await;
    space
        .root("p", "10.0.0.0/24", "metadata.labels.pool = blue")
        .await;
    let history = History::begin(&space).await;
    for name in ["a", "b", "c"] {
        space.ask(name, "/28", &of_pool("blue")).await;
    }
    for child in space.until_at_rest("p", 3).await {
        // Its spec was filled in, so its generation is another: that is the one observed.
        let observed = "metadata.generation = 2; status.observedGeneration = 2; status.conditions.0.observedGeneration = 2";
        check(
            &child,
            &format!("{observed}; spec.prefixLength = 28; metadata.finalizers -"),
        );
        assert_ne!(at(&child, "status.lastPhaseTransitionTime"), Value::Null);
    }
    let versions = history.so_far(&space).await;
    check_grants(&versions);
    for name in ["a", "b", "c"] {
        let steps: Vec<Value> = versions
            .iter()
            .map(|version| &version.object)
            .filter(|object| at(object, "metadata.name") == name)
            .map(|object| {
                let has = |path| !at(object, path).is_null();
                json!([
                    has("spec.parentRef"),
                    has("spec.prefix"),
                    at(object, "status.phase")
                ])
            })
            .collect();
        let expected = json!([
            [false, false, "Pending"],
            [true, true, "Pending"],
            [true, true, "Allocated"]
        ]);
        assert_eq!(json!(steps), expected, "{name}: a create, a patch, a phase");
    }
}

#[tokio::test]
async fn columns_show_parent_phase_and_capacity() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/30", "").await;
    space.granted("a", "/31", "p", "10.0.0.0/31").await;
    space.ask("b", "/31", &of("a")).await;
    space
        .until_waits(
            "b",
            "OutsideParent",
            "spec.prefixLength 31 is not a smaller part of 10.0.0.0/31, the block of Prefix a",
            true,
        )
        .await;
    space.until(PREFIX, "p", &used(&["10.0.0.0/31"])).await;
    let (names, rows) = table(&space.client, &space.name, PREFIX).await;
    assert_eq!(
        names.join(" "),
        "Name Prefix Parent Phase Used% Age +LargestFree +Reason"
    );
    let expected = json!([
        [
            "a",
            "10.0.0.0/31",
            "p",
            "Allocated",
            0,
            "10.0.0.0/32",
            "Allocated"
        ],
        ["b", null, "a", "Pending", null, null, "OutsideParent"],
        [
            "p",
            "10.0.0.0/30",
            null,
            "Allocated",
            50,
            "10.0.0.2/31",
            "Allocated"
        ],
    ]);
    assert_eq!(json!(rows), expected);
}
