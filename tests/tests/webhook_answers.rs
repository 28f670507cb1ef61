// SPDX-License-Identifier: Apache-2.0

//! How the webhook's answers look: all faults at once, who refuses when, and what is left to the definitions.

use kube::Error;
use kube::core::Status;
use serde_json::Value;

use crate::support::case::causes;
use crate::support::judged::{MUTATE, VALIDATE, judged};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::{crd_machine, crd_network, crd_network_interface, crd_prefix, crd_virtual_ip};

fn status(result: kube::Result<Value>) -> Status {
    match result {
        Err(Error::Api(status)) => *status,
        other => panic!("no refusal: {other:?}"),
    }
}

async fn refused(space: &Space, of: &str, name: &str, changes: &str) -> Status {
    let answer = space.send(space.creating(of, name, changes)).await;
    assert_eq!(answer.warnings, [""; 0], "a refusal needs no warnings");
    status(answer.result)
}

#[tokio::test]
async fn every_fault_is_told_in_one_answer() {
    let space = judged().await.space().await;
    let faults = "spec.networkRef.name = Net_1; spec.ipFamilies = [IPv4, IPv6]; spec.prefixes = [{value: 10.0.0.1/24}, {}]; \
        spec.ips = [{value: 10.0.0.256}, {value: 10.0.0.2}]; spec.virtualIP = {}";
    let status = refused(&space, NIC, "faulty", faults).await;
    assert_eq!((status.code, status.reason.as_str()), (422, "Invalid"));
    let details = status.details.as_ref().expect("details");
    let of = (
        details.group.as_str(),
        details.kind.as_str(),
        details.name.as_str(),
    );
    assert_eq!(
        of,
        ("networking.ironcore.dev", "NetworkInterface", "faulty")
    );
    let causes = details.causes.iter();
    let told: Vec<_> = causes
        .map(|cause| (cause.field.as_str(), cause.reason.as_str()))
        .collect();
    let expected = [
        ("spec.networkRef.name", "FieldValueInvalid"),
        ("spec.ips[0].value", "FieldValueInvalid"),
        ("spec.ips[1].value", "FieldValueInvalid"),
        ("spec.prefixes[0].value", "FieldValueInvalid"),
        ("spec.prefixes[1]", "FieldValueRequired"),
        ("spec.virtualIP", "FieldValueRequired"),
    ];
    assert_eq!(told, expected);
    let lines = details.causes.iter();
    let lines: Vec<_> = lines
        .map(|cause| format!("{}: {}", cause.field, cause.message))
        .collect();
    let said = format!(
        "{MUTATE}NetworkInterface.networking.ironcore.dev \"faulty\" is invalid: [{}]",
        lines.join(", ")
    );
    assert_eq!(status.message, said);
}

#[tokio::test]
async fn one_fault_is_told_without_brackets() {
    let space = judged().await.space().await;
    let status = refused(&space, VIP, "v", "spec.type = Private").await;
    assert_eq!(
        status.message,
        format!(
            "{MUTATE}VirtualIP.networking.ironcore.dev \"v\" is invalid: \
             spec.type: Unsupported value: \"Private\": supported values: \"Public\""
        )
    );
}

/// What the definitions refuse, the webhook refuses first, and takes the twin.
#[tokio::test]
async fn what_the_definitions_refuse_is_refused_first() {
    let judge = judged().await.judge().await;
    for (of, cases) in [
        (NIC, crd_network_interface::REFUSED),
        (NIC, crd_network_interface::FAMILIES_REFUSED),
        (NIC, crd_network_interface::IPS_REFUSED),
        (NIC, crd_network_interface::PREFIXES_REFUSED),
        (NIC, crd_network_interface::VIRTUAL_IP_REFUSED),
        (MACHINE, crd_machine::REFUSED),
        (MACHINE, crd_machine::INTERFACES_REFUSED),
        (MACHINE, crd_machine::VOLUMES_REFUSED),
        (NET, crd_network::REFUSED),
        (VIP, crd_virtual_ip::REFUSED),
        ("Prefix", crd_prefix::REFUSED),
    ] {
        judge.refuses(of, cases).await;
    }
}

#[tokio::test]
async fn what_the_definitions_freeze_is_frozen() {
    let judge = judged().await.judge().await;
    for (of, cases) in [
        (NIC, crd_network_interface::CHANGES),
        (MACHINE, crd_machine::CHANGES),
        (NET, crd_network::CHANGES),
        (VIP, crd_virtual_ip::CHANGES),
        ("Prefix", crd_prefix::CHANGES),
    ] {
        // What is taken away and can be inferred is filled in again.
        let refilled = ["spec.ipFamilies = []", "spec.ipFamily -"];
        let cases = cases.iter().filter(|case| !refilled.contains(&case.1));
        judge.updates(of, cases).await;
    }
}

/// Names are made after the mutating endpoint was asked: the other one knows them.
#[tokio::test]
async fn a_generated_name_is_judged_when_it_is_known() {
    let space = judged().await.space().await;
    space.create(NET, "n", "").await;
    let entry = |letters: usize| {
        let name = ["a".repeat(50).as_str(); 5].join(".")[..letters].to_owned();
        format!(
            "metadata.name -; metadata.generateName = made-; spec.networkInterfaces = \
             [{{name: {name}, ephemeral: {{networkInterfaceTemplate: {{spec: {{networkRef: {{name: n}}, ips: [{{value: 10.0.0.1}}]}}}}}}}}]"
        )
    };
    let status = refused(&space, MACHINE, "", &entry(250)).await;
    assert!(status.message.starts_with(VALIDATE), "{}", status.message);
    let details = status.details.expect("details");
    assert!(details.name.starts_with("made-"), "{}", details.name);
    assert_eq!(details.causes[0].field, "spec.networkInterfaces[0].name");
    // `made-` and five letters, a dash, and the entry's: 253.
    let answer = space.send(space.trying(MACHINE, "", &entry(242))).await;
    answer.result.expect("it is stored");
}

/// What the types cannot hold is left to the schema, which names the place.
#[tokio::test]
async fn what_is_ill_typed_is_refused_by_the_schema() {
    let space = judged().await.space().await;
    for (of, changes, place) in [
        (NIC, "spec.prefixes = text", "spec.prefixes"),
        (NIC, "spec.ips = [5]", "spec.ips[0]"),
        (NIC, "spec = text", "spec"),
        (MACHINE, "spec.power = {a: b}", "spec.power"),
        (NET, "spec.peerings = {}", "spec.peerings"),
    ] {
        let answer = space.send(space.creating(of, "ill", changes)).await;
        let error = answer.result.expect_err("it is refused");
        let causes = causes(&error).unwrap_or_else(|| panic!("{error}"));
        assert!(!error.to_string().contains("admission webhook"), "{error}");
        assert!(
            causes.iter().any(|cause| cause.0 == place),
            "{changes}: {causes:?}"
        );
    }
}
