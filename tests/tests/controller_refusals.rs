// SPDX-License-Identifier: Apache-2.0

//! Requests that fail are tried again, and an Event says so where somebody has to act.

use crate::support::plane::Turn;
use crate::support::policy::Between;
use crate::support::space::{MACHINE, NIC, Space};
use crate::support::text::{at, check, entries, ip, makes, makes_with};

/// How often the controller logged that a request about this interface was not done.
fn failures(space: &Space, interface: &str) -> usize {
    let name = format!("name=\"{interface}\"");
    let complaints = space.complaints();
    complaints
        .iter()
        .filter(|line| line.contains(&name) && line.contains("request failed"))
        .count()
}

/// One reason for each class of refusals.
#[tokio::test]
async fn a_child_that_is_refused_is_told_and_made_by_itself_once_it_may_be_while_others_are_made() {
    let turn = Turn::take().await;
    let _controller = turn.controller(&["--retry-cap=2s"]).await;
    for reason in ["Invalid", "Forbidden"] {
        let space = turn.space().await;
        space.put_between(Between::Refusal(reason)).await;
        space
            .machine(
                "a",
                &[makes("e", &ip("10.0.0.1")), makes("f", &ip("10.0.0.2"))],
            )
            .await;
        let told = space
            .warned("Machine a", "ChildRefused", "interface a-e")
            .await;
        assert!(told.note.contains("not in this test"), "{}", told.note);
        space.until(NIC, "a-f", "status.state = Available").await;
        assert!(space.find(NIC, "a-e").await.is_none());
        let machine = space.get(MACHINE, "a").await;
        space.lift(Between::Refusal(reason)).await;
        space.until(NIC, "a-e", "status.state = Available").await;
        assert_eq!(space.get(MACHINE, "a").await, machine);
    }
}

#[tokio::test]
async fn a_repair_that_is_refused_is_told() {
    let (space, _) = Space::with_machine(&ip("10.0.0.1")).await;
    space.put_between(Between::Refusal("Forbidden")).await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip("10.0.0.2"))]))
        .await;
    space
        .warned("Machine a", "ChildRefused", "interface a-e")
        .await;
    space.lift(Between::Refusal("Forbidden")).await;
    space
        .change(MACHINE, "a", "metadata.labels.some = change")
        .await;
    space.until(NIC, "a-e", "status.ips = [10.0.0.2]").await;
}

#[tokio::test]
async fn what_fails_for_a_while_is_tried_again_without_a_word() {
    let space = Space::with_network().await;
    space.put_between(Between::Failure).await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    crate::support::wait::eventually("it is tried again and again", || async {
        let failures = failures(&space, "a-e");
        if failures > 3 { Ok(()) } else { Err(failures) }
    })
    .await;
    space.lift(Between::Failure).await;
    space.until(NIC, "a-e", "status.state = Available").await;
    space.was_not_told("Machine a", "ChildRefused").await;
}

#[tokio::test]
async fn a_child_that_does_not_come_out_as_written_is_told_and_not_written_again() {
    let space = Space::with_network().await;
    space.put_between(Between::Alteration).await;
    let entry = makes_with("labels: {role: primary}", "e", &ip("10.0.0.1"));
    space.machine("a", std::slice::from_ref(&entry)).await;
    space
        .warned("Machine a", "NotAsWritten", "interface a-e")
        .await;
    let made = space
        .until(
            NIC,
            "a-e",
            "status.state = Available; metadata.labels.role = altered",
        )
        .await;
    space
        .change(MACHINE, "a", "metadata.labels.some = change")
        .await;
    space.settle_without_machines().await;
    assert_eq!(space.get(NIC, "a-e").await, made);
    // A new generation is a new attempt,
    let second = makes("f", &ip("10.0.0.2"));
    space.lift(Between::Alteration).await;
    space.change(MACHINE, "a", &entries(&[entry, second])).await;
    let now = space
        .until(NIC, "a-e", "metadata.labels.role = primary")
        .await;
    assert_eq!(at(&now, "metadata.uid"), at(&made, "metadata.uid"));
}

#[tokio::test]
async fn a_repair_that_does_not_come_out_as_written_is_told_and_not_written_again() {
    let space = Space::with_network().await;
    space
        .machine(
            "a",
            &[makes_with("labels: {role: one}", "e", &ip("10.0.0.1"))],
        )
        .await;
    space
        .until(
            NIC,
            "a-e",
            "metadata.labels.role = one; status.state = Available",
        )
        .await;
    space.put_between(Between::Alteration).await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes_with("labels: {role: two}", "e", &ip("10.0.0.1"))]),
        )
        .await;
    space
        .warned("Machine a", "NotAsWritten", "interface a-e")
        .await;
    let before = space.get(NIC, "a-e").await;
    check(&before, "metadata.labels.role = altered");
    space.settle_without_machines().await;
    assert_eq!(space.get(NIC, "a-e").await, before);
    space.was_not_told("Machine a", "InterfaceRepaired").await;
    // What else differs is brought back, and is no reason to write what is altered.
    space.change(NIC, "a-e", "spec.machineRef -").await;
    let now = space.until(NIC, "a-e", "spec.machineRef.name = a").await;
    check(&now, "metadata.labels.role = altered");
    space
        .noted("Machine a", "InterfaceRepaired", "interface a-e")
        .await;
    space.lift(Between::Alteration).await;
    // What comes right in between is looked after again.
    space.change(NIC, "a-e", "metadata.labels.role = two").await;
    space.settle_without_machines().await;
    space.change(NIC, "a-e", "metadata.labels.role = x").await;
    space.until(NIC, "a-e", "metadata.labels.role = two").await;
}

#[tokio::test]
async fn what_alters_a_fixed_field_costs_one_replacement_at_each_start() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space.put_between(Between::FixedAlteration).await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space
        .warned("Machine a", "NotAsWritten", "spec.attributes")
        .await;
    let made = space.until(NIC, "a-e", "status.state = Available").await;
    space.settle_without_machines().await;
    let kept = space.get(NIC, "a-e").await;
    assert_eq!(at(&kept, "metadata.uid"), at(&made, "metadata.uid"));
    controller.kill().await;
    let _controller = turn.controller(&[]).await;
    let anew = space
        .until_new(NIC, &made, "status.state = Available")
        .await;
    space.settle_without_machines().await;
    let kept = space.get(NIC, "a-e").await;
    assert_eq!(at(&kept, "metadata.uid"), at(&anew, "metadata.uid"));
    space.lift(Between::FixedAlteration).await;
}

#[tokio::test]
async fn a_status_that_somebody_else_takes_back_is_written_ever_more_slowly() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.state = Available").await;
    for _ in 0..5 {
        space.report(NIC, "x", "status.ips = [10.9.9.9]").await;
        space.until(NIC, "x", "status.ips = [10.0.0.1]").await;
    }
    let log = controller.log();
    let repeats = |times: usize| {
        let counted = format!("repeats={times}");
        let mut lines = log.lines();
        lines.any(|line| {
            line.contains(&space.name) && line.contains("written again") && line.contains(&counted)
        })
    };
    assert!((1..5).all(repeats), "{log}");
    assert!(controller.metric("ni_retries_total").await >= 4);
}
