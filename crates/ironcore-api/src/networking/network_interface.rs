use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VirtualIPTemplate;
use crate::address::IpFamily;
use crate::ipam::PrefixTemplate;
use crate::reference::{LocalRef, UidRef};
use crate::wire::{empty_as_none, nullable};

/// What is asked of the interface.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "networking.ironcore.dev",
    version = "v1alpha1",
    kind = "NetworkInterface",
    namespaced,
    doc = "A connection point between a machine and a virtual network: its addresses, the prefixes routed to it, its public address."
)]
#[kube(status = "NetworkInterfaceStatus", derive = "PartialEq")]
#[kube(
    shortname = "nic",
    category = "ironcore",
    printcolumn(
        name = "Network",
        type_ = "string",
        json_path = ".spec.networkRef.name"
    ),
    printcolumn(
        name = "Machine",
        type_ = "string",
        json_path = ".spec.machineRef.name"
    ),
    printcolumn(name = "IPs", type_ = "string", json_path = ".status.ips"),
    printcolumn(name = "Prefixes", type_ = "string", json_path = ".status.prefixes"),
    printcolumn(name = "VirtualIP", type_ = "string", json_path = ".status.virtualIP"),
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        priority = 1
    ),
    printcolumn(
        name = "Provider ID",
        type_ = "string",
        json_path = ".spec.providerID",
        priority = 1
    ),
    selectable = ".spec.machineRef.name",
    selectable = ".spec.networkRef.name",
    selectable = ".status.state"
)]
#[serde(rename_all = "camelCase")]
pub struct NetworkInterfaceSpec {
    /// Identifier that the network provider gave the interface. Set while it is attached.
    #[serde(
        rename = "providerID",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub provider_id: Option<String>,
    /// The Network that this interface is connected to.
    #[serde(default)]
    pub network_ref: LocalRef,
    /// The Machine that has this interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_ref: Option<UidRef>,
    /// The IP families that this interface supports: IPv4, IPv6 or both, in the order of `ips`.
    #[serde(default, deserialize_with = "nullable")]
    pub ip_families: Vec<IpFamily>,
    /// The internal IPs that should be assigned to this interface.
    #[serde(default, deserialize_with = "nullable")]
    pub ips: Vec<IpSource>,
    /// The prefixes that should be routed to this interface.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub prefixes: Vec<PrefixSource>,
    /// The public IP that should be assigned to this interface.
    #[serde(rename = "virtualIP", default, skip_serializing_if = "Option::is_none")]
    pub virtual_ip: Option<VirtualIPSource>,
    /// Attributes for the network provider.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub attributes: BTreeMap<String, String>,
}

/// Where an internal IP comes from: exactly one of its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IpSource {
    /// The address itself.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<String>,
    /// An address allocated by a Prefix that is made for this interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Box<EphemeralPrefix>>,
}

/// Where a routed prefix comes from: exactly one of its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrefixSource {
    /// The prefix itself, as `address/length`.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<String>,
    /// A block allocated by a Prefix that is made for this interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Box<EphemeralPrefix>>,
}

/// A Prefix made for an interface, and removed with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralPrefix {
    /// What the Prefix is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_template: Option<PrefixTemplate>,
}

/// Where a public IP comes from: exactly one of its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VirtualIPSource {
    /// A VirtualIP that exists on its own.
    #[serde(
        rename = "virtualIPRef",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub virtual_ip_ref: Option<LocalRef>,
    /// A VirtualIP that is made for this interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Box<EphemeralVirtualIP>>,
}

/// A VirtualIP made for an interface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EphemeralVirtualIP {
    /// What the VirtualIP is made from.
    #[serde(
        rename = "virtualIPTemplate",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub virtual_ip_template: Option<VirtualIPTemplate>,
}

/// What an interface has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkInterfaceStatus {
    /// Whether the interface has all that its spec asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub state: Option<NetworkInterfaceState>,
    /// When `state` changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_state_transition_time: Option<Time>,
    /// The internal IPs, in the order of `spec.ips`, as far as known.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub ips: Vec<String>,
    /// The routed prefixes, in the order of `spec.prefixes`, as far as known.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub prefixes: Vec<String>,
    /// The public IP.
    #[serde(
        rename = "virtualIP",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub virtual_ip: Option<String>,
    /// Condition `Ready`: reason and message say what is waited for, or why it can't be had.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub conditions: Vec<Condition>,
    /// The `metadata.generation` that this status was derived from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// Whether an interface has what it asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum NetworkInterfaceState {
    /// Something needed is not there yet.
    #[default]
    Pending,
    /// All of it is there.
    Available,
    /// What is asked for can't be had as asked.
    Error,
}

impl NetworkInterfaceState {
    /// The name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Available => "Available",
            Self::Error => "Error",
        }
    }
}

/// What an ephemeral NetworkInterface is made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkInterfaceTemplate {
    /// Labels and annotations of the interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<crate::template::TemplateMeta>,
    /// Its spec.
    #[serde(default, deserialize_with = "nullable")]
    pub spec: NetworkInterfaceSpec,
}
