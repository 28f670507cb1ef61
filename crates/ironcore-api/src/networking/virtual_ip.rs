use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::IpFamily;
use crate::reference::UidRef;
use crate::template::TemplateMeta;
use crate::wire::empty_as_none;

/// What is asked of the virtual IP.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "networking.ironcore.dev",
    version = "v1alpha1",
    kind = "VirtualIP",
    plural = "virtualips",
    namespaced,
    doc = "A public IP address that a NetworkInterface can have."
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
    pub type_: VirtualIPType,
    /// Family of the address.
    pub ip_family: IpFamily,
    /// The NetworkInterface that has this virtual IP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<UidRef>,
}

/// Type of a virtual IP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum VirtualIPType {
    /// Reachable from outside.
    #[default]
    Public,
}

/// What was allocated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VirtualIPStatus {
    /// The address.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub ip: Option<String>,
}

/// What an ephemeral VirtualIP is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VirtualIPTemplate {
    /// Labels and annotations of the VirtualIP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<TemplateMeta>,
    /// Its spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<EphemeralVirtualIPSpec>,
}

/// Spec of an ephemeral VirtualIP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralVirtualIPSpec {
    /// The spec of the VirtualIP.
    #[serde(flatten)]
    pub virtual_ip: VirtualIPSpec,
    /// What becomes of the VirtualIP when its interface goes. Absent means Delete.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub reclaim_policy: Option<ReclaimPolicy>,
}

/// What becomes of a VirtualIP when the interface that it was made for goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ReclaimPolicy {
    /// It stays, released.
    Retain,
    /// It goes, too.
    Delete,
}
