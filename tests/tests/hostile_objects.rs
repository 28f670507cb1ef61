// SPDX-License-Identifier: Apache-2.0

//! What a tenant may write to make the controller do what it should not: nothing comes of it, and others are served.

use kube::api::PostParams;
use serde_json::{Value, json};

use crate::support::plane::Turn;
use crate::support::space::{MACHINE, NIC, PREFIX, Space, VIP};
use crate::support::text::{at, check, entries, ip, makes, makes_with};

const AVAILABLE: &str = "status.state = Available";

#[tokio::test]
async fn a_template_does_not_choose_whose_its_interface_is_nor_where() {
    let space = Space::with_network().await;
    let other = space.machine("other", &[]).await;
    let uid = at(&other, "metadata.uid");
    let metadata = "name: chosen, namespace: kube-system, generateName: chosen-, finalizers: [example.org/forever], \
        annotations: {common.ironcore.dev/ephemeral-managed-by: somebody, ni.ironcore.dev/last-applied: '{\"prefixes\": 7}', \
        ni.ironcore.dev/virtual-ip-uid: u, example.org/kept: 'yes'}";
    let spec = format!(
        "{}, machineRef: {{name: other, uid: {uid}}}, providerID: chosen",
        ip("10.0.0.1")
    );
    let entry = makes_with(metadata, "e", &spec);
    let machine = space.machine("a", &[entry]).await;
    let child = space.until(NIC, "a-e", AVAILABLE).await;
    check(
        &child,
        "metadata.finalizers -; metadata.generateName -; spec.machineRef.name = a; metadata.ownerReferences.1 -",
    );
    assert_eq!(at(&child, "metadata.namespace"), *space.name);
    let uid = at(&machine, "metadata.uid");
    for path in ["spec.machineRef.uid", "metadata.ownerReferences.0.uid"] {
        assert_eq!(at(&child, path), uid, "{path}");
    }
    let annotations = &child["metadata"]["annotations"];
    assert_eq!(annotations["example.org/kept"], "yes");
    assert_eq!(
        annotations["common.ironcore.dev/ephemeral-managed-by"],
        "ephemeral-manager"
    );
    assert_ne!(
        annotations["ni.ironcore.dev/last-applied"],
        "{\"prefixes\": 7}"
    );
}

/// The marks of what the controller makes, on objects that it did not make.
#[tokio::test]
async fn forged_marks_and_owner_references_reach_nothing_of_another_namespace() {
    let turn = Turn::take().await;
    let _controller = turn.controller(&[]).await;
    let (victim, attacker) = (turn.space().await, turn.space().await);
    let machine = victim.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    let before = victim.until(NIC, "a-e", AVAILABLE).await;
    let virtual_ip = victim.create(VIP, "v", "").await;

    let owner = |kind: &str, object: &Value| {
        format!(
            "metadata.ownerReferences = [{{apiVersion: compute.ironcore.dev/v1alpha1, kind: {kind}, name: {}, uid: {}, controller: true}}]; \
             metadata.annotations = {{common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}",
            at(object, "metadata.name"),
            at(object, "metadata.uid"),
        )
    };
    // An interface that says it is the machine's of the other namespace, under the name that such a one has here, too.
    attacker.machine("b", &[makes("e", &ip("10.0.0.2"))]).await;
    let forged = owner("Machine", &machine);
    attacker.interface("a-e", "10.0.0.3", &forged).await;
    // A prefix that says it holds an address for the virtual IP.
    let uid = at(&virtual_ip, "metadata.uid");
    let name = uid.as_str().expect("a UID").to_owned();
    let says = format!(
        "spec = {{ipFamily: IPv4, prefix: 203.0.113.7/32}}; metadata.annotations = {{ni.ironcore.dev/virtual-ip-namespace: {}, \
         ni.ironcore.dev/virtual-ip-name: v, ni.ironcore.dev/virtual-ip-uid: {uid}}}",
        victim.name
    );
    attacker.create(PREFIX, &name, &says).await;
    attacker
        .until(PREFIX, &name, "status.phase = Allocated")
        .await;

    attacker.until(NIC, "b-e", AVAILABLE).await;
    // Whoever comes last is served, so all before was looked at.
    victim.machine("c", &[makes("e", &ip("10.0.0.4"))]).await;
    victim.until(NIC, "c-e", AVAILABLE).await;
    victim.settle().await;
    assert_eq!(victim.get(NIC, "a-e").await, before);
    check(&victim.get(VIP, "v").await, "status.ip -");
}

