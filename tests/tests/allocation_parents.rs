// SPDX-License-Identifier: Apache-2.0

//! Which parent a prefix gets its block of, and parents that come later.

use crate::support::prefixes::{of, of_pool, used};
use crate::support::space::{PREFIX, Space};
use crate::support::text::check;

/// A root with the label `pool`.
async fn pool(space: &Space, name: &str, block: &str, pool: &str) {
    space
        .root(name, block, &format!("metadata.labels.pool = {pool}"))
        .await;
}

const NONE_OF_BLUE: &str = "waits for a Prefix of family IPv4 that spec.parentSelector selects";

#[tokio::test]
async fn of_the_selected_the_longest_is_used_up_first_and_then_by_name() {
    let space = Space::new().await;
    pool(&space, "a", "10.0.0.0/24", "blue").await;
    pool(&space, "z", "10.1.0.0/31", "blue").await;
    pool(&space, "y", "10.2.0.0/31", "blue").await;
    pool(&space, "six", "2001:db8::/127", "blue").await;
    pool(&space, "red", "10.3.0.0/31", "red").await;
    let expected = [
        ("10.2.0.0/32", "y"),
        ("10.2.0.1/32", "y"),
        ("10.1.0.0/32", "z"),
        ("10.1.0.1/32", "z"),
        ("10.0.0.0/32", "a"),
    ];
    for (number, (block, parent)) in expected.into_iter().enumerate() {
        let name = format!("x{number}");
        space.ask(&name, "/32", &of_pool("blue")).await;
        let child = space.until_granted(&name, block, parent).await;
        check(&child, "spec.parentSelector = {matchLabels: {pool: blue}}");
    }
    // Longer than any block of IPv4, and a length that only the last has.
    space.ask("of-six", "IPv6 /128", &of_pool("blue")).await;
    space.until_granted("of-six", "2001:db8::/128", "six").await;
    space.ask("wide", "/25", &of_pool("blue")).await;
    space.until_granted("wide", "10.0.0.128/25", "a").await;
}

#[tokio::test]
async fn a_selector_may_have_expressions() {
    let space = Space::new().await;
    pool(&space, "blue", "10.0.0.0/24", "blue").await;
    pool(&space, "red", "10.1.0.0/24", "red").await;
    space.root("none", "10.2.0.0/24", "").await;
    let cases = [
        (
            "{key: pool, operator: NotIn, values: [blue]}, {key: pool, operator: Exists}",
            "red",
            "10.1.0.0/32",
        ),
        (
            "{key: pool, operator: In, values: [blue, green]}",
            "blue",
            "10.0.0.0/32",
        ),
        ("{key: pool, operator: DoesNotExist}", "none", "10.2.0.0/32"),
    ];
    for (number, (expressions, parent, block)) in cases.into_iter().enumerate() {
        let name = format!("x{number}");
        let selects = format!("parentSelector: {{matchExpressions: [{expressions}]}}");
        space.ask(&name, "/32", &selects).await;
        space.until_granted(&name, block, parent).await;
    }
}

#[tokio::test]
async fn an_asked_block_is_of_the_selected_parent_that_has_it() {
    let space = Space::new().await;
    pool(&space, "first", "10.0.0.0/26", "blue").await;
    pool(&space, "second", "10.1.0.0/24", "blue").await;
    space.ask("x", "10.1.0.64/26", &of_pool("blue")).await;
    space.until_granted("x", "10.1.0.64/26", "second").await;
    space.ask("nobodys", "10.9.0.0/26", &of_pool("blue")).await;
    let message =
        "no Prefix that spec.parentSelector selects has room for 10.9.0.0/26: first, second";
    space.until_waits("nobodys", "NoRoom", message, false).await;
}

#[tokio::test]
async fn a_parent_that_turns_up_later_serves_who_waits_for_it() {
    let space = Space::new().await;
    space.ask("named", "/32", &of("p")).await;
    space.ask("selecting", "/32", &of_pool("blue")).await;
    space
        .until_waits(
            "named",
            "WaitsForParent",
            "waits for Prefix p, which does not exist",
            false,
        )
        .await;
    space
        .until_waits("selecting", "WaitsForParent", NONE_OF_BLUE, false)
        .await;

    // One that waits itself.
    space.ask("p", "/24", &of("root")).await;
    space
        .until_waits(
            "named",
            "WaitsForParent",
            "waits for Prefix p, which is Pending",
            false,
        )
        .await;
    space.root("root", "10.0.0.0/16", "").await;
    space.until_granted("named", "10.0.0.0/32", "p").await;
    let waits = space.get(PREFIX, "selecting").await;
    check(
        &waits,
        "status.conditions.0.reason = WaitsForParent; spec.parentRef -",
    );
    space.was_not_told("Prefix named", "NoRoom").await;

    // One of another family is none.
    pool(&space, "six", "2001:db8::/64", "blue").await;
    pool(&space, "four", "10.9.0.0/24", "blue").await;
    space
        .until_granted("selecting", "10.9.0.0/32", "four")
        .await;
}

#[tokio::test]
async fn a_label_makes_a_prefix_a_parent_and_what_it_gave_outlasts_it() {
    let space = Space::new().await;
    space.root("p", "10.0.0.0/24", "").await;
    space.ask("a", "/32", &of_pool("blue")).await;
    space
        .until_waits("a", "WaitsForParent", NONE_OF_BLUE, false)
        .await;
    space
        .change(PREFIX, "p", "metadata.labels.pool = blue")
        .await;
    let granted = space.until_granted("a", "10.0.0.0/32", "p").await;

    space
        .change(PREFIX, "p", "metadata.labels.pool = red")
        .await;
    space.ask("b", "/32", &of_pool("blue")).await;
    space
        .until_waits("b", "WaitsForParent", NONE_OF_BLUE, false)
        .await;
    let parent = space.until(PREFIX, "p", &used(&["10.0.0.0/32"])).await;
    assert_eq!(space.get(PREFIX, "a").await, granted);
    check(
        &parent,
        "status.capacity = {usedPercent: 0, largestFree: 10.0.0.128/25}",
    );
}
