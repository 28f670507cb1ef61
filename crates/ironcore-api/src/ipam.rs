//! `ipam.ironcore.dev/v1alpha1`: Prefix.

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

/// The block of the prefix, and what was allocated from it.
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
    /// What children were granted: the smallest sorted list of blocks that covers it.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub used: Vec<String>,
    /// Blocks in `used` whose children are not Allocated yet.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub pending: Vec<PendingBlock>,
    /// Freed blocks that are granted again only once nothing else fits, or their time is over.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub resting: Vec<RestingBlock>,
    /// How much of the block was granted, and what is left, as of the last change of `used`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Condition `Ready`: reason and message say what the prefix waits for, or why it gets no block.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub conditions: Vec<Condition>,
    /// The `metadata.generation` that the conditions were derived from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// A block that is being granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PendingBlock {
    /// The block, as `address/length`.
    pub prefix: String,
    /// UID of the Prefix that it is granted to.
    pub uid: String,
}

/// A freed block that rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RestingBlock {
    /// The block, as `address/length`.
    pub prefix: String,
    /// Until when other blocks are preferred.
    pub until: Time,
}

/// How much of a block was granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// How much of the block was granted, in percent, rounded down: 100 only when nothing is left.
    pub used_percent: i32,
    /// The largest block that can still be granted. Absent when nothing is left.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub largest_free: Option<String>,
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
