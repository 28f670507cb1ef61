// SPDX-License-Identifier: Apache-2.0

//! The objects of `deploy/samples`, applied as `kubectl apply --server-side` does.

use anyhow::{Context, Result};
use ironcore_api::{KINDS, Kind};
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::core::{Request, TypeMeta};
use kube::{Client, Resource};
use serde::Deserialize;

use crate::repo;
use crate::warnings::{Answer, send};

/// Reads every object of `deploy/samples/<file>`.
///
/// # Errors
/// If it can't be read, or is not YAML of objects.
pub fn read(file: &str) -> Result<Vec<DynamicObject>> {
    let path = repo::root().join("deploy/samples").join(file);
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    serde_norway::Deserializer::from_str(&text)
        .map(DynamicObject::deserialize)
        .collect::<Result<_, _>>()
        .with_context(|| format!("reading {}", path.display()))
}

/// Applies one object in this namespace.
///
/// # Errors
/// If it does not say what it is, or there is no answer. A refusal is an answer.
pub async fn apply(
    client: &Client,
    namespace: &str,
    object: DynamicObject,
    dry_run: bool,
) -> Result<Answer<DynamicObject>> {
    let types = object.types.as_ref();
    let resource = resource(types.context("an object without apiVersion and kind")?)?;
    let name = object.metadata.name.clone();
    let name = name.context("an object without a name")?;
    let path = DynamicObject::url_path(&resource, Some(namespace));
    let params = PatchParams {
        dry_run,
        ..PatchParams::apply("samples").force()
    };
    let request = Request::new(path).patch(&name, &params, &Patch::Apply(&object))?;
    send(client, request).await
}

fn resource(types: &TypeMeta) -> Result<ApiResource> {
    let of = GroupVersionKind::try_from(types)?;
    let mut kinds = KINDS.iter();
    let ours = kinds.find(|kind| kind.kind == of.kind && kind.group == of.group);
    Ok(ours.map_or_else(|| ApiResource::from_gvk(&of), resource_of))
}

/// As kube wants to know one of our kinds.
pub fn resource_of(kind: &Kind) -> ApiResource {
    let of = GroupVersionKind::gvk(kind.group, kind.version, kind.kind);
    ApiResource::from_gvk_with_plural(&of, kind.plural)
}
