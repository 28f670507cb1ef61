// SPDX-License-Identifier: Apache-2.0

//! The three objects, as the API server has them: the Secret and the two configurations. Nothing is decided here.

use std::error::Error;
use std::time::Duration;

use futures::future::ready;
use futures::{Stream, StreamExt, stream};
use k8s_openapi::api::admissionregistration::v1::{
    MutatingWebhookConfiguration, ValidatingWebhookConfiguration,
};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, PartialObjectMeta};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Resource};
use serde_json::{Value, json};
use tracing::{info, warn};

use super::complaint::{Complaint, News};
use crate::options::SelfSigned;

/// The manager of the fields that are written here.
const MANAGER: &str = "ni-webhook";

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Another was first.
    #[error("cannot {0}: others change it at the same time")]
    Conflict(&'static str),
    /// There was no answer.
    #[error("cannot {0}: no answer from the API server within {TIMEOUT:?}")]
    TimedOut(&'static str),
    /// The API server refuses, or can't be reached.
    #[error("cannot {what}: {}", describe(error))]
    Failed {
        /// What was to be done.
        what: &'static str,
        /// Why it was not.
        error: Box<kube::Error>,
    },
}

/// The place of the mutating configuration among the two.
const MUTATING: usize = 0;

/// Where the three objects are.
pub struct Cluster {
    secrets: Api<Secret>,
    secret: String,
    configurations: [Api<DynamicObject>; 2],
    configuration: String,
}

/// A webhook configuration as it was read, with all fields of its entries, known here or not.
pub struct Configuration {
    /// Which of the two.
    of: usize,
    version: Option<String>,
    /// Its entries.
    pub webhooks: Value,
}

impl Configuration {
    /// Which of the two it is.
    pub fn kind(&self) -> &'static str {
        if self.of == MUTATING {
            "MutatingWebhookConfiguration"
        } else {
            "ValidatingWebhookConfiguration"
        }
    }
}

impl Cluster {
    /// The objects that `options` name.
    pub fn new(client: &Client, options: &SelfSigned) -> Self {
        let all = |kind: &ApiResource| Api::all_with(client.clone(), kind);
        Self {
            secrets: Api::namespaced(client.clone(), &options.namespace),
            secret: options.secret.clone(),
            configurations: [
                all(&ApiResource::erase::<MutatingWebhookConfiguration>(&())),
                all(&ApiResource::erase::<ValidatingWebhookConfiguration>(&())),
            ],
            configuration: options.configuration.clone(),
        }
    }

    /// The Secret, if there is one.
    ///
    /// # Errors
    /// Where the API server does not say.
    pub async fn secret(&self) -> Result<Option<Secret>, CallError> {
        call("read the Secret", self.secrets.get_opt(&self.secret)).await
    }

    /// Stores the Secret: as a new one where it has no version, else if it is still as it was read.
    ///
    /// # Errors
    /// [`CallError::Conflict`] where another was first; else where the API server does not take it.
    pub async fn store(&self, mut secret: Secret) -> Result<(), CallError> {
        let params = PostParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PostParams::default()
        };
        if secret.metadata.resource_version.is_some() {
            let update = self.secrets.replace(&self.secret, &params, &secret);
            call("update the Secret", update).await?;
        } else {
            secret.metadata.name = Some(self.secret.clone());
            let create = self.secrets.create(&params, &secret);
            call("create the Secret, which may be there and empty", create).await?;
        }
        Ok(())
    }

    /// Those of the two configurations that there are.
    ///
    /// # Errors
    /// Where the API server does not say.
    pub async fn configurations(&self) -> Result<Vec<Configuration>, CallError> {
        let mut found = Vec::new();
        // One after the other: of two that are refused, it is always the first that is told of.
        for (of, api) in self.configurations.iter().enumerate() {
            let reading = api.get_opt(&self.configuration);
            if let Some(mut object) = call("read the webhook configurations", reading).await? {
                found.push(Configuration {
                    of,
                    version: object.metadata.resource_version.take(),
                    webhooks: object.data["webhooks"].take(),
                });
            }
        }
        Ok(found)
    }

    /// Gives a configuration these entries, if it is still as it was read.
    ///
    /// # Errors
    /// [`CallError::Conflict`] where it is not; else where the API server does not take them.
    pub async fn change(&self, read: &Configuration, webhooks: Value) -> Result<(), CallError> {
        // A patch that names a version is refused where there is a newer one.
        let change = json!({
            "metadata": { "resourceVersion": read.version },
            "webhooks": webhooks,
        });
        let params = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(change);
        let patching = self.configurations[read.of].patch(&self.configuration, &params, &patch);
        call("patch the caBundle of the webhook configurations", patching).await?;
        Ok(())
    }
}

async fn call<T>(
    what: &'static str,
    request: impl Future<Output = kube::Result<T>>,
) -> Result<T, CallError> {
    match tokio::time::timeout(TIMEOUT, request).await {
        Err(_) => Err(CallError::TimedOut(what)),
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(kube::Error::Api(status))) if status.code == 409 => Err(CallError::Conflict(what)),
        Ok(Err(error)) => Err(CallError::Failed {
            what,
            error: Box::new(error),
        }),
    }
}

/// What the API server says, or else the whole chain of causes.
fn describe(error: &kube::Error) -> String {
    if let kube::Error::Api(status) = error {
        return format!("{} ({})", status.message, status.code);
    }
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let texts = std::iter::once(error.to_string()).chain(causes.map(ToString::to_string));
    texts.collect::<Vec<_>>().join(": ")
}

/// An endless stream with an item each time that one of the three objects may have changed.
pub fn changes(client: &Client, options: &SelfSigned) -> impl Stream<Item = ()> + use<> {
    let secrets = Api::namespaced(client.clone(), &options.namespace);
    let (mutating, validating) = (Api::all(client.clone()), Api::all(client.clone()));
    let configurations = stream::select(
        watch::<MutatingWebhookConfiguration>(mutating, &options.configuration),
        watch::<ValidatingWebhookConfiguration>(validating, &options.configuration),
    );
    stream::select(watch::<Secret>(secrets, &options.secret), configurations)
}

/// Watches the metadata of one object.
fn watch<K>(api: Api<PartialObjectMeta<K>>, name: &str) -> impl Stream<Item = ()> + use<K>
where
    K: Resource<DynamicType = ()> + Clone + Send + Sync + std::fmt::Debug + 'static,
{
    let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let mut complaint = Complaint::default();
    let events = watcher(api, config).default_backoff();
    events.filter_map(move |event| {
        let kind = K::kind(&());
        match complaint.news(event.as_ref().err().map(describe_watch)) {
            News::Worse(error) => warn!(%kind, error, "cannot watch: retrying"),
            News::Well => info!(%kind, "watching again"),
            News::None => {}
        }
        ready(match event {
            Ok(Event::Apply(_) | Event::Delete(_) | Event::InitDone) => Some(()),
            Ok(Event::Init | Event::InitApply(_)) | Err(_) => None,
        })
    })
}

fn describe_watch(error: &watcher::Error) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => describe(error),
        watcher::Error::WatchError(status) => format!("{} ({})", status.message, status.code),
        watcher::Error::NoResourceVersion => error.to_string(),
    }
}
