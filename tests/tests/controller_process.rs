// SPDX-License-Identifier: Apache-2.0

//! The process: `plan`, SIGTERM, and what it asks of the API server.

use std::time::Duration;

use futures::{StreamExt, stream};

use crate::support::controller::plan;
use crate::support::plane::Turn;
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{entries, ip, makes, uses};
use crate::support::wait::eventually;

const NOBODY: &str = "11111111-2222-3333-4444-555555555555";

#[tokio::test]
async fn plan_prints_what_a_start_would_change_and_changes_nothing() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&[]).await;
    space
        .machine(
            "a",
            &[
                makes("keep", &ip("10.0.0.1")),
                makes("old", &ip("10.0.0.2")),
            ],
        )
        .await;
    space.until(NIC, "a-keep", "status.state = Available").await;
    space.until(NIC, "a-old", "status.state = Available").await;
    controller.kill().await;

    space.interface("x", "10.0.0.3", "").await;
    space
        .interface(
            "a-taken",
            "10.0.0.4",
            &format!("spec.machineRef = {{name: gone, uid: {NOBODY}}}"),
        )
        .await;
    space.report(NIC, "x", "status.state = Error").await;
    let declared = [
        makes("keep", &ip("10.0.0.9")),
        makes("new", &ip("10.0.0.5")),
        makes("taken", &ip("10.0.0.6")),
        uses("x"),
    ];
    space.change(MACHINE, "a", &entries(&declared)).await;

    let everything = || async {
        let mut all = Vec::new();
        for of in [MACHINE, NIC, NET, VIP] {
            all.extend(space.list(of).await);
        }
        (all, space.events().await)
    };
    let before = everything().await;
    let printed = plan(turn.kubeconfig());
    assert_eq!(everything().await, before);

    let n = &space.name;
    let lines: Vec<&str> = printed
        .lines()
        .filter(|line| line.contains(n.as_str()))
        .collect();
    for expected in [
        format!("create  NetworkInterface {n}/a-new (make for Machine {n}/a)"),
        format!("delete  NetworkInterface {n}/a-old (remove for Machine {n}/a)"),
        format!(
            "patch   NetworkInterface {n}/a-keep (repair for Machine {n}/a) {{\"ips\":[{{\"value\":\"10.0.0.9\"}}]}}"
        ),
        format!(
            "patch   NetworkInterface {n}/a-taken (release for NetworkInterface {n}/a-taken) {{\"machineRef\":null,\"providerID\":null}}"
        ),
        format!(
            "event   Machine {n}/a: NameTaken: interface a-taken can't be made: NetworkInterface a-taken has the name"
        ),
    ] {
        assert!(
            lines.contains(&expected.as_str()),
            "{expected}\nis not in\n{printed}"
        );
    }
    let claim = format!("patch   NetworkInterface {n}/x (claim for NetworkInterface {n}/x)");
    assert!(
        lines.iter().any(|line| line.starts_with(&claim)),
        "{claim}\nis not in\n{printed}"
    );
}

#[tokio::test]
async fn plan_has_nothing_to_print_once_all_is_done() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space.until(NIC, "a-e", "status.state = Available").await;
    let printed = plan(turn.kubeconfig());
    assert!(!printed.contains(&space.name), "{printed}");
}

/// Stores this many machines of two interfaces each.
async fn store(space: &Space, machines: u32) {
    let store = |number: u32| {
        let address =
            move |interface: u32| format!("10.{interface}.{}.{}", number / 250, number % 250);
        async move {
            space
                .machine(
                    &format!("m{number}"),
                    &[makes("e", &ip(&address(1))), makes("f", &ip(&address(2)))],
                )
                .await
        }
    };
    stream::iter(0..machines)
        .map(store)
        .buffer_unordered(16)
        .for_each(|_| async {})
        .await;
}

#[tokio::test]
async fn sigterm_ends_it_in_time_with_exit_code_0_and_no_write_unanswered() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    store(&space, 200).await;
    let controller = turn.controller(&[]).await;
    eventually("it is at work", || async {
        let done = controller
            .metric("ni_changes_total{kind=\"NetworkInterface\",purpose=\"make\",outcome=\"done\"}")
            .await;
        if done > 20 { Ok(()) } else { Err(done) }
    })
    .await;
    let log = controller.log_file().to_owned();
    let (status, took) = controller.terminate().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let log = crate::support::controller::read(&log);
    let made = log
        .lines()
        .filter(|line| {
            line.contains(&space.name)
                && line.contains(": done ")
                && line.contains("purpose=\"make\"")
        })
        .count();
    assert_eq!(space.list(NIC).await.len(), made);
    assert!(made < 400, "it went on working");
}

