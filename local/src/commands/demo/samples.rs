//! `deploy/samples`, applied as `kubectl apply --server-side` does.

use crate::repo;
use crate::warnings::{Answer, send};
use anyhow::{Context, Result};
use kube::Client;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::core::Request;
use serde::Deserialize;

use super::kubectl;

/// Applies every object of `deploy/samples/<file>` in the namespace `default`, telling each.
pub(super) async fn apply(client: &Client, file: &str) -> Result<()> {
    for object in read(file)? {
        let name = object.metadata.name.clone().unwrap_or_default();
        let kind = object.types.clone().unwrap_or_default().kind;
        let answer = send_one(client, object, false).await?;
        print!("{}", kubectl::warnings(&answer.warnings));
        answer.result.with_context(|| format!("applying {file}"))?;
        println!(
            "applied {}/{name} (deploy/samples/{file})",
            kind.to_lowercase()
        );
    }
    Ok(())
}

/// What comes of applying the one object of `deploy/samples/<file>`.
pub(super) async fn try_apply(
    client: &Client,
    file: &str,
    dry_run: bool,
) -> Result<Answer<DynamicObject>> {
    let object = read(file)?.pop();
    let object = object.with_context(|| format!("deploy/samples/{file} holds no object"))?;
    send_one(client, object, dry_run).await
}

fn read(file: &str) -> Result<Vec<DynamicObject>> {
    let path = repo::root().join("deploy/samples").join(file);
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_norway::Deserializer::from_str(&text)
        .map(DynamicObject::deserialize)
        .collect::<Result<_, _>>()
        .with_context(|| format!("reading {}", path.display()))
}

async fn send_one(
    client: &Client,
    object: DynamicObject,
    dry_run: bool,
) -> Result<Answer<DynamicObject>> {
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
    let path = <DynamicObject as kube::Resource>::url_path(&resource, Some("default"));
    let params = PatchParams {
        dry_run,
        ..PatchParams::apply("demo").force()
    };
    let request = Request::new(path).patch(&name, &params, &Patch::Apply(&object))?;
    send(client, request).await
}
