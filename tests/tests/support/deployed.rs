// SPDX-License-Identifier: Apache-2.0

//! `deploy/` on an API server of a test's own, controller and webhook with the rights that it gives them.

mod busy;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use k8s_openapi::ByteString;
use serde_json::{Value, json};
use xtask::control_plane::ControlPlane;
use xtask::webhooks::is_asked;

use super::cert_manager::{self, Issued};
use super::controller::{self, Controller, read};
use super::foreign;
use super::kubectl::Kubectl;
use super::plane::bare;
use super::rendered::args;
use super::space::{NET, Space};
use super::wait::eventually;
use super::webhook::{self, Ports, Webhook};
pub(crate) use busy::{hand_out_an_address, keep_busy, refer_to_nothing, until_told_again};

/// Where both run.
pub(crate) const NAMESPACE: &str = "ironcore-ni";
pub(crate) const CONTROLLER: &str = "ni-controller";
pub(crate) const WEBHOOK: &str = "ni-webhook";
const CONFIGURATIONS: &str =
    "validatingwebhookconfiguration,mutatingwebhookconfiguration ironcore-ni";

/// Rights that no request shows.
pub(crate) const UNSEEN: [&str; 5] = [
    // Asked for by OwnerReferencesPermissionEnforcement, of whoever makes what blocks its owner's deletion.
    "update compute.ironcore.dev/machines/finalizers",
    "update networking.ironcore.dev/networkinterfaces/finalizers",
    // Looks at what a list did not show that may be older.
    "get networking.ironcore.dev/virtualips",
    "get networking.ironcore.dev/networks",
    "get ipam.ironcore.dev/prefixes",
];

/// An API server on which `deploy/` was applied, that asks for every right.
pub(crate) struct Cluster {
    pub plane: ControlPlane,
    pub kubectl: Kubectl,
}

impl Cluster {
    /// With this folder applied, after whatever else it needs.
    pub(crate) async fn start(folder: &str) -> Self {
        Self::start_with(folder, &[]).await
    }

    /// As `start`, where there are these namespaces already.
    pub(crate) async fn start_with(folder: &str, namespaces: &[&str]) -> Self {
        let this = Self::bare().await;
        for namespace in namespaces {
            this.kubectl
                .run(&format!("create namespace {namespace}"))
                .await;
        }
        this.kubectl.run("apply -k deploy/crds").await;
        this.kubectl.run(&format!("apply -k {folder}")).await;
        this
    }

    /// As `start`, with nothing applied.
    pub(crate) async fn bare() -> Self {
        let plane = bare(|options| {
            options.audit_log = true;
            // As in Kubernetes 1.33: what streams lists elsewhere, lists and watches here.
            options.feature_gates = vec!["WatchList=false".to_owned()];
            options.api_server_args =
                vec!["--enable-admission-plugins=OwnerReferencesPermissionEnforcement".to_owned()];
        })
        .await;
        foreign::install_kinds(&plane.client().await.expect("a client")).await;
        let kubectl = Kubectl::new(plane.kubeconfig()).await;
        Self { plane, kubectl }
    }

    pub(crate) async fn space(&self) -> Space {
        Space::on(self.plane.client().await.expect("a client"), Path::new("")).await
    }

    /// The namespace of this name.
    pub(crate) async fn space_called(&self, name: &str) -> Space {
        Space::called(self.plane.client().await.expect("a client"), name)
    }

    pub(crate) async fn deployment(&self, name: &str) -> Value {
        let get = format!("get deployment --namespace {NAMESPACE} {name}");
        self.kubectl.json(&get).await
    }

    /// The arguments that the Deployment gives its container, but for where it listens.
    pub(crate) async fn args(&self, deployment: &str) -> Vec<String> {
        own_args(&self.deployment(deployment).await)
    }

    /// A kubeconfig with a token of the service account of this name.
    pub(crate) async fn account(&self, name: &str) -> PathBuf {
        self.kubectl.service_account(NAMESPACE, name).await
    }

    pub(crate) async fn controller(&self) -> Controller {
        let args = self.args(CONTROLLER).await;
        self.controller_of(&controller::program(), &args).await
    }

    /// Starts a controller of another build, with these arguments.
    pub(crate) async fn controller_of(&self, program: &Path, args: &[String]) -> Controller {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        Controller::start_of(program, &self.account(CONTROLLER).await, &args).await
    }

    /// Starts the webhook that makes its certificate itself.
    pub(crate) async fn self_signed(&self) -> Webhook {
        let args = self.args(WEBHOOK).await;
        self.self_signed_of(&webhook::program(), args).await
    }

    /// As `self_signed`, of another build, with these arguments.
    pub(crate) async fn self_signed_of(&self, program: &Path, mut args: Vec<String>) -> Webhook {
        args.push("--self-signed-host=127.0.0.1".to_owned());
        self.webhook(program, &args, None).await
    }

    /// Starts the webhook with a certificate that somebody has mounted.
    pub(crate) async fn mounted(&self) -> Webhook {
        let Issued { ca, dir } = cert_manager::issue();
        let here = format!("={}/", dir.display());
        let args = self.args(WEBHOOK).await.into_iter();
        let args: Vec<String> = args.map(|arg| arg.replace("=/tls/", &here)).collect();
        self.webhook(&webhook::program(), &args, Some(ca)).await
    }

