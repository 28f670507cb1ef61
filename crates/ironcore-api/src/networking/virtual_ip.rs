// SPDX-License-Identifier: Apache-2.0

use ironcore_derive::{Bounded, Judged};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::IpFamily;
use crate::reference::UidRef;
use crate::template::TemplateMeta;
use crate::wire::empty_as_none;

/// Desired state of the VirtualIP.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[kube(
    group = "networking.ironcore.dev",
    version = "v1alpha1",
    kind = "VirtualIP",
    plural = "virtualips",
    namespaced,
    doc = "A public IP address for a NetworkInterface."
)]
#[kube(status = "VirtualIPStatus", derive = "PartialEq")]
#[kube(
    shortname = "vip",
    category = "ironcore",
    printcolumn(name = "ExternalIP", type_ = "string", json_path = ".status.ip"),
    printcolumn(name = "Target", type_ = "string", json_path = ".spec.targetRef.name"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct VirtualIPSpec {
    /// Type of the virtual IP.
    #[serde(rename = "type")]
    #[field(most = WORD, text(virtual_ip_type), change = filled)]
    pub type_: VirtualIPType,
    /// IP family of the address.
    #[field(most = WORD, text(family), change = filled)]
    pub ip_family: IpFamily,
    /// NetworkInterface that uses the virtual IP. The controller sets this claim when a NetworkInterface names the virtual IP, and
    /// clears it when the NetworkInterface is gone or no longer names the virtual IP. Other clients must not set, change or clear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(change = free)]
    pub target_ref: Option<UidRef>,
}

/// Type of a virtual IP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum VirtualIPType {
    /// Reachable from outside of the network.
    #[default]
    Public,
}

/// Observed state of the VirtualIP.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
pub struct VirtualIPStatus {
    /// IP address, once it is allocated.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = ADDRESS)]
    pub ip: Option<String>,
}

/// Template of a VirtualIP.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct VirtualIPTemplate {
    /// Labels and annotations of the VirtualIP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(later, form = NamelessMeta)]
    pub metadata: Option<TemplateMeta>,
    /// Spec of the VirtualIP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(required)]
    pub spec: Option<EphemeralVirtualIPSpec>,
}

/// Spec of an ephemeral VirtualIP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralVirtualIPSpec {
    /// Spec of the VirtualIP.
    #[serde(flatten)]
    pub virtual_ip: VirtualIPSpec,
    /// Whether the VirtualIP is kept when its interface no longer needs it. Defaults to Delete.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub reclaim_policy: Option<ReclaimPolicy>,
}

/// Whether a VirtualIP is kept when its interface no longer needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ReclaimPolicy {
    /// The VirtualIP is released, and kept with its address.
    Retain,
    /// The VirtualIP is deleted.
    Delete,
}
