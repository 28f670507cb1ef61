// SPDX-License-Identifier: Apache-2.0

//! A controller that may not do all that it wants to.

use crate::support::controller::{Controller, plan, try_plan};
use crate::support::plane::Turn;
use crate::support::space::{NIC, Space};
use crate::support::text::{ip, makes};
use crate::support::user::{ALL, grant, limited};
use crate::support::wait::eventually;

const GONE: &str = "spec.machineRef = {name: gone, uid: 11111111-2222-3333-4444-555555555555}";

/// An interface `x` whose holder is gone; nobody has released it yet.
async fn held_by_nobody(turn: &Turn) -> Space {
    let space = turn.space().await;
    space.interface("x", "10.0.0.1", GONE).await;
    space
}

#[tokio::test]
async fn plan_says_what_hinges_on_a_look_that_is_refused_and_fails() {
    let turn = Turn::take().await;
    let space = held_by_nobody(&turn).await;
    let reader = limited(&turn, "reader", &["list", "watch"]).await;
    let output = try_plan(&reader, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let (printed, n) = (String::from_utf8_lossy(&output.stdout), &space.name);
    for expected in [
        format!("failed  Machine {n}/gone (look for NetworkInterface {n}/x): refused: "),
        format!("unknown patch   NetworkInterface {n}/x (release for NetworkInterface {n}/x)"),
    ] {
        assert!(
            printed.lines().any(|line| line.starts_with(&expected)),
            "{expected}\nis not in\n{printed}"
        );
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("reads failed"), "{complaint}");
}

#[tokio::test]
async fn a_look_that_is_refused_is_tried_again_with_backoff_until_it_may_be_had() {
    let turn = Turn::take().await;
    let space = held_by_nobody(&turn).await;
    let all_but_get = ["list", "watch", "create", "patch", "delete"];
    let kubeconfig = limited(&turn, "blind", &all_but_get).await;
    let controller = Controller::start(&kubeconfig, &[]).await;
    let refused = "ni_changes_total{kind=\"Machine\",purpose=\"look\",outcome=\"refused\"}";
    eventually("some looks", || async {
        let looks = controller.metric(refused).await;
        if looks >= 3 { Ok(()) } else { Err(looks) }
    })
    .await;
    // Each is a failure, and followed by a wait.
    let looks = controller.metric(refused).await;
    let retries = controller.metric("ni_retries_total").await;
    assert!(looks <= retries, "{looks} looks, {retries} retries");
    assert!(
        controller
            .log()
            .contains("purpose=\"look\" failure=refused"),
        "{}",
        controller.log()
    );
    grant(&turn.client().await, "blind", &ALL).await;
    space.until(NIC, "x", "spec.machineRef -").await;
}

#[tokio::test]
async fn plan_needs_no_right_but_to_list_and_to_look() {
    let turn = Turn::take().await;
    let space = held_by_nobody(&turn).await;
    space.machine("a", &[makes("e", &ip("10.0.0.2"))]).await;
    let printed = plan(&limited(&turn, "looker", &["get", "list"]).await);
    let n = &space.name;
    for expected in [
        format!("create  NetworkInterface {n}/a-e (make for Machine {n}/a)"),
        format!("patch   NetworkInterface {n}/x (release for NetworkInterface {n}/x) "),
    ] {
        assert!(
            printed.lines().any(|line| line.starts_with(&expected)),
            "{expected}\nis not in\n{printed}"
        );
    }
}
