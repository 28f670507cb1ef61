// SPDX-License-Identifier: Apache-2.0

//! What the webhook's account may do to webhook configurations, with the rights and the policy that manifests and chart
//! install: write `caBundle`, and nothing else.

mod attacks;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Client, Config};
use serde_json::{Value, json};
use xtask::control_plane::ControlPlane;
use xtask::repo;

use crate::support::helm::helm;
use crate::support::kubectl::Kubectl;
use crate::support::plane::bare;
use crate::support::scratch::scratch;
use crate::support::wait::eventually;
use attacks::{attacks, trusting, with};

const KINDS: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];
const NAME: &str = "ironcore-ni";
const ACCOUNT: &str = "ni-webhook";
const DENIED: &str = "only caBundle may be changed";
/// Kinds without a namespace of which something is installed, but for the definitions.
const OF_CLUSTERS: &str = "clusterroles,clusterrolebindings,namespaces,validatingadmissionpolicies,\
    validatingadmissionpolicybindings,validatingwebhookconfigurations,mutatingwebhookconfigurations";

/// An API server, and kubectl for its administrator.
struct Server {
    plane: ControlPlane,
    kubectl: Kubectl,
}

impl Server {
    async fn start() -> Self {
        let plane = bare(|_| ()).await;
        let kubectl = Kubectl::new(plane.kubeconfig()).await;
        Self { plane, kubectl }
    }

    async fn admin(&self) -> Client {
        self.plane.client().await.expect("a client")
    }

    /// As this service account.
    async fn account(&self, namespace: &str, name: &str) -> Client {
        client(&self.kubectl.service_account(namespace, name).await).await
    }

    /// A service account with this role.
    async fn with_role(&self, namespace: &str, name: &str, role: &str) -> Client {
        let run = async |args: String| self.kubectl.run(&args).await;
        run(format!(
            "create serviceaccount {name} --namespace {namespace}"
        ))
        .await;
        let subject = format!("--serviceaccount {namespace}:{name}");
        run(format!(
            "create clusterrolebinding {name} --clusterrole {role} {subject}"
        ))
        .await;
        self.account(namespace, name).await
    }

    /// A role with these verbs on webhook configurations: on that of this name, or on all.
    async fn role(&self, name: &str, verbs: &str, of: Option<&str>) {
        let resources = "mutatingwebhookconfigurations,validatingwebhookconfigurations.admissionregistration.k8s.io";
        let only = of
            .map(|of| format!(" --resource-name={of}"))
            .unwrap_or_default();
        let create =
            format!("create clusterrole {name} --verb={verbs} --resource={resources}{only}");
        self.kubectl.run(&create).await;
    }

    /// The names of all objects without a namespace.
    async fn inventory(&self) -> BTreeSet<String> {
        let printed = self
            .kubectl
            .run(&format!("get {OF_CLUSTERS} -o name"))
            .await;
        printed.out.lines().map(str::to_owned).collect()
    }
}

async fn client(kubeconfig: &Path) -> Client {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).expect("a kubeconfig");
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    Client::try_from(config.expect("a configuration")).expect("a client")
}

fn configurations(client: &Client, kind: &str) -> Api<DynamicObject> {
    let kind = GroupVersionKind::gvk("admissionregistration.k8s.io", "v1", kind);
    Api::all_with(client.clone(), &ApiResource::from_gvk(&kind))
}

/// What the API server answers to a change that it does not store.
async fn try_out(api: &Api<DynamicObject>, change: &Value) -> Result<(), String> {
    let params = PatchParams::default().dry_run();
    answer(api.patch(NAME, &params, &Patch::Merge(change)).await)
}

fn answer<T>(result: kube::Result<T>) -> Result<(), String> {
    match result {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) => Err(status.message.clone()),
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn assert_refused(answer: &Result<(), String>, why: &str, what: &str) {
    let refused = answer.as_ref().is_err_and(|message| message.contains(why));
    assert!(refused, "{what}: {answer:?}");
}

/// The account of the webhook that runs in this namespace may write `caBundle`, and nothing else.
async fn check_bounds(server: &Server, namespace: &str) {
    let account = server.account(namespace, ACCOUNT).await;
    let admin = server.admin().await;
    for kind in KINDS {
        let (bound, free) = (configurations(&account, kind), configurations(&admin, kind));
        let stored = free.get(NAME).await.expect("a configuration");
        let attacks = attacks(&stored);
        until_denied(&bound, &attacks[0]).await;
        for change in &attacks {
            assert_refused(
                &try_out(&bound, change).await,
                DENIED,
                &format!("{kind} {change}"),
            );
        }
        check_apply(&bound, &stored).await;

        // As the webhook does it.
        let change = json!({
            "metadata": {"resourceVersion": stored.metadata.resource_version},
            "webhooks": [trusting(&stored.data["webhooks"][0])],
        });
        let patched = bound
            .patch(NAME, &PatchParams::default(), &Patch::Merge(&change))
            .await;
        let patched = patched.unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert_eq!(patched.data["webhooks"], change["webhooks"], "{kind}");
    }
}

async fn until_denied(api: &Api<DynamicObject>, change: &Value) {
    eventually("the policy is in force", async || {
        let answer = try_out(api, change).await;
        answer
            .err()
            .filter(|why| why.contains(DENIED))
            .ok_or("it is not")
    })
    .await;
}

/// Server-side apply is another way to change fields, with an owner of them.
async fn check_apply(api: &Api<DynamicObject>, stored: &DynamicObject) {
    let kind = stored.types.as_ref().map(|types| types.kind.clone());
    let apply = async |webhook: Value| {
        let whole = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
            "metadata": {"name": NAME}, "webhooks": [webhook],
        });
        let params = PatchParams::apply("intruder").force().dry_run();
        answer(api.patch(NAME, &params, &Patch::Apply(&whole)).await)
    };
    let webhook = &stored.data["webhooks"][0];
    let rewritten = apply(with(webhook, "failurePolicy", json!("Ignore"))).await;
    assert_refused(&rewritten, DENIED, &format!("{kind:?}: apply"));
    assert_eq!(apply(trusting(webhook)).await, Ok(()), "{kind:?}: apply");
}

