//! Controller and webhook with the rights that `deploy/` gives them, no more and no fewer than they use.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use k8s_openapi::ByteString;
use serde_json::{Value, json};
use xtask::control_plane::ControlPlane;
use xtask::webhooks::is_asked;

use crate::support::cert_manager::{self, Issued};
use crate::support::controller::{Controller, plan, read};
use crate::support::kubectl::Kubectl;
use crate::support::plane::bare;
use crate::support::rendered::{args, probes};
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{entries, ip, makes, uses};
use crate::support::wait::eventually;
use crate::support::webhook::{Ports, Webhook};

const NAMESPACE: &str = "ironcore-ni";
const CONTROLLER: &str = "ni-controller";
const WEBHOOK: &str = "ni-webhook";
const NOBODY: &str = "{name: gone, uid: 11111111-2222-3333-4444-555555555555}";
const CONFIGURATIONS: &str =
    "validatingwebhookconfiguration,mutatingwebhookconfiguration ironcore-ni";

/// Rights that no request shows.
const UNSEEN: [&str; 2] = [
    // Asked for by OwnerReferencesPermissionEnforcement, of whoever makes an interface that blocks its machine's deletion.
    "update compute.ironcore.dev/machines/finalizers",
    // A look at a virtual IP that was claimed while the watch lists anew, and is not in that list.
    "get networking.ironcore.dev/virtualips",
];

/// An API server on which `deploy/` was applied, that asks for every right.
struct Cluster {
    plane: ControlPlane,
    kubectl: Kubectl,
}

impl Cluster {
    /// With this folder applied, after whatever else it needs.
    async fn start(folder: &str) -> Self {
        let plane = bare(|options| {
            options.audit_log = true;
            // As in Kubernetes 1.33: what streams lists elsewhere, lists and watches here.
            options.feature_gates = vec!["WatchList=false".to_owned()];
            options.api_server_args =
                vec!["--enable-admission-plugins=OwnerReferencesPermissionEnforcement".to_owned()];
        })
        .await;
        cert_manager::install_kinds(&plane.client().await.expect("a client")).await;
        let kubectl = Kubectl::new(plane.kubeconfig()).await;
        kubectl.run("apply -k deploy/crds").await;
        kubectl.run(&format!("apply -k {folder}")).await;
        Self { plane, kubectl }
    }

    async fn space(&self) -> Space {
        Space::on(self.plane.client().await.expect("a client"), Path::new("")).await
    }

    async fn deployment(&self, name: &str) -> Value {
        let get = format!("get deployment --namespace {NAMESPACE} {name}");
        self.kubectl.json(&get).await
    }

    /// The arguments that the Deployment gives its container, but for where it listens.
    async fn args(&self, deployment: &str) -> Vec<String> {
        let mut args = args(&self.deployment(deployment).await);
        args.retain(|arg| arg != "run" && !arg.contains("listen="));
        args
    }

    /// A kubeconfig with a token of the service account of this name.
    async fn account(&self, name: &str) -> PathBuf {
        self.kubectl.service_account(NAMESPACE, name).await
    }

    async fn controller(&self) -> Controller {
        let args = self.args(CONTROLLER).await;
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Controller::start(&self.account(CONTROLLER).await, &args).await
    }

    /// Starts the webhook that makes its certificate itself.
    async fn self_signed(&self) -> Webhook {
        let mut args = self.args(WEBHOOK).await;
        args.push("--self-signed-host=127.0.0.1".to_owned());
        self.webhook(&args, None).await
    }

    /// Starts the webhook with a certificate that somebody has mounted.
    async fn mounted(&self) -> Webhook {
        let Issued { ca, dir } = cert_manager::issue();
        let here = format!("={}/", dir.display());
        let args = self.args(WEBHOOK).await.into_iter();
        let args: Vec<String> = args.map(|arg| arg.replace("=/tls/", &here)).collect();
        self.webhook(&args, Some(ca)).await
    }