/// 128 interfaces, one of which has 256 prefixes, and names as long as they may be.
#[tokio::test]
async fn a_machine_with_all_that_its_lists_take_has_all_of_its_interfaces() {
    let space = Space::with_network().await;
    let long = |number: usize| format!("{number:03}-{}", "x".repeat(253 - "a-".len() - 4));
    let mut all: Vec<String> = (0..127)
        .map(|number| {
            let address = format!("10.0.{}.{}", number / 250, 1 + number % 250);
            makes(&long(number), &ip(&address))
        })
        .collect();
    let prefixes = (0..256)
        .map(|number| format!("{{value: '10.{}.{}.0/24'}}", 1 + number / 128, number % 128));
    let prefixes: Vec<String> = prefixes.collect();
    let spec = format!("{}, prefixes: [{}]", ip("10.0.9.9"), prefixes.join(", "));
    all.push(makes("full", &spec));
    space.machine("a", &all).await;
    for number in [0, 126] {
        let name = format!("a-{}", long(number));
        assert_eq!(name.len(), 253);
        space.until(NIC, &name, AVAILABLE).await;
    }
    let full = space.until(NIC, "a-full", AVAILABLE).await;
    assert_eq!(at(&full, "status.prefixes.255"), "10.2.127.0/24");
    assert_eq!(space.list(NIC).await.len(), 128);

    // One more of each.
    all.push(makes("more", &ip("10.0.9.10")));
    let refused = space.try_create(MACHINE, "b", &entries(&all), true).await;
    is_too_many(refused, "spec.networkInterfaces");
    let more = spec.replace("prefixes: [", "prefixes: [{value: '10.9.0.0/24'}, ");
    let refused = space
        .try_create(MACHINE, "b", &entries(&[makes("full", &more)]), true)
        .await;
    is_too_many(refused, "networkInterfaceTemplate.spec.prefixes");
}

fn is_too_many(refused: kube::Result<Value>, path: &str) {
    let Err(kube::Error::Api(status)) = refused else {
        panic!("{path}: {refused:?}");
    };
    let causes = status
        .details
        .map(|details| details.causes)
        .unwrap_or_default();
    let told = causes
        .iter()
        .any(|cause| cause.field.ends_with(path) && cause.reason == "FieldValueTooMany");
    assert!(told, "{path}: {causes:?}");
}

/// All annotations of an object share 256 KiB. A template may have as many, and the mark does not fit beside them.
#[tokio::test]
async fn a_template_of_the_largest_size_costs_its_own_interface_and_no_other() {
    let space = Space::with_network().await;
    let filled = |entry: &str, bytes: usize| {
        let value = "x".repeat(bytes - "example.org/large".len());
        makes_with(
            &format!("annotations: {{example.org/large: {value}}}"),
            entry,
            &ip("10.0.0.1"),
        )
    };
    let all = [
        filled("whole", 256 * 1024),
        filled("nearly", 255 * 1024),
        makes("small", &ip("10.0.0.2")),
    ];
    space.machine("a", &all[1..]).await;
    for child in ["a-nearly", "a-small"] {
        space.until(NIC, child, AVAILABLE).await;
    }
    space.delete(MACHINE, "a").await;
    for child in ["a-nearly", "a-small"] {
        space.until_gone(NIC, child).await;
    }
    space
        .machine("b", &[all[0].clone(), makes("small", &ip("10.0.0.2"))])
        .await;
    space.until(NIC, "b-small", AVAILABLE).await;
    let told = space
        .warned("Machine b", "ChildRefused", "interface b-whole")
        .await;
    assert!(told.note.contains("annotations"), "{}", told.note);
    assert!(space.find(NIC, "b-whole").await.is_none());
}

/// Close to what etcd takes.
#[tokio::test]
async fn an_object_at_the_size_limit_is_served_and_one_above_it_is_refused_by_the_server() {
    let space = Space::with_network().await;
    let machine = |name: &str, kibibytes: usize| {
        let labels: serde_json::Map<String, Value> = (0..kibibytes * 8)
            .map(|number| (format!("l{number:06}"), Value::from("x".repeat(63))))
            .collect();
        json!({
            "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine",
            "metadata": { "name": name, "labels": labels },
            "spec": {
                "machineClassRef": { "name": "c" },
                "networkInterfaces": [{ "name": "e", "ephemeral": { "networkInterfaceTemplate": { "spec": {
                    "networkRef": { "name": "net" }, "ips": [{ "value": "10.0.0.1" }] } } } }],
            },
        })
    };
    let create = |object: Value| {
        let api = space.api(MACHINE);
        async move {
            let object = serde_json::from_value(object).expect("an object");
            api.create(&PostParams::default(), &object).await
        }
    };
    create(machine("large", 500)).await.expect("it is stored");
    space.until(NIC, "large-e", AVAILABLE).await;
    let refused = create(machine("larger", 4096)).await;
    assert!(
        matches!(&refused, Err(kube::Error::Api(status)) if [413, 500].contains(&status.code)),
        "{refused:?}"
    );
}