#[tokio::test]
async fn with_json_logs_every_line_is_an_object_that_names_what_it_is_about() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let controller = turn.controller(&["--log-format=json"]).await;
    space.interface("x", "10.0.0.1", "").await;
    space.until(NIC, "x", "status.state = Available").await;
    assert!(controller.answers("/livez").await);
    let log = controller.log();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let written = |line: &serde_json::Value| {
        line["namespace"] == space.name.as_str() && line["name"] == "x" && line["message"] == "done"
    };
    assert!(lines.into_iter().any(|line| written(&line)), "{log}");
}

#[tokio::test]
async fn a_created_interface_costs_exactly_one_create_and_one_status_write() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    store(&space, 50).await;
    let expected = |machines: usize| {
        [
            ("create machines 201", machines),
            ("create networkinterfaces 201", 2 * machines),
            ("create networks 201", 1),
            ("patch networkinterfaces/status 200", 2 * machines),
            ("patch networks 200", 1),
        ]
    };
    turn.until_asked(&space, &expected(50)).await;
    // Nothing came after.
    space
        .machine(
            "last",
            &[makes("e", &ip("10.9.0.1")), makes("f", &ip("10.9.0.2"))],
        )
        .await;
    turn.until_asked(&space, &expected(51)).await;
}

#[tokio::test]
async fn before_a_release_the_holder_is_read_once() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    let gone = format!("{{name: gone, uid: {NOBODY}}}");
    space
        .interface(
            "x",
            "10.0.0.1",
            &format!("spec.machineRef = {gone}; spec.providerID = p"),
        )
        .await;
    space
        .create(VIP, "v", &format!("spec.targetRef = {gone}"))
        .await;
    let expected = [
        ("create networkinterfaces 201", 1),
        ("create networks 201", 1),
        ("create virtualips 201", 1),
        ("get machines 404", 1),
        ("get networkinterfaces 404", 1),
        ("patch networkinterfaces 200", 1),
        ("patch networkinterfaces/status 200", 1),
        ("patch networks 200", 1),
        ("patch virtualips 200", 1),
    ];
    turn.until_asked(&space, &expected).await;
}

#[tokio::test]
async fn writes_carry_the_uid_and_the_version_that_they_count_on() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let _controller = turn.controller(&[]).await;
    let (repair, replace, remove) = (
        makes("repair", &ip("10.0.0.1")),
        makes("replace", &ip("10.0.0.2")),
        makes("remove", &ip("10.0.0.3")),
    );
    space
        .machine("a", &[repair, replace, remove, uses("x")])
        .await;
    space.create(VIP, "v", "").await;
    space
        .interface("x", "10.0.0.4", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    space.until(NIC, "x", "spec.machineRef.name = a").await;
    space.until(VIP, "v", "spec.targetRef.name = x").await;
    let old = space
        .until(NIC, "a-replace", "status.state = Available")
        .await;
    space
        .until(NIC, "a-remove", "status.state = Available")
        .await;
    let changed = [
        makes("repair", &ip("10.0.0.9")),
        makes("replace", &ip("2001:db8::1")),
    ];
    space.change(MACHINE, "a", &entries(&changed)).await;
    space.change(NIC, "x", "spec.virtualIP -").await;
    space.until_new(NIC, &old, "status.state = Available").await;
    space
        .until(NIC, "a-repair", "status.ips = [10.0.0.9]")
        .await;
    space.until_gone(NIC, "a-remove").await;
    space
        .until(NIC, "x", "spec.machineRef -; status.state = Available")
        .await;
    space.until(VIP, "v", "spec.targetRef -").await;

    let requests = turn.requests(&space);
    let patches: Vec<_> = requests
        .iter()
        .filter(|asked| asked.is_controllers() && asked.what().starts_with("patch"))
        .collect();
    for patch in &patches {
        let metadata = &patch.body()["metadata"];
        // The API server does not look at the uid in a patch of a status; the version says enough.
        let of_status = patch.what().contains("/status ");
        assert!(of_status || metadata["uid"].is_string(), "{patch:?}");
        let of_reference = patch.name() == "x" || patch.name() == "v";
        assert!(
            !(of_status || of_reference) || metadata["resourceVersion"].is_string(),
            "{patch:?}"
        );
    }
    assert!(patches.len() >= 5, "{patches:?}");
    let deletes: Vec<_> = requests
        .iter()
        .filter(|asked| asked.what().starts_with("delete"))
        .collect();
    assert_eq!(deletes.len(), 2, "{deletes:?}");
    for delete in deletes {
        let preconditions = &delete.body()["preconditions"];
        assert!(
            preconditions["uid"].is_string() && preconditions["resourceVersion"].is_string(),
            "{delete:?}"
        );
    }
}
