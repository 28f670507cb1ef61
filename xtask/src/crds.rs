//! The custom resource definitions: as files, and installed.

use anyhow::{Context, Result};
use futures::future::try_join_all;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use kube::{Api, Client, ResourceExt};

use crate::generated;

/// Installs them by server-side apply; returns when objects of them can be made.
pub async fn install(client: &Client) -> Result<()> {
    install_these(client, &ironcore_api::crds()).await
}

/// As [`install`], for definitions that are ours with a change.
pub async fn install_these(client: &Client, crds: &[CustomResourceDefinition]) -> Result<()> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    try_join_all(crds.iter().map(|crd| install_one(&api, crd))).await?;
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
