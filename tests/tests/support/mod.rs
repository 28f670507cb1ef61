// SPDX-License-Identifier: Apache-2.0

//! What cluster tests share: a client, a namespace of one's own, objects from short texts.

pub(crate) mod answers;
pub(crate) mod case;
pub(crate) mod cert_manager;
pub(crate) mod certified;
pub(crate) mod controller;
pub(crate) mod deployed;
pub(crate) mod foreign;
pub(crate) mod helm;
pub(crate) mod history;
pub(crate) mod judged;
pub(crate) mod kubectl;
pub(crate) mod load;
pub(crate) mod object;
pub(crate) mod page;
pub(crate) mod plane;
pub(crate) mod plugin;
pub(crate) mod policy;
pub(crate) mod prefixes;
pub(crate) mod quota;
pub(crate) mod rendered;
pub(crate) mod scratch;
pub(crate) mod space;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod told;
pub(crate) mod user;
pub(crate) mod wait;
pub(crate) mod webhook;
pub(crate) mod wording;

use std::path::PathBuf;

use ironcore_api::{KINDS, Kind};
use k8s_openapi::api::core::v1::Namespace;
use kube::api::PostParams;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};

/// A client of the API server that `KUBECONFIG` names.
pub(crate) async fn client() -> Client {
    assert!(
        std::env::var_os("KUBECONFIG").is_some(),
        "KUBECONFIG is not set: cluster tests need an API server, run `cargo xtask test`"
    );
    let mut config = kube::Config::infer().await.expect("a usable KUBECONFIG");
    // A test wants the first answer, not the one after retries.
    config.default_retry = false;
    Client::try_from(config).expect("a client")
}

/// Of the API server that `KUBECONFIG` names.
pub(crate) fn kubeconfig() -> PathBuf {
    PathBuf::from(std::env::var_os("KUBECONFIG").expect("KUBECONFIG: run `cargo xtask test`"))
}

/// A new namespace. It is left behind: the control plane of the tests goes with all that is in it.
pub(crate) async fn namespace(client: &Client) -> String {
    let mut namespace = Namespace::default();
    namespace.metadata.generate_name = Some("test-".to_owned());
    let created = Api::<Namespace>::all(client.clone())
        .create(&PostParams::default(), &namespace)
        .await
        .expect("a new namespace");
    created.metadata.name.expect("a name")
}

/// The entry of `kind` in the table of kinds.
pub(crate) fn kind(kind: &str) -> Kind {
    KINDS
        .into_iter()
        .find(|known| known.kind == kind)
        .unwrap_or_else(|| panic!("no kind {kind}"))
}

/// As kube wants to know it of untyped objects.
pub(crate) fn resource(of: &Kind) -> ApiResource {
    let kind = GroupVersionKind::gvk(of.group, of.version, of.kind);
    ApiResource::from_gvk_with_plural(&kind, of.plural)
}

/// Untyped access to the objects of `kind`: what is sent and read is what is on the wire.
pub(crate) fn objects(client: &Client, namespace: &str, of: &Kind) -> Api<DynamicObject> {
    Api::namespaced_with(client.clone(), namespace, &resource(of))
}