/// A kustomization of a user's own on top of the overlay, with these lines; answers its folder.
fn kustomization(name: &str, lines: &str) -> PathBuf {
    let folder = scratch().join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let up = "../".repeat(folder.components().count() - 1);
    let overlay = repo::root().join("deploy/overlays/self-signed");
    let overlay = overlay
        .strip_prefix("/")
        .expect("an absolute path")
        .display()
        .to_string();
    let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
    let text = format!("{head}resources:\n- {up}{overlay}\n{lines}");
    fs::write(folder.join("kustomization.yaml"), text).expect("a file");
    folder
}

#[tokio::test]
async fn the_webhook_of_the_overlay_may_write_nothing_but_whom_to_trust() {
    let server = Server::start().await;
    let before = server.inventory().await;
    server.kubectl.run("apply -k deploy").await;
    check_bounds(&server, "ironcore-ni").await;
    server
        .kubectl
        .run("delete -k deploy/overlays/self-signed")
        .await;
    assert_eq!(server.inventory().await, before);
}

#[tokio::test]
async fn the_webhook_of_an_overlay_for_another_namespace_may_write_nothing_but_whom_to_trust() {
    let server = Server::start().await;
    let before = server.inventory().await;
    let folder = kustomization("elsewhere", "namespace: elsewhere\n");
    let folder = folder.display();
    server.kubectl.run(&format!("apply -k {folder}")).await;
    check_bounds(&server, "elsewhere").await;
    server.kubectl.run(&format!("delete -k {folder}")).await;
    assert_eq!(server.inventory().await, before);
}

#[tokio::test]
async fn the_webhook_of_a_release_of_any_name_may_write_nothing_but_whom_to_trust() {
    let server = Server::start().await;
    server.kubectl.run("create namespace elsewhere").await;
    let before = server.inventory().await;
    let run = async |args: &str| {
        let args: Vec<&str> = args.split(' ').collect();
        let done = helm(&args, Some(server.plane.kubeconfig())).await;
        done.unwrap_or_else(|why| panic!("helm {args:?}: {why}"));
    };
    run("install any deploy/helm/ironcore-ni --namespace elsewhere").await;
    check_bounds(&server, "elsewhere").await;
    run("uninstall any --namespace elsewhere --wait").await;
    assert_eq!(server.inventory().await, before);
}

#[tokio::test]
async fn whoever_has_the_role_is_bound_and_without_the_policy_may_write_anything() {
    let server = Server::start().await;
    server
        .kubectl
        .run("apply -k deploy/overlays/self-signed")
        .await;
    server.kubectl.run("create namespace x").await;
    let role = "ironcore-ni-webhook-certificate";
    let account = server.with_role("x", "any", role).await;
    let api = configurations(&account, KINDS[0]);
    let stored = api.get(NAME).await.expect("a configuration");
    let attacks = attacks(&stored);
    until_denied(&api, &attacks[0]).await;
    assert_may_only_patch(&account, &stored).await;

    let folder = kustomization("without-the-policy", WITHOUT);
    let rendered = Kubectl::rendered(&folder.display().to_string()).await;
    let policies = |kind| rendered.of(kind).len();
    let kinds = [
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ];
    assert_eq!(kinds.map(policies), [0, 0]);
    let delete = "delete validatingadmissionpolicy,validatingadmissionpolicybinding ni-webhook-ca-bundle-only";
    server.kubectl.run(delete).await;
    for change in &attacks {
        // As far as the API server takes them at all.
        let sound = format!("{change}: it is not for want of the policy");
        eventually(&sound, async || match try_out(&api, change).await {
            Err(why) if why.contains(DENIED) => Err(why),
            _ => Ok(()),
        })
        .await;
    }
    assert_eq!(try_out(&api, &attacks[0]).await, Ok(()));
}

