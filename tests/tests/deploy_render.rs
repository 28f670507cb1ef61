// SPDX-License-Identifier: Apache-2.0

//! `deploy/`, as kustomize renders it: whether its objects fit each other, and the programs.

mod variants;

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use clap::{CommandFactory, Parser};
use ni_controller::options::{Cli as ControllerCli, Command};
use ni_webhook::options::Cli as WebhookCli;
use serde_json::{Value, json};
use xtask::repo;

use crate::support::kubectl::Kubectl;
use crate::support::rendered::{Rendered, args, container, items, name, text};

const NAMESPACE: &str = "ironcore-ni";
const DEPLOYMENTS: [&str; 2] = ["ni-controller", "ni-webhook"];

/// The folders below `deploy/overlays`.
fn overlays() -> Vec<String> {
    let folders = fs::read_dir(repo::root().join("deploy/overlays")).expect("overlays");
    let mut folders: Vec<String> = folders
        .map(|folder| folder.expect("a folder").file_name())
        .map(|name| format!("deploy/overlays/{}", name.to_string_lossy()))
        .collect();
    folders.sort();
    assert!(folders.len() >= 3, "{folders:?}");
    folders
}

/// All that can be applied, rendered, with its folder.
async fn all() -> Vec<(String, Rendered)> {
    let mut all = Vec::new();
    for folder in overlays().into_iter().chain(["deploy".to_owned()]) {
        let rendered = Kubectl::rendered(&folder).await;
        all.push((folder, rendered));
    }
    all
}

fn labels(of: &Value) -> &Value {
    &of["spec"]["template"]["metadata"]["labels"]
}

/// Whether pods of this Deployment have these labels.
fn selects(selector: &Value, deployment: &Value) -> bool {
    let wanted = selector.as_object().expect("labels");
    wanted
        .iter()
        .all(|(key, value)| labels(deployment)[key] == *value)
}

/// The names in the environment that an option is read from.
fn known_names(command: &clap::Command) -> BTreeSet<String> {
    let below = command.get_subcommands().flat_map(known_names);
    let own = command.get_arguments().filter_map(clap::Arg::get_env);
    let own = own.map(|name| name.to_string_lossy().into_owned());
    own.chain(below).collect()
}

fn controller(rendered: &Rendered) -> Box<ni_controller::options::Run> {
    let args = args(rendered.get("Deployment", "ni-controller"));
    let words = std::iter::once("ni-controller".to_owned()).chain(args);
    let cli = ControllerCli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    match cli.command {
        Command::Run(run) => run,
        Command::Plan(_) | Command::ReleaseFinalizers(_) => {
            panic!("`run` is what is deployed")
        }
    }
}

fn webhook(rendered: &Rendered) -> WebhookCli {
    let args = args(rendered.get("Deployment", "ni-webhook"));
    let words = std::iter::once("ni-webhook".to_owned()).chain(args);
    let cli = WebhookCli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
    cli.check().expect("flags that fit each other");
    cli
}

/// The port of the container that has this name.
fn port(deployment: &Value, of: &str) -> u64 {
    let ports = items(&container(deployment)["ports"]).iter();
    let mut found = ports.filter(|port| port["name"] == of);
    let port = found.next().unwrap_or_else(|| panic!("no port {of}"));
    port["containerPort"].as_u64().expect("a number")
}

fn grace(deployment: &Value) -> Duration {
    let pod = &deployment["spec"]["template"]["spec"];
    let seconds = pod["terminationGracePeriodSeconds"].as_u64();
    Duration::from_secs(seconds.expect("a grace period"))
}

