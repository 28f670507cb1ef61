// SPDX-License-Identifier: Apache-2.0

//! A child as the API server is to create it.

use ironcore_api::ownership::{self, EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use serde_json::{Map, Value, json};

use crate::world::{Kind, Object};

/// The controller owner reference of what is made for `owner`.
pub(in crate::plan) fn reference<O: Object>(owner: &O) -> OwnerReference {
    let meta = owner.meta();
    ownership::controller_reference(
        &O::KIND.api_version(),
        O::KIND.as_str(),
        &meta.name,
        &meta.uid,
    )
}

/// A child of `kind` for `owner`: with the mark, and with what the template names, but for annotations that a template can't
/// set: the controller's `marks`. `extra` are further annotations.
pub(in crate::plan) fn body<'a, O: Object>(
    owner: &O,
    (kind, name): (Kind, &str),
    (labels, annotations): (
        impl Iterator<Item = (&'a str, &'a str)>,
        impl Iterator<Item = (&'a str, &'a str)>,
    ),
    marks: &[&str],
    extra: Option<(&str, String)>,
    spec: &Value,
) -> Value {
    let pair = |(key, value): (&str, &str)| (key.to_owned(), value.into());
    let labels: Map<String, Value> = labels.map(pair).collect();
    let annotations = annotations.filter(|(key, _)| !marks.contains(key));
    let mut annotations: Map<String, Value> = annotations.map(pair).collect();
    annotations.insert(EPHEMERAL_MANAGED_BY.to_owned(), EPHEMERAL_MANAGER.into());
    annotations.extend(extra.map(|(key, value)| (key.to_owned(), value.into())));
    let mut metadata = json!({
        "namespace": &*owner.meta().namespace,
        "name": name,
        "annotations": annotations,
        "ownerReferences": [reference(owner)],
    });
    if !labels.is_empty() {
        metadata["labels"] = labels.into();
    }
    json!({
        "apiVersion": kind.api_version(),
        "kind": kind.as_str(),
        "metadata": metadata,
        "spec": spec,
    })
}