/// What docs/install.md says to add to a kustomization.
const WITHOUT: &str = r#"patches:
- target: { kind: "ValidatingAdmissionPolicy(Binding)?" }
  patch: |-
    apiVersion: admissionregistration.k8s.io/v1
    kind: any
    metadata: { name: any }
    $patch: delete
"#;

/// What the policy does not look at, RBAC refuses.
async fn assert_may_only_patch(account: &Client, stored: &DynamicObject) {
    let api = configurations(account, KINDS[0]);
    let mut other = stored.clone();
    other.metadata.name = Some("other".to_owned());
    other.metadata.resource_version = None;
    let created = answer(api.create(&PostParams::default(), &other).await);
    assert_refused(&created, "cannot create resource", "create");
    let replaced = answer(api.replace(NAME, &PostParams::default(), stored).await);
    assert_refused(&replaced, "cannot update resource", "replace");
    let deleted = answer(api.delete(NAME, &DeleteParams::default()).await);
    assert_refused(&deleted, "cannot delete resource", "delete");
    for kind in [
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ] {
        let policies = configurations(account, kind);
        let name = "ni-webhook-ca-bundle-only";
        let deleted = answer(policies.delete(name, &DeleteParams::default()).await);
        assert_refused(&deleted, "cannot delete resource", kind);
        let change = Patch::Merge(json!({"metadata": {"labels": {"a": "b"}}}));
        let changed = answer(policies.patch(name, &PatchParams::default(), &change).await);
        assert_refused(&changed, "cannot patch resource", kind);
    }
}

#[tokio::test]
async fn others_change_webhook_configurations_as_their_rights_say() {
    let server = Server::start().await;
    server
        .kubectl
        .run("apply -k deploy/overlays/self-signed")
        .await;
    server.kubectl.run("create namespace x").await;
    let bound = server.account("ironcore-ni", ACCOUNT).await;
    server.role("of-all", "patch", None).await;
    server.role("of-their-own", "patch", Some("theirs")).await;
    let of_all = server.with_role("x", "gitops", "of-all").await;
    let neighbour = server.with_role("x", "neighbour", "of-their-own").await;
    let admin = server.admin().await;
    for kind in KINDS {
        let free = configurations(&admin, kind);
        let stored = free.get(NAME).await.expect("a configuration");
        let attacks = attacks(&stored);
        until_denied(&configurations(&bound, kind), &attacks[0]).await;
        for client in [&admin, &of_all] {
            let changed = try_out(&configurations(client, kind), &attacks[0]).await;
            assert_eq!(changed, Ok(()), "{kind}");
        }

        let mut theirs = stored.clone();
        theirs.metadata.name = Some("theirs".to_owned());
        theirs.metadata.resource_version = None;
        free.create(&PostParams::default(), &theirs)
            .await
            .expect("theirs");
        let params = PatchParams::default().dry_run();
        let own = configurations(&neighbour, kind);
        let changed = own
            .patch("theirs", &params, &Patch::Merge(&attacks[0]))
            .await;
        assert_eq!(answer(changed), Ok(()), "{kind}");

        // The garbage collector takes off the finalizer that a deletion in the foreground puts on.
        let foreground = DeleteParams::foreground();
        free.delete(NAME, &foreground).await.expect("it goes");
        eventually("it is gone", async || {
            let left = free.get_opt(NAME).await.expect("an answer");
            left.map_or(Ok(()), |left| Err(format!("{:?}", left.metadata)))
        })
        .await;
    }
}

#[tokio::test]
async fn where_webhooks_were_added_none_may_be_moved_and_each_may_be_trusted() {
    let server = Server::start().await;
    server
        .kubectl
        .run("apply -k deploy/overlays/self-signed")
        .await;
    let bound = server.account("ironcore-ni", ACCOUNT).await;
    let (bound, free) = (
        configurations(&bound, KINDS[0]),
        configurations(&server.admin().await, KINDS[0]),
    );
    let stored = free.get(NAME).await.expect("a configuration");
    until_denied(&bound, &attacks(&stored)[0]).await;
    let first = &stored.data["webhooks"][0];
    let second = with(first, "name", json!("second.ni.ironcore.dev"));
    let both = json!({"webhooks": [first, second]});
    let params = PatchParams::default();
    free.patch(NAME, &params, &Patch::Merge(&both))
        .await
        .expect("two webhooks");
    for denied in [
        json!({"webhooks": [second, first]}),
        json!({"webhooks": [first]}),
        json!({"webhooks": [first, with(&second, "failurePolicy", json!("Ignore"))]}),
    ] {
        assert_refused(&try_out(&bound, &denied).await, DENIED, &denied.to_string());
    }
    let trusted = json!({"webhooks": [trusting(first), trusting(&second)]});
    assert_eq!(try_out(&bound, &trusted).await, Ok(()));
}
