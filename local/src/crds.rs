// SPDX-License-Identifier: Apache-2.0

//! The custom resource definitions: as files, and installed.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::future::try_join_all;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{ListParams, Patch, PatchParams};
use kube::runtime::wait::{Condition, await_condition, conditions::is_crd_established};
use kube::{Api, Client, ResourceExt};
use tokio::time::{sleep, timeout};

use crate::control_plane::is_ok;
use crate::generated;

/// How long an API server on a busy machine may take to serve a new kind.
const PATIENCE: Duration = Duration::from_mins(2);

/// Installs them by server-side apply; returns when objects of them can be made.
pub async fn install(client: &Client) -> Result<()> {
    install_these(client, &ironcore_api::crds()).await
}

/// As [`install`], for definitions that are ours with a change.
pub async fn install_these(client: &Client, crds: &[CustomResourceDefinition]) -> Result<()> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    try_join_all(crds.iter().map(|crd| install_one(&api, crd))).await?;
    try_join_all(crds.iter().map(|crd| wait_until_served(client, crd))).await?;
    Ok(())
}

/// Returns once the API server serves every kind that is installed. An API server that has just started is ready before that: it
/// refuses requests for custom resources with 429 (`storage is (re)initializing`) while it prepares their storage.
pub async fn wait_until_all_served(client: &Client) -> Result<()> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    let crds = api.list(&ListParams::default()).await;
    let mut crds = crds.context("listing the definitions")?.items;
    crds.retain(|crd| is_crd_established().matches_object(Some(crd)));
    try_join_all(crds.iter().map(|crd| wait_until_served(client, crd))).await?;
    Ok(())
}

async fn wait_until_served(client: &Client, crd: &CustomResourceDefinition) -> Result<()> {
    let (group, plural) = (&crd.spec.group, &crd.spec.names.plural);
    for version in crd.spec.versions.iter().filter(|version| version.served) {
        let path = format!("/apis/{group}/{}/{plural}?limit=1", version.name);
        let served = async {
            while !is_ok(client, &path).await {
                sleep(Duration::from_millis(30)).await;
            }
        };
        let served = timeout(PATIENCE, served).await;
        served.with_context(|| format!("{path} is not served after {PATIENCE:?}"))?;
    }
    Ok(())
}

async fn install_one(
    api: &Api<CustomResourceDefinition>,
    crd: &CustomResourceDefinition,
) -> Result<()> {
    let name = crd.name_any();
    let params = PatchParams::apply("xtask").force();
    api.patch(&name, &params, &Patch::Apply(crd))
        .await
        .with_context(|| format!("installing {name}"))?;
    let established = await_condition(api.clone(), &name, is_crd_established()).await;
    established.with_context(|| format!("waiting for {name}"))?;
    Ok(())
}

/// The file's name below `deploy/crds`, and its text.
pub fn file(crd: &CustomResourceDefinition) -> Result<(String, String)> {
    let name = format!("{}.{}.yaml", crd.spec.names.plural, crd.spec.group);
    Ok((name, generated::text(std::slice::from_ref(crd))?))
}