    /// Starts the webhook, and has the API server call it where it is, as there are no Services here, and trust this CA.
    async fn webhook(&self, args: &[String], ca: Option<String>) -> Webhook {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ports = Ports::free();
        let webhook = Webhook::launch(&self.account(WEBHOOK).await, ports, &args);
        for (kind, path) in [("mutating", "mutate"), ("validating", "validate")] {
            let mut patch = vec![
                json!({ "op": "remove", "path": "/webhooks/0/clientConfig/service" }),
                json!({ "op": "add", "path": "/webhooks/0/clientConfig/url", "value": ports.url(path) }),
            ];
            if let Some(ca) = &ca {
                let bundle = ByteString(ca.clone().into_bytes());
                patch.push(json!({ "op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": bundle }));
            }
            let patch = Value::from(patch);
            let object = format!("{kind}webhookconfiguration ironcore-ni");
            self.kubectl
                .run(&format!("patch {object} --type json --patch {patch}"))
                .await;
        }
        let client = self.plane.client().await.expect("a client");
        eventually("the webhook is asked", || async {
            let asked = is_asked(&client, "default").await;
            asked.map_err(|why| format!("{why:#}\n{}", webhook.log()))
        })
        .await;
        webhook
    }

    async fn without_webhook(&self) {
        self.kubectl.run(&format!("delete {CONFIGURATIONS}")).await;
    }

    /// What a service account has asked for, as `get networking.ironcore.dev/networks`, and the refusals among that.
    fn asked_by(&self, account: &str) -> (BTreeSet<String>, Vec<Value>) {
        let user = format!("system:serviceaccount:{NAMESPACE}:{account}");
        let log = read(&self.plane.audit_log().expect("an audit log"));
        let events = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let (mut asked, mut refused) = (BTreeSet::new(), Vec::new());
        for event in events.filter(|event| event["user"]["username"] == *user) {
            if event["responseStatus"]["code"] == 403 {
                refused.push(event);
                continue;
            }
            let text = |path| event.pointer(path).and_then(Value::as_str).unwrap_or("");
            let resource = match text("/objectRef/subresource") {
                "" => text("/objectRef/resource").to_owned(),
                sub => format!("{}/{sub}", text("/objectRef/resource")),
            };
            let group = text("/objectRef/apiGroup");
            asked.insert(format!("{} {group}/{resource}", text("/verb")));
        }
        (asked, refused)
    }

    /// What a service account may do, in the same words.
    async fn granted(&self, account: &str) -> BTreeSet<String> {
        let mut granted = BTreeSet::new();
        for (kind, scope) in [("clusterrole", ""), ("role", " --namespace ironcore-ni")] {
            let get = format!("get {kind}bindings{scope}");
            let all = self.kubectl.json(&get).await;
            for binding in all["items"].as_array().expect("a list") {
                let ours = |subject: &Value| {
                    subject["name"] == account && subject["namespace"] == NAMESPACE
                };
                if binding["subjects"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(ours))
                {
                    let name = binding["roleRef"]["name"].as_str().expect("a name");
                    let get = format!("get {kind} {name}{scope}");
                    granted.extend(rights(&self.kubectl.json(&get).await));
                }
            }
        }
        granted
    }

    /// Waits until a service account has used all that it may do; fails if it was ever refused something.
    async fn until_all_is_used(&self, account: &str) {
        let granted = self.granted(account).await;
        assert!(granted.len() > 8, "{granted:#?}");
        eventually("every right is used", || async {
            let (asked, _) = self.asked_by(account);
            let unused: Vec<_> = granted
                .iter()
                .filter(|right| !asked.contains(*right) && !UNSEEN.contains(&right.as_str()))
                .collect();
            if unused.is_empty() {
                Ok(())
            } else {
                Err(format!("{account}: {unused:#?}"))
            }
        })
        .await;
        let (_, refused) = self.asked_by(account);
        assert!(refused.is_empty(), "{account}: {refused:#?}");
    }
}

/// The rights of a role, one by one.
fn rights(role: &Value) -> Vec<String> {
    let texts = |value: &Value| -> Vec<String> {
        serde_json::from_value(value.clone()).expect("a list of texts")
    };
    let mut all = Vec::new();
    for rule in role["rules"].as_array().expect("rules") {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                let verbs = texts(&rule["verbs"]).into_iter();
                all.extend(verbs.map(|verb| format!("{verb} {group}/{resource}")));
            }
        }
    }
    all
}

/// Refers to what is not there, of every kind.
async fn refer_to_nothing(space: &Space) {
    let nowhere = "spec.networkRef.name = nowhere; spec.virtualIP.virtualIPRef.name = nowhere";
    space.interface("lost", "10.0.0.9", nowhere).await;
    let child = "spec = {ipFamily: IPv4, prefixLength: 24, parentRef: {name: nowhere}}";
    space.create("Prefix", "lost", child).await;
    space.machine("lost", &[uses("nowhere")]).await;
}

