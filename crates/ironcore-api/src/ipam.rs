// SPDX-License-Identifier: Apache-2.0

//! `ipam.ironcore.dev/v1alpha1`: Prefix.

use ironcore_derive::{Bounded, Judged};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, LabelSelector, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::IpFamily;
use crate::reference::LocalRef;
use crate::template::TemplateMeta;
use crate::wire::{empty_as_none, nullable};

/// The group of these kinds.
pub const GROUP: &str = "ipam.ironcore.dev";

/// How many blocks of a prefix can be `pending` at once, and how many can rest.
pub const MOST_PENDING: usize = 1024;

/// Desired state of the Prefix.
#[derive(
    CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged,
)]
#[kube(
    group = "ipam.ironcore.dev",
    version = "v1alpha1",
    kind = "Prefix",
    plural = "prefixes",
    namespaced,
    doc = "A block of IP addresses: a root, or part of a parent Prefix that is allocated to it."
)]
#[kube(status = "PrefixStatus", derive = "PartialEq")]
#[kube(
    shortname = "pfx",
    category = "ironcore",
    printcolumn(name = "Prefix", type_ = "string", json_path = ".spec.prefix"),
    printcolumn(name = "Parent", type_ = "string", json_path = ".spec.parentRef.name"),
    printcolumn(name = "Phase", type_ = "string", json_path = ".status.phase"),
    printcolumn(
        name = "Used%",
        type_ = "integer",
        json_path = ".status.capacity.usedPercent"
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    ),
    printcolumn(
        name = "LargestFree",
        type_ = "string",
        json_path = ".status.capacity.largestFree",
        priority = 1
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct PrefixSpec {
    /// IP family. Inferred from `prefix` when not specified.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    #[field(most = WORD, text(optional_family), change = filled)]
    pub ip_family: Option<IpFamily>,
    /// Block in CIDR notation. Required for a root. For a child, the block to allocate; set by the controller otherwise.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = ADDRESS, text(cidr), change = once)]
    pub prefix: Option<String>,
    /// Prefix length of the block to allocate. 0 is the same as not specified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(range = 0.., keyword, change = once)]
    pub prefix_length: Option<i32>,
    /// Prefix to allocate from. Set by the controller if `parentSelector` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(change = once, unless = parent_selector)]
    pub parent_ref: Option<LocalRef>,
    /// Label selector of the Prefixes to allocate from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(later, change = immutable)]
    pub parent_selector: Option<LabelSelector>,
}

/// Observed state of the Prefix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct PrefixStatus {
    /// Phase of the Prefix: Allocated once its block is its own to use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub phase: Option<PrefixPhase>,
    /// Time of the last change of `phase`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_phase_transition_time: Option<Time>,
    /// Blocks that are granted to children, sorted, adjacent blocks merged.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = USED, each(most = ADDRESS))]
    pub used: Vec<String>,
    /// Blocks in `used` whose children are not yet Allocated.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = PENDING)]
    pub pending: Vec<PendingBlock>,
    /// Freed blocks that are not granted again until their time is over, or nothing else fits.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = PENDING)]
    pub resting: Vec<RestingBlock>,
    /// How much of the block is granted, and the largest block that is free. Updated when `used` changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Conditions of the Prefix. Reason and message of `Ready` say what the Prefix waits for, or why it cannot have its block.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = CONDITIONS, key = type)]
    pub conditions: Vec<Condition>,
    /// The `metadata.generation` that the conditions were derived from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// Block that is being granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Bounded)]
pub struct PendingBlock {
    /// Block in CIDR notation.
    #[field(most = ADDRESS)]
    pub prefix: String,
    /// UID of the Prefix that the block is granted to.
    #[field(most = UID)]
    pub uid: String,
}

/// Freed block that is not granted again yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Bounded)]
pub struct RestingBlock {
    /// Block in CIDR notation.
    #[field(most = ADDRESS)]
    pub prefix: String,
    /// Time until which other blocks are preferred.
    pub until: Time,
}

/// How much of a block is granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// Granted share of the block in percent, rounded down. 100 only if nothing is free.
    pub used_percent: i32,
    /// Largest block that is free, in CIDR notation. Absent if nothing is free.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = ADDRESS)]
    pub largest_free: Option<String>,
}

/// Phase of a Prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PrefixPhase {
    /// The Prefix waits for its block.
    #[default]
    Pending,
    /// The Prefix has its block.
    Allocated,
}

/// Template of a Prefix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct PrefixTemplate {
    /// Labels and annotations of the Prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(later, form = NamelessMeta)]
    pub metadata: Option<TemplateMeta>,
    /// Spec of the Prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(required)]
    pub spec: Option<PrefixSpec>,
}
