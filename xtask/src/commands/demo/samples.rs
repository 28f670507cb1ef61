//! `deploy/samples`, applied as `kubectl apply --server-side` does.

use anyhow::{Context, Result};
use kube::Client;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use serde::Deserialize;
use xtask::repo;

/// Applies every object of `deploy/samples/<file>` in the namespace `default`, telling each.
pub(super) async fn apply(client: &Client, file: &str) -> Result<()> {
    let path = repo::root().join("deploy/samples").join(file);
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    for document in serde_norway::Deserializer::from_str(&text) {
        let object = DynamicObject::deserialize(document)
            .with_context(|| format!("reading {}", path.display()))?;
        let name = apply_one(client, object)
            .await
            .with_context(|| format!("applying {file}"))?;
        println!("applied {name} (deploy/samples/{file})");
    }
    Ok(())
}

async fn apply_one(client: &Client, object: DynamicObject) -> Result<String> {
    let types = object
        .types
        .clone()
        .context("an object without apiVersion and kind")?;
    let gvk = GroupVersionKind::try_from(&types)?;
    let kind = ironcore_api::KINDS
        .iter()
        .find(|kind| kind.kind == gvk.kind && kind.group == gvk.group);
    let plural = kind
        .with_context(|| format!("{} is no kind of ours", gvk.kind))?
        .plural;
    let resource = ApiResource::from_gvk_with_plural(&gvk, plural);
    let name = object
        .metadata
        .name
        .clone()
        .context("an object without a name")?;
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), "default", &resource);
    let params = PatchParams::apply("demo").force();
    api.patch(&name, &params, &Patch::Apply(&object)).await?;
    Ok(format!("{}/{name}", gvk.kind.to_lowercase()))
}
