// SPDX-License-Identifier: Apache-2.0

//! A situation on a running system, and its end.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use ironcore_api::networking::NetworkInterface;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{Exercise, Stands, Step};
use crate::process::{Identity, stop};
use crate::samples;

/// A quota counts kinds that were installed a moment ago only half a minute later.
const PATIENCE: Duration = Duration::from_mins(2);
/// What keeps the object of an exercise: nobody takes it off but its end.
const FINALIZER: &str = "example.org/attached";

impl Exercise {
    /// Sets its stage: from an empty namespace to the situation. Some end `controller`, which has to lead when it is called.
    ///
    /// # Errors
    /// If an object is refused, or the situation does not come about.
    pub async fn set(&self, client: &Client, controller: &Identity) -> Result<()> {
        self.clear(client).await?;
        let namespace = self.namespace();
        let mut own = Namespace::default();
        own.metadata.name = Some(namespace.clone());
        let api = Api::<Namespace>::all(client.clone());
        let created = api.create(&PostParams::default(), &own).await;
        created.with_context(|| format!("creating namespace {namespace}"))?;
        for step in self.steps {
            match step {
                Step::Apply(file) => self.apply(client, file).await?,
                Step::Until(stands) => until(stands, client, &namespace).await?,
                Step::KillController => {
                    eprintln!("ending the controller (pid {})", controller.pid);
                    stop(controller, Duration::ZERO).await;
                }
            }
        }
        Ok(())
    }

    /// Removes its namespace, if there is one; returns once it is gone, for which a controller has to lead.
    ///
    /// # Errors
    /// If it does not go.
    pub async fn clear(&self, client: &Client) -> Result<()> {
        let namespace = self.namespace();
        let api = Api::<Namespace>::all(client.clone());
        if api.get_opt(&namespace).await?.is_none() {
            return Ok(());
        }
        eprintln!("removing namespace {namespace}");
        release(client, &namespace).await?;
        // It may be going already.
        let deleted = api.delete(&namespace, &DeleteParams::default()).await;
        deleted.with_context(|| format!("deleting namespace {namespace}"))?;
        wait(&format!("namespace {namespace} is gone"), async || {
            Ok(api.get_opt(&namespace).await?.is_none())
        })
        .await
    }

    async fn apply(&self, client: &Client, file: &str) -> Result<()> {
        let file = format!("exercises/{}/{file}", self.name);
        eprintln!("applying deploy/samples/{file}");
        for mut object in samples::read(&file)? {
            let namespace = self.namespace();
            name_owners(client, &namespace, &mut object).await?;
            let answer = samples::apply(client, &namespace, object, false).await?;
            answer.result.with_context(|| format!("applying {file}"))?;
        }
        Ok(())
    }
}

/// Puts in the UIDs of machines that own the object: no file can know them.
async fn name_owners(client: &Client, namespace: &str, object: &mut DynamicObject) -> Result<()> {
    let machines = Api::<ironcore_api::compute::Machine>::namespaced(client.clone(), namespace);
    for owner in object.metadata.owner_references.iter_mut().flatten() {
        let machine = machines.get(&owner.name).await;
        let machine = machine.with_context(|| format!("reading machine {}", owner.name))?;
        owner.uid = machine.uid().context("a machine without a UID")?;
    }
    Ok(())
}

/// Takes off what would keep the namespace.
async fn release(client: &Client, namespace: &str) -> Result<()> {
    let api = Api::<NetworkInterface>::namespaced(client.clone(), namespace);
    for interface in api.list(&ListParams::default()).await?.items {
        let is_kept = interface.finalizers().iter().any(|name| name == FINALIZER);
        if is_kept {
            let none = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
            let name = interface.name_any();
            let released = api.patch(&name, &PatchParams::default(), &none).await;
            released.with_context(|| format!("taking the finalizer off {name}"))?;
        }
    }
    Ok(())
}

async fn until(stands: &Stands, client: &Client, namespace: &str) -> Result<()> {
    eprintln!("waiting until {stands}");
    wait(&stands.to_string(), async || {
        stands.holds(client, namespace).await
    })
    .await
}

/// Asks until it holds.
async fn wait(what: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await? {
        if Instant::now() > deadline {
            bail!("not within {PATIENCE:?}: {what}");
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