/// Objects by which every kind of the controller's requests is made.
async fn keep_busy(space: &Space) {
    space.create(NET, "net", "").await;
    let held = format!("spec.machineRef = {NOBODY}");
    space.interface("x", "10.0.0.1", &held).await;
    let held = format!("spec.targetRef = {NOBODY}");
    space.create(VIP, "v", &held).await;
    space.until(NIC, "x", "spec.machineRef -").await;
    space.until(VIP, "v", "spec.targetRef -").await;

    // Made, repaired, removed; and one whose name is taken, which is told.
    space.interface("a-taken", "10.0.0.2", "").await;
    let made = [
        makes("keep", &ip("10.0.0.3")),
        makes("go", &ip("10.0.0.4")),
        makes("taken", &ip("10.0.0.5")),
    ];
    space.machine("a", &made).await;
    space.until(NIC, "a-keep", "status.state = Available").await;
    space.until(NIC, "a-go", "status.state = Available").await;
    space.warned("Machine a", "NameTaken", "a-taken").await;
    let fewer = [
        makes("keep", &ip("10.0.0.6")),
        makes("taken", &ip("10.0.0.5")),
    ];
    space.change(MACHINE, "a", &entries(&fewer)).await;
    space.until(NIC, "a-keep", "status.ips = [10.0.0.6]").await;
    space.until_gone(NIC, "a-go").await;
}

#[tokio::test]
async fn controller_and_webhook_use_all_rights_that_they_are_given_and_lack_none() {
    let cluster = Cluster::start("deploy").await;
    let webhook = cluster.self_signed().await;
    let first = cluster.controller().await;
    let second = cluster.controller().await;
    webhook.until_ready().await;
    for path in probes(&cluster.deployment(WEBHOOK).await) {
        assert!(webhook.answers(&path).await, "{path}");
    }
    for path in probes(&cluster.deployment(CONTROLLER).await) {
        assert!(first.answers(&path).await, "{path}");
        assert!(
            second.answers(&path).await,
            "{path}: of the one that stands by"
        );
    }
    let space = cluster.space().await;
    refer_to_nothing(&space).await;
    keep_busy(&space).await;
    // The second tells again what holds, by the same Event.
    first.terminate().await;
    eventually("the same Event again", || async {
        let told = space.warned("Machine a", "NameTaken", "a-taken").await;
        if told.count > 1 {
            Ok(())
        } else {
            Err(format!("{told:?}\n{}", second.log()))
        }
    })
    .await;
    cluster.until_all_is_used(CONTROLLER).await;
    cluster.until_all_is_used(WEBHOOK).await;
    // As an administrator would before an upgrade.
    plan(&cluster.account(CONTROLLER).await);
    let (_, refused) = cluster.asked_by(CONTROLLER);
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test]
async fn a_webhook_with_mounted_certificates_may_read_what_is_referred_to_and_nothing_else() {
    let cluster = Cluster::start("deploy/overlays/cert-manager").await;
    let _webhook = cluster.mounted().await;
    let referred_to = [
        "networking.ironcore.dev/networkinterfaces",
        "networking.ironcore.dev/networks",
        "networking.ironcore.dev/virtualips",
        "ipam.ironcore.dev/prefixes",
    ];
    let verbs = ["get", "list", "watch"];
    let expected = referred_to.map(|kind| verbs.map(|verb| format!("{verb} {kind}")));
    let expected: BTreeSet<String> = expected.into_iter().flatten().collect();
    assert_eq!(cluster.granted(WEBHOOK).await, expected);
    refer_to_nothing(&cluster.space().await).await;
    cluster.until_all_is_used(WEBHOOK).await;
}

#[tokio::test]
async fn without_the_finalizers_right_no_interface_can_be_made_where_owners_are_guarded() {
    let cluster = Cluster::start("deploy").await;
    cluster.without_webhook().await;
    let patch = r#"[{"op":"remove","path":"/rules/1"}]"#;
    cluster
        .kubectl
        .run(&format!(
            "patch clusterrole ironcore-ni-controller --type json --patch {patch}"
        ))
        .await;
    assert!(!cluster.granted(CONTROLLER).await.contains(UNSEEN[0]));
    let _controller = cluster.controller().await;
    let space = cluster.space().await;
    eventually("a Network without the webhook", || {
        space.try_create(NET, "net", "", true)
    })
    .await;
    space.create(NET, "net", "").await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space
        .warned("Machine a", "ChildRefused", "cannot set blockOwnerDeletion")
        .await;
}
