//! The custom resource definitions: as files, and installed.

use anyhow::{Context, Result};
use futures::future::try_join_all;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{Patch, PatchParams};
use kube::runtime::wait::{await_condition, conditions::is_crd_established};
use kube::{Api, Client, ResourceExt};

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
    let yaml = quote_yaml_1_1_booleans(&serde_norway::to_string(crd)?);
    Ok((
        name,
        format!("# Generated, do not edit: cargo xtask gen-crds\n{yaml}"),
    ))
}

/// kubectl reads YAML 1.1, where a plain `On` is a boolean.
fn quote_yaml_1_1_booleans(yaml: &str) -> String {
    let is_boolean = |word: &str| {
        matches!(
            word.to_lowercase().as_str(),
            "on" | "off" | "yes" | "no" | "y" | "n"
        )
    };
    let quote = |line: &str| match line.rsplit_once([' ']) {
        Some((before, word)) if before.ends_with([':', '-']) && is_boolean(word) => {
            format!("{before} '{word}'\n")
        }
        _ => format!("{line}\n"),
    };
    yaml.lines().map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_kubectl_takes_for_booleans_are_quoted() {
        let yaml = "default: On\nenum:\n- Off\ntext: turn it On\nother: true\n";
        let quoted = "default: 'On'\nenum:\n- 'Off'\ntext: turn it On\nother: true\n";
        assert_eq!(quote_yaml_1_1_booleans(yaml), quoted);
    }
}
