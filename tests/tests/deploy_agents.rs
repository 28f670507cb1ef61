// SPDX-License-Identifier: Apache-2.0

//! `deploy/agents.yaml`, rights of programs beside ours, and `deploy/open-kinds`, kinds that others look up.

use std::collections::BTreeSet;

use kube::Api;
use kube::api::{Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};

use crate::support::deployed::Cluster;
use crate::support::kubectl::Kubectl;
use crate::support::rendered::{name, text};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::check;
use crate::support::wait::eventually;

const READS: [&str; 3] = ["get networks", "get networkinterfaces", "get prefixes"];
const STATUS: &str =
    "patch nic x --subresource status --type merge --patch {\"status\":{\"state\":\"Available\"}}";
const ADDRESS: &str =
    "patch vip v --subresource status --type merge --patch {\"status\":{\"ip\":\"203.0.113.1\"}}";

/// kubectl of an account that has this role in the namespace, and no other rights.
async fn account(admin: &Kubectl, role: &str, of: &Space) -> Kubectl {
    let n = &of.name;
    admin
        .run(&format!("create serviceaccount --namespace {n} {role}"))
        .await;
    admin
        .run(&format!(
            "create rolebinding --namespace {n} {role} --clusterrole {role} --serviceaccount {n}:{role}"
        ))
        .await;
    Kubectl::new(&admin.service_account(n, role).await).await
}

fn patch(object: &str, subresource: &str, patch: &Value) -> String {
    let subresource = match subresource {
        "" => String::new(),
        one => format!(" --subresource {one}"),
    };
    format!("patch {object}{subresource} --type merge --patch {patch}")
}

async fn may(kubectl: &Kubectl, of: &Space, commands: &[&str]) {
    for command in commands {
        let command = format!("{command} -n {}", of.name);
        // The API server learns of a binding a moment after it is stored.
        eventually(&command, || async {
            let tried = kubectl.try_run(&command).await;
            tried.map_err(|printed| printed.err + &printed.out)
        })
        .await;
    }
}

async fn may_not(kubectl: &Kubectl, of: &Space, commands: &[&str]) {
    for command in commands {
        let tried = kubectl.try_run(&format!("{command} -n {}", of.name)).await;
        let refused = tried.err().unwrap_or_else(|| panic!("{command} was done"));
        let why = refused.err + &refused.out;
        assert!(
            why.contains("forbidden") || why.trim() == "no",
            "{command}: {why}"
        );
    }
}

#[tokio::test]
async fn agents_may_write_what_is_theirs_and_read_what_they_need() {
    let cluster = Cluster::bare().await;
    let admin = &cluster.kubectl;
    for command in [
        "apply -k deploy/crds",
        "wait --for condition=Established crd --all",
        "apply -f deploy/agents.yaml",
    ] {
        admin.run(command).await;
    }
    let space = cluster.space().await;
    space.create(NET, "net", "").await;
    space.create(MACHINE, "a", "").await;
    space.create(VIP, "v", "").await;
    space.interface("x", "10.0.0.1", "").await;
    let holds = json!({"metadata": {"finalizers": ["example.org/agent"]}});
    let [machine, network] = ["machine a", "network net"].map(|one| patch(one, "", &holds));

    let pool = account(admin, "ironcore-ni-pool-agent", &space).await;
    let running = json!({"status": {"state": "Running"}});
    let attached = json!({"spec": {"providerID": "attached"}});
    may(&pool, &space, &READS).await;
    let own = [
        machine.as_str(),
        &patch("machine a", "status", &running),
        &patch("nic x", "", &attached),
        "auth can-i update machines --subresource finalizers",
        "auth can-i create events.events.k8s.io",
    ];
    may(&pool, &space, &own).await;
    let of_others = [
        STATUS,
        ADDRESS,
        network.as_str(),
        "delete machine a",
        "delete nic x",
        "get secrets",
    ];
    may_not(&pool, &space, &of_others).await;

    let plugin = account(admin, "ironcore-ni-network-plugin", &space).await;
    let available = json!({"status": {"state": "Available"}});
    let provided = json!({"spec": {"providerID": "network-7"}});
    may(&plugin, &space, &READS).await;
    let own = [
        network.as_str(),
        &patch("network net", "", &provided),
        &patch("network net", "status", &available),
        &patch("nic x", "", &holds),
        "get virtualips",
        "auth can-i update networks --subresource finalizers",
    ];
    may(&plugin, &space, &own).await;
    let of_others = [STATUS, ADDRESS, machine.as_str(), "delete network net"];
    may_not(&plugin, &space, &of_others).await;

    let status = account(admin, "ironcore-ni-network-plugin-status", &space).await;
    may_not(&status, &space, &["get nic x", ADDRESS]).await;
    let both = "create rolebinding both --clusterrole ironcore-ni-network-plugin-status";
    let n = &space.name;
    admin
        .run(&format!(
            "{both} --serviceaccount {n}:ironcore-ni-network-plugin --namespace {n}"
        ))
        .await;
    may(&plugin, &space, &[STATUS]).await;

    let provider = account(admin, "ironcore-ni-address-provider", &space).await;
    may(&provider, &space, &[ADDRESS, "get virtualips"]).await;
    may_not(&provider, &space, &[STATUS, "get nic x"]).await;
    check(
        &space.get(NIC, "x").await,
        "spec.providerID = attached; status.state = Available; metadata.finalizers.0 = example.org/agent",
    );
    check(&space.get(VIP, "v").await, "status.ip = 203.0.113.1");
}