#[tokio::test]
async fn every_overlay_has_the_one_base_and_the_definitions_are_apart() {
    let all = all().await;
    let definitions: BTreeSet<String> = Kubectl::rendered("deploy/crds")
        .await
        .names()
        .into_iter()
        .collect();
    assert_eq!(definitions.len(), 5);
    let base = Kubectl::rendered("deploy/base").await;
    for (folder, rendered) in &all {
        let names: BTreeSet<String> = rendered.names().into_iter().collect();
        assert_eq!(names.len(), rendered.all().len(), "{folder}: one of a name");
        let has: BTreeSet<_> = names.intersection(&definitions).collect();
        let expected = if folder == "deploy" { 5 } else { 0 };
        assert_eq!(has.len(), expected, "{folder}");
        for object in base.all() {
            let (kind, name) = (text(object, "kind"), name(object));
            // One pod could never be evicted.
            let single = folder.ends_with("/single-replica") && kind == "PodDisruptionBudget";
            // Rights in its namespaces, and in no others.
            let narrow = folder.ends_with("/namespaced") && kind.starts_with("ClusterRole");
            let found = rendered.find(kind, name);
            let expected = !single && !narrow;
            assert_eq!(found.is_some(), expected, "{folder}: {kind} {name}");
            // What overlays change: these, and nothing else.
            let no_status = folder.ends_with("/external-status") && kind == "ClusterRole";
            let changed = ["Deployment", "PodDisruptionBudget"].contains(&kind)
                || no_status
                || kind.ends_with("WebhookConfiguration");
            if expected && !changed {
                assert_eq!(found, Some(object), "{folder}: {kind} {name}");
            }
        }
    }
}

#[tokio::test]
async fn deploy_is_the_definitions_and_the_self_signed_overlay() {
    let mut parts = Kubectl::rendered("deploy/crds").await.names();
    parts.extend(
        Kubectl::rendered("deploy/overlays/self-signed")
            .await
            .names(),
    );
    parts.sort();
    assert_eq!(Kubectl::rendered("deploy").await.names(), parts);
}

#[tokio::test]
async fn selectors_find_the_pods_of_one_deployment() {
    for (folder, rendered) in all().await {
        for deployment in DEPLOYMENTS.map(|name| rendered.get("Deployment", name)) {
            let spec = &deployment["spec"];
            let own = &spec["selector"]["matchLabels"];
            let mut selectors = vec![own];
            let spread = items(&spec["template"]["spec"]["topologySpreadConstraints"]).iter();
            selectors.extend(spread.map(|one| &one["labelSelector"]["matchLabels"]));
            if let Some(budget) = rendered.find("PodDisruptionBudget", name(deployment)) {
                selectors.push(&budget["spec"]["selector"]["matchLabels"]);
            }
            if let Some(service) = rendered.find("Service", name(deployment)) {
                selectors.push(&service["spec"]["selector"]);
            }
            assert!(selectors.len() >= 3, "{folder}");
            for selector in selectors {
                let found = DEPLOYMENTS
                    .into_iter()
                    .filter(|name| selects(selector, rendered.get("Deployment", name)));
                assert_eq!(found.collect::<Vec<_>>(), [name(deployment)], "{folder}");
            }
        }
        let policy = rendered.get("NetworkPolicy", "ni-webhook");
        let selector = &policy["spec"]["podSelector"]["matchLabels"];
        assert!(selects(selector, rendered.get("Deployment", "ni-webhook")));
        assert!(!selects(
            selector,
            rendered.get("Deployment", "ni-controller")
        ));
    }
}

