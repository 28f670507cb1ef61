// SPDX-License-Identifier: Apache-2.0

//! What was stored before there was a webhook, and what goes on while it is down.

use std::path::Path;

use kube::Error;
use serde_json::{Value, json};

use crate::support::case::{FORBIDDEN, INVALID, causes};
use crate::support::judged::Own;
use crate::support::space::{MACHINE, NET, NIC, Space};
use crate::support::text::check;
use crate::support::wait::eventually;
use crate::support::{client, kubeconfig};

const PREFIX: &str = "Prefix";

/// Where the definitions alone decide.
async fn unjudged() -> Space {
    Space::on(client().await, Path::new("")).await
}

/// Objects that only the webhook would refuse: kind, name, faults, and the path of what is wrong.
fn at_fault() -> [(&'static str, &'static str, String, &'static str); 3] {
    let long = ["a".repeat(50).as_str(); 5].join(".")[..250].to_owned();
    let template = "{spec: {networkRef: {name: n}, ips: [{value: 10.0.0.1}]}}";
    [
        (
            NET,
            "self",
            "spec.peerings = [{name: a, networkRef: {name: self}}]".to_owned(),
            "spec.peerings[0].networkRef",
        ),
        (
            MACHINE,
            "machine",
            format!(
                "spec.networkInterfaces = [{{name: {long}, ephemeral: {{networkInterfaceTemplate: {template}}}}}]"
            ),
            "spec.networkInterfaces[0].name",
        ),
        (
            NIC,
            "nic.example",
            "spec.virtualIP.ephemeral.virtualIPTemplate.spec = {type: Public, ipFamily: IPv4}"
                .to_owned(),
            "spec.virtualIP.ephemeral",
        ),
    ]
}

/// A change that touches the spec, not the fault; what is asked of it; and one that brings a fault of its own.
fn changes(of: &str) -> [&'static str; 2] {
    match of {
        NET => [
            "spec.providerID = p",
            "spec.incomingPeerings = [{name: self}]",
        ],
        MACHINE => ["spec.power = Off", "spec.guestConfig.hostname = h"],
        NIC => ["spec.providerID = p", "spec.networkRef.name = other"],
        _ => panic!("{of}"),
    }
}

#[tokio::test]
async fn what_was_stored_at_fault_is_refused_only_what_is_new() {
    let space = unjudged().await;
    for (of, name, fault, _) in at_fault() {
        space.create(of, name, &fault).await;
    }
    let _own = Own::start(&kubeconfig(), &space, &[]).await;
    for (of, name, fault, path) in at_fault() {
        let again = space
            .try_create(
                of,
                &format!("{name}2"),
                &fault.replace("name: self", "name: self2"),
                true,
            )
            .await;
        let error = again.expect_err("a new one is refused");
        assert_eq!(causes(&error).expect("causes")[0].0, path, "{error}");

        space
            .change(
                of,
                name,
                "metadata.labels.a = b; metadata.finalizers = [example.org/f]",
            )
            .await;
        space.report(of, name, "status.state = Pending").await;
        let [harmless, bad] = changes(of);
        space.change(of, name, harmless).await;
        let error = space
            .send(space.merging(of, name, bad))
            .await
            .result
            .expect_err("a new fault");
        let told = causes(&error).unwrap_or_else(|| panic!("{error}"));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            [FORBIDDEN, INVALID].contains(&told[0].1.as_str()),
            "{told:?}"
        );

        space.delete(of, name).await;
        space.change(of, name, "metadata.finalizers -").await;
        space.until_gone(of, name).await;
    }
}

/// What was left open while there was no webhook is filled in by the first change.
#[tokio::test]
async fn what_was_stored_open_is_filled_in_later() {
    let space = unjudged().await;
    let open = "spec.ipFamilies -";
    check(&space.create(NIC, "x", open).await, "spec.ipFamilies = []");
    check(&space.create(PREFIX, "p", "").await, "spec.ipFamily -");
    let _own = Own::start(&kubeconfig(), &space, &[]).await;
    check(
        &space.change(NIC, "x", "metadata.labels.a = b").await,
        "spec.ipFamilies = []",
    );
    check(
        &space.change(NIC, "x", "spec.providerID = p").await,
        "spec.ipFamilies = [IPv4]",
    );
    check(
        &space
            .change(PREFIX, "p", "spec.parentRef = {}; spec.prefixLength = 0")
            .await,
        "spec.ipFamily = IPv4",
    );
}

