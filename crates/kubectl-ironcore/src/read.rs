// SPDX-License-Identifier: Apache-2.0

//! What is read of the cluster. No decisions: what is read goes into the view.

mod around;
mod controller;
mod leaving;

use std::time::Duration;

use anyhow::{Context, anyhow};
use kube::api::ListParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::DynamicObject;
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::watcher;
use kube::{Api, Client, Config};
use ni_controller::run::Clock;
use ni_controller::watch::list;
use ni_controller::world::{Kind, Str, Watched};
use ni_runtime::client::client;
use ni_runtime::scope::{Scope, Scopes};

use crate::around::Unknown;
use crate::options::Place;
use crate::view::View;
use controller::Controller;

pub(crate) use leaving::leaving;

/// A cluster, and where in it is looked.
#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) client: Client,
    /// The namespaces that are asked about.
    pub(crate) scopes: Scopes,
    /// The namespace of a single object.
    pub(crate) namespace: String,
    pub(crate) controller_namespace: String,
    pub(crate) clock: Clock,
}

impl Cluster {
    /// The one that the kubeconfig and the flags name; given up where it says nothing for so long.
    pub(crate) async fn connect(place: &Place, silence: Duration) -> anyhow::Result<Self> {
        let config = config(place.context.as_deref()).await?;
        let namespace = place.namespace.clone();
        let namespace = namespace.unwrap_or_else(|| config.default_namespace.clone());
        let scopes = if place.all_namespaces {
            Scopes::All
        } else {
            namespace.parse().context("no namespace is called so")?
        };
        let url = config.cluster_url.clone();
        let client =
            client(config, silence).with_context(|| format!("cannot make a client for {url}"))?;
        Ok(Self {
            client,
            scopes,
            namespace,
            controller_namespace: place.controller_namespace.clone(),
            clock: Clock::start(),
        })
    }

    /// A view of what is there now.
    pub(crate) async fn view(&self) -> anyhow::Result<View> {
        let (mut view, watched, controller) = self.empty().await?;
        for (kind, scope) in watched.iter() {
            self.list(kind, &scope, &mut view).await?;
        }
        self.settle(&mut view, &controller).await;
        Ok(view)
    }

    /// A view of nothing yet, what it is to be filled with, and by what the controller decides.
    pub(crate) async fn empty(&self) -> anyhow::Result<(View, Watched, Controller)> {
        let mut controller = Controller::read(&self.client, &self.controller_namespace).await?;
        let mut pools = controller.deciding.watched().pools;
        if let Some(namespace) = &pools
            && !self.may_list_prefixes(namespace).await
        {
            let why = format!("prefixes in namespace {namespace} can't be listed");
            controller.notes.push(Unknown::Pools.for_reason(why));
            pools = None;
        }
        let watched = Watched {
            namespaces: self.scopes.clone(),
            pools: pools.clone(),
        };
        let view = View::new(
            self.scopes.clone(),
            pools,
            &controller.deciding,
            self.clock.now(),
        );
        Ok((view, watched, controller))
    }

    /// Reads what is around the objects.
    pub(crate) async fn settle(&self, view: &mut View, controller: &Controller) {
        let around = around::read(&self.client, &self.scopes, controller).await;
        view.settle(around, self.clock.now());
    }

    async fn list(&self, kind: Kind, scope: &Scope, view: &mut View) -> anyhow::Result<()> {
        let listed = list(&self.client, kind, scope, |event| view.observe(event)).await;
        listed
            .map_err(short)
            .with_context(|| match scope.namespace() {
                None => format!("cannot list {} in all namespaces", kind.plural()),
                Some(namespace) => {
                    format!("cannot list {} in namespace {namespace}", kind.plural())
                }
            })
    }

    async fn may_list_prefixes(&self, namespace: &Str) -> bool {
        let entry = Kind::Prefix.entry();
        let of = GroupVersionKind::gvk(entry.group, entry.version, entry.kind);
        let resource = ApiResource::from_gvk_with_plural(&of, entry.plural);
        let api: Api<DynamicObject> =
            Api::namespaced_with(self.client.clone(), namespace, &resource);
        api.list_metadata(&ListParams::default().limit(1))
            .await
            .is_ok()
    }
}

/// Of a refusal only what the API server says.
fn short(error: watcher::Error) -> anyhow::Error {
    use watcher::Error;
    match error {
        Error::WatchStartFailed(error) | Error::InitialListFailed(error) => anyhow!(told(&error)),
        error => error.into(),
    }
}

/// The same of a single request.
fn told(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        error => error.to_string(),
    }
}

async fn config(context: Option<&str>) -> anyhow::Result<Config> {
    let Some(context) = context else {
        let config = Config::infer().await;
        return config.context("no cluster: set KUBECONFIG, or have a ~/.kube/config");
    };
    let options = KubeConfigOptions {
        context: Some(context.to_owned()),
        ..KubeConfigOptions::default()
    };
    let kubeconfig = Kubeconfig::read().context("cannot read the kubeconfig")?;
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    config.with_context(|| format!("cannot use the context {context}"))
}