#[tokio::test]
async fn flags_and_environment_are_those_that_the_programs_know() {
    let known = [
        known_names(&ControllerCli::command()),
        known_names(&WebhookCli::command()),
    ];
    for (folder, rendered) in all().await {
        assert!(controller(&rendered).election.leader_elect, "{folder}");
        webhook(&rendered);
        for (deployment, known) in DEPLOYMENTS.into_iter().zip(&known) {
            let deployment = rendered.get("Deployment", deployment);
            let env = items(&container(deployment)["env"]);
            assert!(!env.is_empty(), "{folder}");
            for variable in env {
                let name = text(variable, "name");
                assert!(known.contains(name), "{folder}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn ports_and_probes_are_where_the_programs_listen() {
    for (folder, rendered) in all().await {
        let pods = DEPLOYMENTS.map(|name| rendered.get("Deployment", name));
        let (controller, webhook) = (controller(&rendered), webhook(&rendered).listening);
        let listens = [
            (pods[0], "metrics", controller.listen),
            (pods[1], "metrics", webhook.health_listen),
            (pods[1], "reviews", webhook.listen),
        ];
        for (deployment, name, address) in listens {
            assert_eq!(
                port(deployment, name),
                u64::from(address.port()),
                "{folder}"
            );
            assert!(address.ip().is_unspecified(), "{folder}: {address}");
        }
        for deployment in pods {
            for probe in ["livenessProbe", "readinessProbe"] {
                let get = &container(deployment)[probe]["httpGet"];
                assert_eq!(get["port"], "metrics", "{folder}: {probe}");
            }
        }
        let service = rendered.get("Service", "ni-webhook");
        let [service_port] = items(&service["spec"]["ports"]) else {
            panic!("{folder}: one port");
        };
        assert_eq!(service_port["targetPort"], "reviews");
        let ingress = &rendered.get("NetworkPolicy", "ni-webhook")["spec"]["ingress"];
        assert_eq!(ingress[0]["ports"][0]["port"], "reviews");
        for kind in ["Mutating", "Validating"] {
            let configuration = rendered.get(&format!("{kind}WebhookConfiguration"), "ironcore-ni");
            let called = &configuration["webhooks"][0]["clientConfig"]["service"];
            let port = called.get("port").unwrap_or(&json!(443)).clone();
            assert_eq!(port, service_port["port"], "{folder}");
            assert_eq!(called["name"], name(service), "{folder}");
            assert_eq!(called["namespace"], NAMESPACE, "{folder}");
        }
    }
}

#[tokio::test]
async fn pods_are_given_the_time_that_the_programs_take_to_end() {
    for (folder, rendered) in all().await {
        let run = controller(&rendered);
        let takes = run.shutdown_timeout + run.election.lease_renew_deadline;
        let given = grace(rendered.get("Deployment", "ni-controller"));
        assert!(given > takes, "{folder}: {given:?} for {takes:?}");
        let webhook = webhook(&rendered).listening;
        let takes = webhook.shutdown_delay + webhook.shutdown_timeout;
        let given = grace(rendered.get("Deployment", "ni-webhook"));
        assert!(given > takes, "{folder}: {given:?} for {takes:?}");
        // Long enough for whoever calls the Service to learn of it.
        assert!(webhook.shutdown_delay >= Duration::from_secs(3), "{folder}");
    }
}

#[tokio::test]
async fn what_is_referred_to_is_there() {
    for (folder, rendered) in all().await {
        for deployment in DEPLOYMENTS.map(|name| rendered.get("Deployment", name)) {
            let pod = &deployment["spec"]["template"]["spec"];
            rendered.get("ServiceAccount", text(pod, "serviceAccountName"));
        }
        let bindings = ["ClusterRoleBinding", "RoleBinding"].map(|kind| rendered.of(kind));
        for binding in bindings.concat() {
            let role = &binding["roleRef"];
            let roles = rendered.called(text(role, "kind"), text(role, "name"));
            let place = &binding["metadata"]["namespace"];
            let mut there = roles.iter().map(|role| &role["metadata"]["namespace"]);
            assert!(there.any(|role| role == place), "{folder}: {role}");
            for subject in items(&binding["subjects"]) {
                assert_eq!(subject["namespace"], NAMESPACE, "{folder}");
                rendered.get(text(subject, "kind"), text(subject, "name"));
            }
        }
        check_certificate(&folder, &rendered);
    }
}

#[tokio::test]
async fn rights_name_their_objects_where_kubernetes_can_tell_and_never_everything() {
    let named = ["secrets", "leases", "mutatingwebhookconfigurations"];
    for (folder, rendered) in all().await {
        let roles = ["Role", "ClusterRole"]
            .map(|kind| rendered.of(kind))
            .concat();
        for rule in roles.iter().flat_map(|role| items(&role["rules"])) {
            let texts = |key: &str| -> Vec<String> {
                serde_json::from_value(rule[key].clone()).unwrap_or_default()
            };
            let (resources, verbs) = (texts("resources"), texts("verbs"));
            let mut all = texts("apiGroups").into_iter();
            assert!(all.all(|group| group != "*"), "{folder}: {rule}");
            let mut all = resources.iter().chain(&verbs);
            assert!(all.all(|word| word != "*"), "{folder}: {rule}");
            let one_of_many = resources.iter().any(|of| named.contains(&of.as_str()));
            if one_of_many && verbs != ["create"] {
                assert_eq!(texts("resourceNames").len(), 1, "{folder}: {rule}");
            }
            let secrets = resources.iter().any(|of| of == "secrets");
            assert!(!secrets || verbs != ["create"], "{folder}: {rule}");
        }
    }
}

#[tokio::test]
async fn webhook_configurations_that_may_be_changed_are_those_that_the_policy_bounds() {
    for (folder, rendered) in all().await {
        let roles = ["Role", "ClusterRole"]
            .map(|kind| rendered.of(kind))
            .concat();
        let rules = roles.iter().flat_map(|role| items(&role["rules"]));
        let policies = rendered.of("ValidatingAdmissionPolicy").into_iter();
        let bounded =
            policies.flat_map(|policy| items(&policy["spec"]["matchConstraints"]["resourceRules"]));
        let objects = |rule: &Value| (rule["resources"].clone(), rule["resourceNames"].clone());
        let changed: Vec<_> = rules
            .filter(|rule| rule["apiGroups"] == json!(["admissionregistration.k8s.io"]))
            .map(objects)
            .collect();
        assert_eq!(
            bounded.map(objects).collect::<Vec<_>>(),
            changed,
            "{folder}"
        );
        let itself = webhook(&rendered).identity.tls_cert.is_none();
        assert_eq!(changed.len(), usize::from(itself), "{folder}");
    }
}

/// The Secret that the webhook's flags name is in the overlay, or is the one that cert-manager makes, mounted there.
fn check_certificate(folder: &str, rendered: &Rendered) {
    let identity = webhook(rendered).identity;
    let (Some(cert), Some(key)) = (&identity.tls_cert, &identity.tls_key) else {
        let secret = rendered.get("Secret", &identity.making.secret);
        let empty = secret.get("data").is_none() && secret.get("stringData").is_none();
        assert!(empty, "{folder}: what is in it is the replicas'");
        return;
    };
    let deployment = rendered.get("Deployment", "ni-webhook");
    let [mount] = items(&container(deployment)["volumeMounts"]) else {
        panic!("{folder}: one mount");
    };
    let dir = text(mount, "mountPath");
    assert_eq!(
        (cert, key),
        (&dir_file(dir, "tls.crt"), &dir_file(dir, "tls.key"))
    );
    let volume = &deployment["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(volume["name"], mount["name"], "{folder}");
    let certificate = rendered.get("Certificate", "ni-webhook");
    assert_eq!(
        volume["secret"]["secretName"],
        certificate["spec"]["secretName"]
    );
    let service = format!("ni-webhook.{NAMESPACE}.svc");
    assert_eq!(certificate["spec"]["dnsNames"][0], service.as_str());
    for kind in ["Mutating", "Validating"] {
        let configuration = rendered.get(&format!("{kind}WebhookConfiguration"), "ironcore-ni");
        let trusted = &configuration["metadata"]["annotations"]["cert-manager.io/inject-ca-from"];
        assert_eq!(*trusted, format!("{NAMESPACE}/{}", name(certificate)));
    }
}

fn dir_file(dir: &str, file: &str) -> std::path::PathBuf {
    std::path::Path::new(dir).join(file)
}