#[tokio::test]
async fn open_kinds_are_marked_and_store_what_providers_write() {
    let ours: BTreeSet<String> = Kubectl::rendered("deploy/crds")
        .await
        .names()
        .into_iter()
        .collect();
    let open = Kubectl::rendered("deploy/open-kinds").await;
    for definition in open.all() {
        let called = name(definition);
        assert_eq!(text(definition, "kind"), "CustomResourceDefinition");
        assert!(!ours.contains(&format!("CustomResourceDefinition {called}")));
        let mark = &definition["metadata"]["labels"]["ni.ironcore.dev/acted-on"];
        assert_eq!(*mark, "false", "{called}");
        let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        let description = text(schema, "description");
        assert!(description.ends_with("does not act on it."), "{called}");
        assert_eq!(schema["x-kubernetes-preserve-unknown-fields"], true);
    }

    let cluster = Cluster::bare().await;
    for folder in ["deploy/crds", "deploy/open-kinds"] {
        let printed = cluster.kubectl.run(&format!("apply -k {folder}")).await;
        assert_eq!(printed.err, "", "{folder}");
    }
    let wait = "wait --for condition=Established crd --selector ni.ironcore.dev/acted-on=false";
    let waited = cluster.kubectl.run(wait).await;
    assert_eq!(waited.out.lines().count(), open.all().len());
    let space = cluster.space().await;
    let api = |group: &str, kind: &str| -> (ApiResource, Api<DynamicObject>) {
        let gvk = GroupVersionKind::gvk(&format!("{group}.ironcore.dev"), "v1alpha1", kind);
        let resource = ApiResource::from_gvk(&gvk);
        let client = space.client.clone();
        let api = if group == "compute" {
            Api::all_with(client, &resource)
        } else {
            Api::namespaced_with(client, &space.name, &resource)
        };
        (resource, api)
    };
    let written = [
        (
            "compute",
            "MachineClass",
            json!({"capabilities": {"cpu": "2"}}),
        ),
        (
            "compute",
            "MachinePool",
            json!({"spec": {"providerID": "p"}}),
        ),
        (
            "networking",
            "LoadBalancer",
            json!({"spec": {"type": "Public", "ipFamilies": ["IPv4"], "networkRef": {"name": "net"}}}),
        ),
        (
            "networking",
            "LoadBalancerRouting",
            json!({"networkRef": {"name": "net", "uid": "u"}, "destinations": [{"ip": "10.0.0.1"}]}),
        ),
    ];
    assert_eq!(written.len(), open.all().len(), "each of them");
    for (group, kind, content) in written {
        let (resource, api) = api(group, kind);
        let mut object = content.clone();
        object["apiVersion"] = json!(resource.api_version);
        object["kind"] = json!(kind);
        object["metadata"] = json!({"name": "one"});
        let apply = PatchParams::apply("provider").force();
        let stored = api.patch("one", &apply, &Patch::Apply(&object)).await;
        let stored = stored.unwrap_or_else(|error| panic!("{kind}: {error}"));
        for (key, value) in content.as_object().expect("an object") {
            assert_eq!(stored.data[key], *value, "{kind}");
        }
    }
    let (_, balancers) = api("networking", "LoadBalancer");
    let addresses = json!({"status": {"ips": ["203.0.113.1"]}});
    let patch = Patch::Merge(&addresses);
    let reported = balancers
        .patch_status("one", &PatchParams::default(), &patch)
        .await
        .expect("a status of its own");
    assert_eq!(reported.data["status"], addresses["status"]);
}
