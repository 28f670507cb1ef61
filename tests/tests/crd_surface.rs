// SPDX-License-Identifier: Apache-2.0

//! What a definition shows: columns, selectors, defaults, and that the server takes it.

use ironcore_api::KINDS;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::support::object::{change, dynamic, smallest};
use crate::support::table::table;
use crate::support::{client, kind, namespace, objects};

/// Stores the smallest object of `of`, with changes to its spec and this status.
async fn store(
    client: &Client,
    namespace: &str,
    of: &str,
    name: &str,
    changes: &str,
    status: Value,
) {
    let mut object = smallest(of);
    object["metadata"]["name"] = name.into();
    change(&mut object, changes);
    let api = objects(client, namespace, &kind(of));
    api.create(&PostParams::default(), &dynamic(object))
        .await
        .unwrap();
    if !status.is_null() {
        let status = Patch::Merge(json!({"status": status}));
        api.patch_status(name, &PatchParams::default(), &status)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn columns_are_the_contracts() {
    let client = client().await;
    let ns = namespace(&client).await;
    let cases = [
        (
            "NetworkInterface",
            "spec.machineRef.name = m; spec.providerID = x://y",
            json!({
                "state": "Available", "ips": ["10.0.0.1", "fd00::1"], "prefixes": ["10.1.0.0/16"], "virtualIP": "1.2.3.4",
                "conditions": [{
                    "type": "Ready", "status": "True", "reason": "Available", "message": "",
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
                }],
            }),
            vec![
                "Name",
                "Network",
                "Machine",
                "IPs",
                "Prefixes",
                "VirtualIP",
                "State",
                "Age",
                "+Reason",
                "+Provider ID",
            ],
            json!([
                "x",
                "net",
                "m",
                "[\"10.0.0.1\",\"fd00::1\"]",
                "[\"10.1.0.0/16\"]",
                "1.2.3.4",
                "Available",
                "Available",
                "x://y"
            ]),
        ),
        (
            "VirtualIP",
            "spec.targetRef = {name: nic, uid: u}",
            json!({"ip": "1.2.3.4"}),
            vec!["Name", "ExternalIP", "Target", "Age"],
            json!(["x", "1.2.3.4", "nic"]),
        ),
        (
            "Network",
            "spec.providerID = p",
            json!({"state": "Available"}),
            vec!["Name", "State", "ProviderID", "Age"],
            json!(["x", "Available", "p"]),
        ),
        (
            "Machine",
            "spec.machinePoolRef.name = p",
            Value::Null,
            vec!["Name", "MachineClassRef", "MachinePoolRef", "State", "Age"],
            json!(["x", "class", "p", "Pending"]),
        ),
        (
            "Prefix",
            "spec.parentRef.name = p",
            json!({"capacity": {"usedPercent": 7, "largestFree": "10.128.0.0/9"}}),
            vec![
                "Name",
                "Prefix",
                "Parent",
                "Phase",
                "Used%",
                "Age",
                "+LargestFree",
                "+Reason",
            ],
            json!([
                "x",
                "10.0.0.0/8",
                "p",
                "Pending",
                7,
                "10.128.0.0/9",
                "Pending"
            ]),
        ),
    ];
    for (of, changes, status, columns, cells) in cases {
        store(&client, &ns, of, "x", changes, status).await;
        let (names, rows) = table(&client, &ns, of).await;
        assert_eq!(names, columns, "{of}");
        assert_eq!(json!(rows), json!([cells]), "{of}");
    }
}

#[tokio::test]
async fn selectors_select() {
    let client = client().await;
    let ns = namespace(&client).await;
    store(
        &client,
        &ns,
        "NetworkInterface",
        "a",
        "spec.machineRef.name = m",
        json!({"state": "Available"}),
    )
    .await;
    store(
        &client,
        &ns,
        "NetworkInterface",
        "b",
        "spec.networkRef.name = other",
        Value::Null,
    )
    .await;
    store(
        &client,
        &ns,
        "Machine",
        "a",
        "spec.machinePoolRef.name = p",
        Value::Null,
    )
    .await;
    store(
        &client,
        &ns,
        "Machine",
        "b",
        "spec.machineClassRef.name = other",
        Value::Null,
    )
    .await;
    for (of, selector, expected) in [
        ("NetworkInterface", "spec.machineRef.name=m", vec!["a"]),
        ("NetworkInterface", "spec.machineRef.name=", vec!["b"]),
        ("NetworkInterface", "spec.networkRef.name=other", vec!["b"]),
        ("NetworkInterface", "status.state=Pending", vec!["b"]),
        (
            "NetworkInterface",
            "status.state!=Pending,spec.networkRef.name=net",
            vec!["a"],
        ),
        ("Machine", "spec.machinePoolRef.name=p", vec!["a"]),
        ("Machine", "spec.machineClassRef.name=other", vec!["b"]),
    ] {
        let params = ListParams::default().fields(selector);
        let found = objects(&client, &ns, &kind(of))
            .list(&params)
            .await
            .unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|o| o.metadata.name.clone().unwrap())
            .collect();
        assert_eq!(names, expected, "{of} {selector}");
    }
}

#[tokio::test]
async fn a_new_object_is_pending_whatever_status_it_was_created_with() {
    let client = client().await;
    let ns = namespace(&client).await;
    for (of, field) in [
        ("NetworkInterface", "state"),
        ("Machine", "state"),
        ("Prefix", "phase"),
    ] {
        for (index, status) in [json!({}), Value::Null, json!({field: "Error"})]
            .into_iter()
            .enumerate()
        {
            let mut object = smallest(of);
            object["metadata"]["name"] = format!("x{index}").into();
            object["status"] = status;
            let api = objects(&client, &ns, &kind(of));
            let created = api
                .create(&PostParams::default(), &dynamic(object))
                .await
                .unwrap();
            let mut expected = json!({field: "Pending"});
            if of != "Machine" {
                // Else tools that judge by conditions would take it for ready.
                expected["conditions"] = json!([{
                    "type": "Ready", "status": "Unknown", "reason": "Pending", "message": "Waiting for controller",
                    "lastTransitionTime": "1970-01-01T00:00:00Z",
                }]);
            }
            assert_eq!(created.data["status"], expected, "{of} {index}");
        }
    }
}

#[tokio::test]
async fn the_definitions_are_taken_and_established() {
    let api = Api::<CustomResourceDefinition>::all(client().await);
    for kind in KINDS {
        let params = PatchParams::apply("test").force().dry_run();
        let crd = (kind.crd)();
        api.patch(&kind.crd_name(), &params, &Patch::Apply(&crd))
            .await
            .unwrap();
        let installed = api.get(&kind.crd_name()).await.unwrap();
        assert_eq!(
            serde_json::to_value(&installed.spec.versions[0].schema).unwrap(),
            serde_json::to_value(&crd.spec.versions[0].schema).unwrap(),
            "{} is installed as another version has it: start the control plane again",
            kind.kind
        );
        let conditions = installed.status.unwrap().conditions.unwrap();
        let status = |of: &str| {
            conditions
                .iter()
                .find(|c| c.type_ == of)
                .map(|c| c.status.clone())
        };
        assert_eq!(
            status("Established").as_deref(),
            Some("True"),
            "{}",
            kind.kind
        );
        assert_eq!(status("NonStructuralSchema"), None, "{}", kind.kind);
    }
}

/// As many as may be, each as large as may be: CEL's budget at run time holds for the largest object, too.
#[tokio::test]
async fn the_largest_machine_is_taken() {
    let client = client().await;
    let ns = namespace(&client).await;
    let mut machine = smallest("Machine");
    let interface = |index: usize| {
        let name = format!("{index:03}{}", "a".repeat(60));
        json!({"name": name, "ephemeral": {"networkInterfaceTemplate": {"spec": {
            "networkRef": {"name": "n".repeat(253)},
            "ips": [{"value": "10.0.0.1"}, {"value": "fd00::1"}],
            "ipFamilies": ["IPv4", "IPv6"],
            "prefixes": vec![json!({"value": "10.0.0.0/8"}); 128],
        }}}})
    };
    machine["spec"]["networkInterfaces"] = (0..128).map(interface).collect();
    let volume =
        |index: usize| json!({"name": format!("v{index}"), "localDisk": {"image": "i".repeat(64)}});
    machine["spec"]["volumes"] = (0..256).map(volume).collect();
    machine["spec"]["tolerations"] = vec![json!({"key": "k"}); 256].into();
    let api = objects(&client, &ns, &kind("Machine"));
    let mut created = api
        .create(&PostParams::default(), &dynamic(machine))
        .await
        .unwrap();
    created.data["spec"]["power"] = json!("Off");
    api.replace("x", &PostParams::default(), &created)
        .await
        .unwrap();
    let full: Value = (0..129).map(interface).collect();
    created.data["spec"]["networkInterfaces"] = full;
    created.metadata.resource_version = None;
    api.replace("x", &PostParams::default(), &created)
        .await
        .unwrap_err();
}
