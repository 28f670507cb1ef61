//! `ipam.ironcore.dev/v1alpha1`: Prefix.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::IpFamily;
use crate::reference::LocalRef;
use crate::template::TemplateMeta;
use crate::wire::{empty_as_none, nullable};

/// The group of these kinds.
pub const GROUP: &str = "ipam.ironcore.dev";

/// What is asked of the prefix.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "ipam.ironcore.dev",
    version = "v1alpha1",
    kind = "Prefix",
    plural = "prefixes",
    namespaced,
    doc = "A block of addresses: a root that is given, or a part of a parent that is allocated to it."
)]
#[kube(status = "PrefixStatus", derive = "PartialEq")]
#[kube(
    shortname = "pfx",
    category = "ironcore",
    printcolumn(name = "Prefix", type_ = "string", json_path = ".spec.prefix"),
    printcolumn(name = "Parent", type_ = "string", json_path = ".spec.parentRef.name"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct PrefixSpec {
    /// Family of the addresses. Inferred from `prefix` when absent.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub ip_family: Option<IpFamily>,
    /// The block, as `address/length`: given for a root, asked for or allocated for a child.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub prefix: Option<String>,
    /// Length in bits of the block to allocate. 0 means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_length: Option<i32>,
    /// The prefix to allocate from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_ref: Option<LocalRef>,
    /// Selects the prefixes to allocate from, by their labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_selector: Option<LabelSelector>,
}

/// What was allocated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrefixStatus {
    /// Whether the block is this prefix's to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub phase: Option<PrefixPhase>,
    /// When `phase` changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_phase_transition_time: Option<Time>,
    /// Blocks handed out to children.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub used: Vec<String>,
}

/// Whether a prefix has its block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PrefixPhase {
    /// Not yet.
    #[default]
    Pending,
    /// It has it.
    Allocated,
}

/// What an ephemeral Prefix is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrefixTemplate {
    /// Labels and annotations of the Prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<TemplateMeta>,
    /// Its spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<PrefixSpec>,
}