    /// Starts the webhook, and has the API server call it, and trust this CA.
    async fn webhook(&self, program: &Path, args: &[String], ca: Option<String>) -> Webhook {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ports = Ports::free();
        let webhook = Webhook::launch_of(program, &self.account(WEBHOOK).await, ports, &args);
        // Else it could be another that answers for it.
        webhook.until_ready().await;
        let bundle = ca.map(|ca| ByteString(ca.into_bytes()));
        self.call(&webhook, bundle.as_ref()).await;
        webhook
    }

    /// Has the API server call a webhook where it is, as there are no Services here; returns when it calls one. Where no
    /// CA is given, it trusts whom it trusted before, until the webhook says otherwise.
    pub(crate) async fn call(&self, webhook: &Webhook, ca: Option<&ByteString>) {
        for (kind, path) in [("mutating", "mutate"), ("validating", "validate")] {
            let object = format!("{kind}webhookconfiguration ironcore-ni");
            let stored = self.kubectl.json(&format!("get {object}")).await;
            let trusted = &stored["webhooks"][0]["clientConfig"]["caBundle"];
            let bundle = ca.map_or_else(|| trusted.clone(), |ca| json!(ca));
            let mut reach = json!({ "url": webhook.ports.url(path) });
            if !bundle.is_null() {
                reach["caBundle"] = bundle;
            }
            let patch = json!([
                { "op": "replace", "path": "/webhooks/0/clientConfig", "value": reach },
            ]);
            self.kubectl
                .run(&format!("patch {object} --type json --patch {patch}"))
                .await;
        }
        let client = self.plane.client().await.expect("a client");
        let namespace = self.judged_namespace().await;
        eventually("the webhook is asked", || async {
            let asked = is_asked(&client, &namespace).await;
            asked.map_err(|why| format!("{why:#}\n{}", webhook.log()))
        })
        .await;
    }

    /// Takes the webhook's configurations away; returns when objects of the namespace are stored without it.
    pub(crate) async fn without_webhook(&self, space: &Space) {
        self.forget_webhook().await;
        eventually("a Network without the webhook", || {
            space.try_create(NET, "net", "", true)
        })
        .await;
    }

    /// Takes the webhook's configurations away.
    pub(crate) async fn forget_webhook(&self) {
        self.kubectl.run(&format!("delete {CONFIGURATIONS}")).await;
    }

    /// A namespace whose objects are sent to the webhook.
    async fn judged_namespace(&self) -> String {
        let get = "get validatingwebhookconfiguration ironcore-ni";
        let configuration = self.kubectl.json(get).await;
        let first = "/webhooks/0/namespaceSelector/matchExpressions/0/values/0";
        let named = configuration.pointer(first).and_then(Value::as_str);
        named.unwrap_or("default").to_owned()
    }

    /// What a service account has asked for, and the refusals among that. A request counts twice: as
    /// `get networking.ironcore.dev/networks`, and with ` in ` and the namespace after it.
    pub(crate) fn asked_by(&self, account: &str) -> (BTreeSet<String>, Vec<Value>) {
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
            let what = format!("{} {group}/{resource}", text("/verb"));
            asked.insert(format!("{what} in {}", text("/objectRef/namespace")));
            asked.insert(what);
        }
        (asked, refused)
    }

    /// What a service account may do, in the same words: with a namespace where a Role says so.
    pub(crate) async fn granted(&self, account: &str) -> BTreeSet<String> {
        let mut granted = BTreeSet::new();
        for get in [
            "get clusterrolebindings",
            "get rolebindings --all-namespaces",
        ] {
            let all = self.kubectl.json(get).await;
            for binding in all["items"].as_array().expect("a list") {
                let ours = |subject: &Value| {
                    subject["name"] == account && subject["namespace"] == NAMESPACE
                };
                if binding["subjects"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(ours))
                {
                    granted.extend(self.rights(binding).await);
                }
            }
        }
        granted
    }

    /// What a binding grants.
    async fn rights(&self, binding: &Value) -> Vec<String> {
        let role = &binding["roleRef"];
        let text = |value: &Value| value.as_str().expect("a text").to_lowercase();
        let mut get = format!("get {} {}", text(&role["kind"]), text(&role["name"]));
        let namespace = binding["metadata"]["namespace"].as_str();
        if let Some(namespace) = namespace {
            get = format!("{get} --namespace {namespace}");
        }
        let rights = rights(&self.kubectl.json(&get).await).into_iter();
        let place = namespace.map_or(String::new(), |namespace| format!(" in {namespace}"));
        rights.map(|right| right + &place).collect()
    }

    /// Waits until a service account has used all that it may do; fails if it was ever refused something.
    pub(crate) async fn until_all_is_used(&self, account: &str) {
        let granted = self.granted(account).await;
        assert!(granted.len() > 8, "{granted:#?}");
        eventually("every right is used", || async {
            let (asked, _) = self.asked_by(account);
            let unused: Vec<_> = granted
                .iter()
                .filter(|right| !asked.contains(*right) && !is_unseen(right))
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

/// The arguments of a Deployment's container, but for where it listens.
pub(crate) fn own_args(deployment: &Value) -> Vec<String> {
    let mut args = args(deployment);
    args.retain(|arg| arg != "run" && !arg.contains("listen="));
    args
}

fn is_unseen(right: &str) -> bool {
    let what = right.split(" in ").next().unwrap_or_default();
    UNSEEN.contains(&what)
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
