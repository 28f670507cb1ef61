// SPDX-License-Identifier: Apache-2.0

//! References to what does not exist: stored with a warning, or refused.

use kube::Error;
use serde_json::Value;

use crate::support::answers::by;
use crate::support::case::{NOT_FOUND, causes};
use crate::support::judged::{MUTATE, Own, judged};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::{client, kubeconfig};

const PREFIX: &str = "Prefix";
const CONTROLLER: &str = "system:serviceaccount:ironcore-ni:ni-controller";

/// A kind, changes to its smallest object, and where it refers to which object that does not exist.
struct Refers(
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

#[rustfmt::skip]
const REFERS: &[Refers] = &[
    Refers(NIC, "", &[("spec.networkRef.name", "Network \"net\"")]),
    Refers(NIC, "spec.virtualIP.virtualIPRef.name = v", &[("spec.networkRef.name", "Network \"net\""), ("spec.virtualIP.virtualIPRef.name", "VirtualIP \"v\"")]),
    Refers(NIC, "spec.ips = [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: p}}}}}]", &[("spec.networkRef.name", "Network \"net\""), ("spec.ips[0].ephemeral.prefixTemplate.spec.parentRef.name", "Prefix \"p\"")]),
    Refers(NIC, "spec.machineRef = {name: m, uid: u}", &[("spec.networkRef.name", "Network \"net\"")]),
    Refers(PREFIX, "spec.parentRef.name = p", &[("spec.parentRef.name", "Prefix \"p\"")]),
    Refers(PREFIX, "spec.parentRef.name = ''", &[]),
    Refers(VIP, "spec.targetRef = {name: nic, uid: u}", &[]),
    Refers(NET, "spec.peerings = [{name: a, networkRef: {name: n}}]", &[]),
    Refers(MACHINE, "spec.machinePoolRef.name = p; spec.ignitionRef.name = s; spec.volumes = [{name: v, volumeRef: {name: v}}]", &[]),
    Refers(MACHINE, "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: nic}}, {name: e, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: net}, ips: [{value: 10.0.0.1}]}}}}]",
        &[("spec.networkInterfaces[0].networkInterfaceRef.name", "NetworkInterface \"nic\""), ("spec.networkInterfaces[1].ephemeral.networkInterfaceTemplate.spec.networkRef.name", "Network \"net\"")]),
];

/// Fails unless these are the warnings, in this order.
#[track_caller]
fn check_warned(warnings: &[String], expected: &[(&str, &str)], changes: &str) {
    let fits = warnings.len() == expected.len()
        && warnings
            .iter()
            .zip(expected)
            .all(|(warning, (field, object))| {
                warning.starts_with(&format!("{field}: {object} not found in namespace "))
            });
    assert!(fits, "{changes}: {warnings:#?}");
}

#[tokio::test]
async fn what_is_missing_is_stored_with_a_warning_in_a_dry_run_too() {
    let space = judged().await.space().await;
    for (index, Refers(of, changes, expected)) in REFERS.iter().enumerate() {
        let name = format!("x{index}");
        for request in [
            space.trying(of, &name, changes),
            space.creating(of, &name, changes),
        ] {
            let answer = space.send(request).await;
            check_warned(&answer.warnings, expected, changes);
            answer
                .result
                .unwrap_or_else(|error| panic!("{changes}: {error}"));
        }
    }
}

#[tokio::test]
async fn what_is_there_is_not_warned_of_however_new_it_is() {
    let space = judged().await.space().await;
    // Each at once after its network: the watch may not have shown it yet.
    for index in 0..20 {
        let network = format!("net-{index}");
        space.create(NET, &network, "").await;
        let changes = format!("spec.networkRef.name = {network}");
        let answer = space
            .send(space.creating(NIC, &format!("x{index}"), &changes))
            .await;
        check_warned(&answer.warnings, &[], &network);
        answer.result.expect("it is stored");
    }
}

#[tokio::test]
async fn what_is_gone_is_missing() {
    let space = judged().await.space().await;
    space.create(NET, "net", "").await;
    space.create(NIC, "x", "").await;
    space.delete(NET, "net").await;
    space.until_gone(NET, "net").await;
    // Till the watch has shown that it went.
    crate::support::wait::eventually("a warning", || async {
        let answer = space.send(space.trying(NIC, "y", "")).await;
        if answer.warnings.is_empty() {
            Err(format!("{answer:?}"))
        } else {
            Ok(())
        }
    })
    .await;
}

#[tokio::test]
async fn an_update_is_warned_of_what_it_adds() {
    let space = judged().await.space().await;
    space.create(NIC, "x", "").await;
    let added = ("spec.virtualIP.virtualIPRef.name", "VirtualIP \"v\"");
    for (changes, expected) in [
        ("spec.ips = [{value: 10.0.0.2}]", vec![]),
        ("spec.virtualIP.virtualIPRef.name = v", vec![added]),
        ("spec.providerID = p", vec![]),
        ("metadata.labels.a = b", vec![]),
    ] {
        let answer = space.send(space.merging(NIC, "x", changes)).await;
        check_warned(&answer.warnings, &expected, changes);
        answer.result.expect("it is stored");
    }
}

#[tokio::test]
async fn a_template_that_names_its_interface_is_warned_of() {
    let space = judged().await.space().await;
    space.create(NET, "net", "").await;
    let entry = |metadata: &str, rest: &str| {
        format!(
            "spec.networkInterfaces = [{{name: e, ephemeral: {{networkInterfaceTemplate: {{metadata: {{{metadata}}}, \
             spec: {{networkRef: {{name: net}}, ips: [{{value: 10.0.0.1}}]{rest}}}}}}}}}]"
        )
    };
    for (index, (metadata, rest, named)) in [
        ("name: a", "", vec!["metadata.name"]),
        ("generateName: a", "", vec!["metadata.generateName"]),
        ("namespace: a", "", vec!["metadata.namespace"]),
        (
            "labels: {a: b}",
            ", machineRef: {name: m, uid: u}",
            vec!["spec.machineRef"],
        ),
        (
            "name: a, namespace: b",
            "",
            vec!["metadata.name", "metadata.namespace"],
        ),
        ("labels: {a: b}", ", machineRef: {}", vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = space
            .send(space.creating(MACHINE, &format!("m{index}"), &entry(metadata, rest)))
            .await;
        answer.result.expect("it is stored");
        if named.is_empty() {
            assert_eq!(answer.warnings, [""; 0]);
            continue;
        }
        let [warning] = &answer.warnings[..] else {
            panic!("{:?}", answer.warnings)
        };
        assert!(
            warning.contains("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate"),
            "{warning}"
        );
        assert!(warning.contains("overwritten"), "{warning}");
        assert!(
            named.iter().all(|field| warning.contains(field)),
            "{warning}"
        );
    }
}

fn not_found(result: kube::Result<Value>) -> Vec<String> {
    let error = result.expect_err("it is refused");
    assert!(
        matches!(&error, Error::Api(status) if status.message.starts_with(MUTATE)),
        "{error}"
    );
    let causes = causes(&error).unwrap_or_else(|| panic!("{error}"));
    causes
        .into_iter()
        .map(|(field, reason, message)| {
            assert_eq!(reason, NOT_FOUND, "{field}: {message}");
            format!("{field}: {message}")
        })
        .collect()
}

#[tokio::test]
async fn what_is_missing_can_be_refused() {
    let space = Space::on(client().await, std::path::Path::new("")).await;
    // For what asks whether the webhook is asked.
    space.create(NET, "probe", "").await;
    let _own = Own::start(&kubeconfig(), &space, &["--network-references=deny"]).await;
    for Refers(of, changes, expected) in REFERS {
        let answer = space.send(space.trying(of, "x", changes)).await;
        assert_eq!(answer.warnings, [""; 0], "{changes}");
        if expected.is_empty() {
            answer
                .result
                .unwrap_or_else(|error| panic!("{changes}: {error}"));
            continue;
        }
        let told = not_found(answer.result);
        assert_eq!(told.len(), expected.len(), "{told:?}");
        for (told, (field, object)) in told.iter().zip(*expected) {
            let name = object.split(' ').next_back().expect("a name");
            assert!(
                told.starts_with(&format!("{field}: Not found: {name}")),
                "{told}"
            );
        }
        // The controller makes objects in any order.
        let answer = space
            .send(by(space.trying(of, "x", changes), CONTROLLER))
            .await;
        answer
            .result
            .unwrap_or_else(|error| panic!("{changes}: {error}"));
        assert_eq!(
            answer.warnings, [""; 0],
            "nobody reads the controller's warnings"
        );
    }
    space.create(NET, "net", "").await;
    space
        .send(space.trying(NIC, "x", ""))
        .await
        .result
        .expect("its network is there");
    // With other faults, all at once.
    let error = space
        .try_create(
            NIC,
            "x",
            "spec.networkRef.name = other; spec.ips.0.value = no",
            true,
        )
        .await;
    let causes = causes(&error.expect_err("two faults")).expect("causes");
    let fields: Vec<_> = causes.iter().map(|cause| cause.0.as_str()).collect();
    assert_eq!(fields.len(), 2, "{causes:?}");
    assert!(
        fields.contains(&"spec.networkRef.name") && fields.contains(&"spec.ips[0].value"),
        "{causes:?}"
    );
}