/// As many interfaces as a machine may have, each with many prefixes and long names.
fn big() -> String {
    let name = ["a".repeat(63).as_str(); 3].join(".");
    let prefix = format!(
        "{{ephemeral: {{prefixTemplate: {{spec: {{ipFamily: IPv4, prefixLength: 24, parentRef: {{name: {name}}}}}}}}}}}"
    );
    let prefixes = vec![prefix; 32].join(", ");
    let entry = |index| {
        format!(
            "{{name: e{index}, ephemeral: {{networkInterfaceTemplate: {{spec: \
             {{networkRef: {{name: {name}}}, ips: [{{value: 10.0.0.1}}], prefixes: [{prefixes}]}}}}}}}}"
        )
    };
    let entries: Vec<_> = (0..64).map(entry).collect();
    format!("spec.networkInterfaces = [{}]", entries.join(", "))
}

#[tokio::test]
async fn while_the_webhook_is_down_nothing_is_stored_unjudged_and_all_else_goes_on() {
    let space = unjudged().await;
    let own = Own::start(&kubeconfig(), &space, &[]).await;
    for (of, name) in [
        (NET, "net"),
        (NIC, "x"),
        (NIC, "y"),
        (MACHINE, "m"),
        (PREFIX, "p"),
    ] {
        space
            .create(of, name, "metadata.finalizers = [example.org/f]")
            .await;
    }
    space.create(MACHINE, "big", &big()).await;
    let place = own.stop().await;
    eventually("creates are refused", || async {
        let error = space.try_create(NIC, "z", "", true).await.err().ok_or("it was stored")?;
        let Error::Api(status) = &error else { return Err("no answer") };
        let says = "Internal error occurred: failed calling webhook \"mutate.ni.ironcore.dev\": failed to call webhook: ";
        (status.code == 500 && status.message.starts_with(says)).then_some(()).ok_or("another message")
    })
    .await;
    let refused = space
        .send(space.merging(NIC, "x", "spec.providerID = p"))
        .await
        .result;
    assert!(
        matches!(&refused, Err(Error::Api(status)) if status.code == 500),
        "{refused:?}"
    );

    space.report(NIC, "x", "status.state = Available").await;
    space.change(NIC, "x", "metadata.labels.a = b").await;
    // However much there is to compare.
    space.change(MACHINE, "big", "metadata.labels.a = b").await;
    // The whole object, as Go clients update it, and a Network without its spec.
    let mut whole = space.get(NIC, "x").await;
    whole["metadata"]["annotations"] = json!({"c": "d"});
    space
        .send(space.replacing(NIC, &whole))
        .await
        .result
        .expect("its spec is as it was");
    let mut bare: Value = space.get(NET, "net").await;
    bare.as_object_mut().expect("an object").remove("spec");
    bare["metadata"]["labels"] = json!({"a": "b"});
    space
        .send(space.replacing(NET, &bare))
        .await
        .result
        .expect("its spec is as it was");
    for (of, name) in [(NIC, "x"), (MACHINE, "m"), (PREFIX, "p"), (NET, "net")] {
        space.delete(of, name).await;
        space.change(of, name, "metadata.finalizers -").await;
        space.until_gone(of, name).await;
    }

    let _own = place.start().await;
    let refused = space
        .try_create(NIC, "z", "spec.ips.0.value = no", true)
        .await;
    assert!(causes(&refused.expect_err("it is judged again")).is_some());
    space.change(NIC, "y", "spec.providerID = p").await;
}

/// An update that drops the spec is for the schema to refuse, and not our failure.
#[tokio::test]
async fn an_update_without_a_spec_is_refused_for_that() {
    let space = unjudged().await;
    let _own = Own::start(&kubeconfig(), &space, &[]).await;
    let mut object = space.create(NIC, "x", "").await;
    object.as_object_mut().expect("an object").remove("spec");
    let error = space
        .send(space.replacing(NIC, &object))
        .await
        .result
        .expect_err("no spec");
    let told = causes(&error).unwrap_or_else(|| panic!("{error}"));
    assert_eq!(told[0].0, "spec", "{told:?}");
}
