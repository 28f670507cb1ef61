// SPDX-License-Identifier: Apache-2.0

//! Who applies the same manifests again and again changes nothing: kubectl, Argo CD, Flux, Helm.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::helm::helm;
use crate::support::judged::Own;
use crate::support::kubectl::Kubectl;
use crate::support::object::change;
use crate::support::plane::shared;
use crate::support::scratch::scratch;
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{check, entries, uses};

const MANIFESTS: &str = "tests/gitops/manifests.yaml";
const PREFIX: &str = "Prefix";

/// A namespace under the shared controller, and a webhook.
struct System {
    space: Space,
    kubectl: Kubectl,
    kubeconfig: PathBuf,
    _webhook: Own,
}

impl System {
    async fn new() -> Self {
        let (plane, _) = shared().await;
        let space = Space::new().await;
        Self {
            kubectl: Kubectl::new(plane.kubeconfig()).await,
            kubeconfig: plane.kubeconfig().to_owned(),
            _webhook: Own::start(plane.kubeconfig(), &space, &[]).await,
            space,
        }
    }

    /// Runs a command of kubectl in the namespace: the lines that it prints.
    async fn kubectl(&self, command: &str) -> Vec<String> {
        let command = format!("{command} --namespace {}", self.space.name);
        let printed = self.kubectl.run(&command).await;
        printed.out.lines().map(str::to_owned).collect()
    }

    /// The resourceVersion of each object, by kind and name.
    async fn versions(&self) -> BTreeMap<String, Value> {
        let mut versions = BTreeMap::new();
        for of in [MACHINE, NIC, NET, VIP, PREFIX] {
            for object in self.space.list(of).await {
                let metadata = &object["metadata"];
                let name = metadata["name"].as_str().expect("a name");
                // Those of `settle` are on their way out.
                if !name.starts_with("mark-") {
                    versions.insert(format!("{of} {name}"), metadata["resourceVersion"].clone());
                }
            }
        }
        versions
    }

    /// Waits until the controller has done what the manifests ask for.
    async fn until_done(&self) {
        let space = &self.space;
        let made = "status.state = Available; spec.ipFamilies = [IPv4]; spec.machineRef.name = m";
        space.until(NIC, "m-fixed", made).await;
        space
            .until(NIC, "existing", "spec.machineRef.name = m")
            .await;
        space
            .until(VIP, "public", "spec.targetRef.name = existing")
            .await;
        space.settle().await;
    }
}

/// Each object is reported so.
#[track_caller]
fn all(lines: &[String], word: &str) {
    assert!(!lines.is_empty());
    let other: Vec<_> = lines.iter().filter(|line| !line.ends_with(word)).collect();
    assert!(other.is_empty(), "not {word}: {other:#?}");
}

#[tokio::test]
async fn what_is_applied_again_is_unchanged() {
    let system = System::new().await;
    for manifests in ["deploy/samples", MANIFESTS] {
        let apply = format!("apply --filename {manifests}");
        all(&system.kubectl(&apply).await, " created");
        if manifests == MANIFESTS {
            system.until_done().await;
        }
        all(&system.kubectl(&apply).await, " unchanged");
    }
}

/// As Flux applies, and Argo CD compares with server-side diff. `kubectl diff` fails where there is a difference.
#[tokio::test]
async fn what_is_applied_again_server_side_is_no_difference() {
    let system = System::new().await;
    let server_side = format!("--server-side --field-manager gitops --filename {MANIFESTS}");
    let apply = format!("apply {server_side}");
    system.kubectl(&apply).await;
    system.until_done().await;
    // The first update of an object stores the default of its status as well.
    system.kubectl(&apply).await;
    let before = system.versions().await;
    system.kubectl(&apply).await;
    assert_eq!(system.versions().await, before);
    let different = system.kubectl(&format!("diff {server_side}")).await;
    assert_eq!(different, [""; 0]);
}

#[tokio::test]
async fn what_a_machine_makes_is_complete_though_its_template_is_not() {
    let system = System::new().await;
    let space = &system.space;
    system
        .kubectl(&format!("apply --filename {MANIFESTS}"))
        .await;
    system.until_done().await;
    let template = "spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.spec";
    let as_written =
        format!("{template} = {{networkRef: {{name: net}}, ips: [{{value: 10.0.0.2}}]}}");
    check(&space.get(MACHINE, "m").await, &as_written);
    let prefix = "{parentRef: {name: addresses}, ipFamily: IPv4, prefixLength: 32}";
    let complete = format!("spec.ips.0.ephemeral.prefixTemplate.spec = {prefix}");
    check(&space.get(NIC, "m-allocated").await, &complete);
    assert_eq!(space.complaints(), [""; 0]);
}

/// Writes a manifest of the machine `shared` with these interfaces and one volume.
fn shared_machine(of: &str, interfaces: &[&str]) -> String {
    let interfaces: Vec<_> = interfaces.iter().map(|name| uses(name)).collect();
    let mut machine = json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": MACHINE, "metadata": {"name": "shared"},
        "spec": {"machineClassRef": {"name": "class"}, "volumes": [{"name": of, "emptyDisk": {}}]},
    });
    change(&mut machine, &entries(&interfaces));
    let file = scratch().join(format!("{of}-{}.json", interfaces.len()));
    fs::write(&file, machine.to_string()).expect("a manifest");
    file.display().to_string()
}

