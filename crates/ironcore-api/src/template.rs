// SPDX-License-Identifier: Apache-2.0

//! Metadata inside a template, for the object that is created from it.

use std::collections::BTreeMap;

use ironcore_derive::Judged;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire::nullable;

/// Metadata of a template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct TemplateMeta {
    /// Labels of the object that is created from the template.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[field(draft = Labels)]
    pub labels: BTreeMap<String, String>,
    /// Annotations of the object that is created from the template.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[field(draft = Annotations)]
    pub annotations: BTreeMap<String, String>,
    /// Not used: the controller names the object that it creates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(most = NAME)]
    pub name: Option<String>,
    /// Not used: the object is created in the namespace of its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(most = NAME)]
    pub namespace: Option<String>,
    /// Not used: the controller names the object that it creates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(most = NAME)]
    pub generate_name: Option<String>,
    /// Not used: finalizers are not copied to the object.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = FINALIZERS, set)]
    pub finalizers: Vec<String>,
    /// Not used. Accepted because Go clients send `creationTimestamp: null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Time>,
}
