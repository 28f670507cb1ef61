// SPDX-License-Identifier: Apache-2.0

use ironcore_derive::Judged;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalRef;
use crate::template::TemplateMeta;
use crate::wire::empty_as_none;

/// Volume of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct MachineVolume {
    /// Name of the volume, unique in the machine.
    #[field(most = NAME, text(name))]
    pub name: String,
    /// Device name of the volume, for example `oda`. Defaults to the first that is free of `oda` to `odz`, `odaa` to `odzz`
    /// (set by the webhook).
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = WORD, text(device))]
    pub device: Option<String>,
    /// Volume to use, in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub volume_ref: Option<LocalRef>,
    /// Empty disk that is deleted with the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub empty_disk: Option<EmptyDisk>,
    /// Disk on the host of the machine pool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub local_disk: Option<LocalDisk>,
    /// Volume created for the machine and deleted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub ephemeral: Option<EphemeralVolume>,
}

/// Empty disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct EmptyDisk {
    /// Maximum size of the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_limit: Option<Quantity>,
}

/// Disk on the host of a machine pool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct LocalDisk {
    /// Maximum size of the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_limit: Option<Quantity>,
    /// Image that the disk is filled with.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = IMAGE)]
    pub image: Option<String>,
}

/// Volume created for a machine and deleted with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralVolume {
    /// Template of the Volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(required)]
    pub volume_template: Option<VolumeTemplate>,
}

/// Template of a Volume. Its spec is stored as it is, and not validated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct VolumeTemplate {
    /// Labels and annotations of the Volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(later)]
    pub metadata: Option<TemplateMeta>,
    /// Spec of the Volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(required)]
    pub spec: Option<serde_json::Value>,
}