/// Two tools, or a tool and a user, each with entries of its own, as often as they like and in any order.
#[tokio::test]
async fn two_managers_keep_their_entries_of_one_machine() {
    let system = System::new().await;
    let space = &system.space;
    space.create(NET, "net", "").await;
    for (name, address) in [("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3")] {
        space.interface(name, address, "").await;
    }
    let apply = async |of: &str, interfaces: &[&str]| {
        let file = shared_machine(of, interfaces);
        let server_side = format!("--server-side --field-manager {of} --filename {file}");
        system.kubectl(&format!("apply {server_side}")).await;
        let different = system.kubectl(&format!("diff {server_side}")).await;
        assert_eq!(different, [""; 0], "{of} {interfaces:?}");
    };
    for _ in 0..2 {
        apply("one", &["a"]).await;
        apply("other", &["b", "c"]).await;
    }
    let names = "spec.networkInterfaces.0.name = a; spec.networkInterfaces.1.name = b; spec.networkInterfaces.2.name = c";
    let devices = "spec.volumes.0.device = oda; spec.volumes.1.device = odb";
    check(
        &space.get(MACHINE, "shared").await,
        &format!("{names}; {devices}"),
    );
    for name in ["a", "b", "c"] {
        space
            .until(NIC, name, "spec.machineRef.name = shared")
            .await;
    }
    // What one takes back is its own alone.
    apply("other", &["b"]).await;
    apply("one", &["a"]).await;
    space.until(NIC, "c", "spec.machineRef -").await;
    let names = "spec.networkInterfaces.0.name = a; spec.networkInterfaces.1.name = b; spec.networkInterfaces.2 -";
    check(
        &space.get(MACHINE, "shared").await,
        &format!("{names}; {devices}"),
    );
}

/// What the chart of the test has: an interface that waits for a Network, and a machine.
const CHART: &str = "\
apiVersion: networking.ironcore.dev/v1alpha1
kind: NetworkInterface
metadata:
  name: waits
spec:
  networkRef: {name: net}
  ips: [{value: 10.0.0.1}]
---
apiVersion: compute.ironcore.dev/v1alpha1
kind: Machine
metadata:
  name: m
spec:
  machineClassRef: {name: class}
  networkInterfaces:
    - name: e
      ephemeral:
        networkInterfaceTemplate:
          spec:
            networkRef: {name: net}
            ips: [{value: 10.0.0.2}]
  volumes: [{name: root, device: oda, emptyDisk: {}}]
";

fn chart() -> String {
    let chart = scratch().join("chart");
    fs::create_dir_all(chart.join("templates")).expect("a folder");
    let about = "apiVersion: v2\nname: chart\nversion: 1.0.0\n";
    for (file, text) in [("Chart.yaml", about), ("templates/all.yaml", CHART)] {
        fs::write(chart.join(file), text).expect("a file");
    }
    chart.display().to_string()
}

#[tokio::test]
async fn helm_waits_for_interfaces_and_an_upgrade_to_the_same_changes_nothing() {
    let system = System::new().await;
    let (space, chart) = (&system.space, chart());
    let namespace = format!("--namespace={}", space.name);
    let upgrade = async |flags: &[&str]| {
        let release = ["upgrade", "--install", "release", &chart, &namespace];
        helm(&[&release, flags].concat(), Some(&system.kubeconfig)).await
    };
    upgrade(&[]).await.expect("a release");
    let pending = "status.observedGeneration = 1; status.state = Pending";
    space.until(NIC, "waits", pending).await;
    let version = helm(&["version", "--short"], None)
        .await
        .expect("a version");
    // Helm 3 waits for no custom resources.
    if version.starts_with("v4") {
        let late = upgrade(&["--wait", "--timeout=3s"]).await;
        let late = late.expect_err("it does not wait");
        let waits = format!(
            "NetworkInterface/{}/waits not ready. status: InProgress",
            space.name
        );
        assert!(late.contains(&waits), "{late}");
    }
    space.create(NET, "net", "").await;
    upgrade(&["--wait", "--timeout=1m"])
        .await
        .expect("all is ready");
    space.until(NIC, "waits", "status.state = Available").await;
    space.until(NIC, "m-e", "status.state = Available").await;
    let before = system.versions().await;
    upgrade(&[]).await.expect("the same again");
    assert_eq!(system.versions().await, before);
}

/// As docs/gitops.md has it, on a `ConfigMap` that Argo CD's installation has made.
#[tokio::test]
async fn settings_for_argo_cd_join_those_that_are_there() {
    let (plane, _) = shared().await;
    let kubectl = Kubectl::new(plane.kubeconfig()).await;
    kubectl.run("create namespace argocd").await;
    let config = "argocd-cm --namespace argocd";
    kubectl
        .run(&format!(
            "create configmap {config} --from-literal url=https://example.org"
        ))
        .await;
    let settings = [
        ("ironcore-ni", "argocd-cm.yaml"),
        ("ironcore-ni-devices", "ignore-devices.yaml"),
        ("ironcore-ni", "argocd-cm.yaml"),
    ];
    for (manager, file) in settings {
        let apply = format!("apply --server-side --field-manager {manager}");
        kubectl
            .run(&format!("{apply} -f deploy/argocd/{file}"))
            .await;
    }
    let stored = kubectl.json(&format!("get configmap {config}")).await;
    let data = stored["data"].as_object().expect("settings");
    assert_eq!(data["url"], "https://example.org");
    let count = |begin: &str| data.keys().filter(|key| key.starts_with(begin)).count();
    assert_eq!(count("resource.customizations.health."), 5, "{data:?}");
    assert_eq!(
        count("resource.customizations.ignoreDifferences."),
        1,
        "{data:?}"
    );
}
