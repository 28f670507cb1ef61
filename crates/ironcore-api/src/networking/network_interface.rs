// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use ironcore_derive::{Bounded, Judged};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VirtualIPTemplate;
use crate::address::IpFamily;
use crate::ipam::PrefixTemplate;
use crate::reference::{LocalRef, UidRef};
use crate::template::TemplateMeta;
use crate::wire::{empty_as_none, nullable};

/// Desired state of the NetworkInterface.
#[derive(
    CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged,
)]
#[kube(
    group = "networking.ironcore.dev",
    version = "v1alpha1",
    kind = "NetworkInterface",
    namespaced,
    doc = "A connection point between a machine and a virtual network: its addresses, the prefixes that are routed to it, its public address."
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
    /// Identifier of the interface at the network provider. Set while the interface is attached.
    #[serde(
        rename = "providerID",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = HANDLE, change = free)]
    pub provider_id: Option<String>,
    /// Network that the interface is connected to.
    #[serde(default)]
    #[field(sent, form = RequiredRef, change = filled)]
    pub network_ref: LocalRef,
    /// Machine that uses the interface. The controller sets this claim when a Machine names the interface, and clears it when the
    /// Machine is gone or no longer names the interface. Other clients must not set, change or clear it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(form = LabelUidRef, change = free)]
    pub machine_ref: Option<UidRef>,
    /// IP families of the interface, in the order of `ips`. Inferred from `ips` when empty.
    #[serde(default, deserialize_with = "nullable")]
    #[field(most = IPS, each(most = WORD, text(family)), change = filled)]
    pub ip_families: Vec<IpFamily>,
    /// Internal IP addresses of the interface, one for each item of `ipFamilies`.
    #[serde(default, deserialize_with = "nullable")]
    #[field(most = IPS, change = free)]
    pub ips: Vec<IpSource>,
    /// Prefixes that are routed to the interface.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = INTERFACE_PREFIXES, measured, change = free)]
    pub prefixes: Vec<PrefixSource>,
    /// Public IP address of the interface.
    #[serde(rename = "virtualIP", default, skip_serializing_if = "Option::is_none")]
    #[field(measured, change = free)]
    pub virtual_ip: Option<VirtualIPSource>,
    /// Attributes for the network provider, not read by the controller.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[field(most = ENTRIES, each(most = ATTRIBUTE), change = immutable)]
    pub attributes: BTreeMap<String, String>,
}

/// Source of an internal IP address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct IpSource {
    /// IP address. Must be of the family at the same index of `ipFamilies`.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(source, most = ADDRESS, text(ip))]
    pub value: Option<String>,
    /// Prefix of a single address, created for the interface and deleted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub ephemeral: Option<Box<EphemeralPrefix>>,
}

/// Source of a routed prefix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct PrefixSource {
    /// Prefix in CIDR notation.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(source, most = ADDRESS, text(cidr))]
    pub value: Option<String>,
    /// Prefix created for the interface and deleted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub ephemeral: Option<Box<EphemeralPrefix>>,
}

/// Prefix created for an interface and deleted with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralPrefix {
    /// Template of the Prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(required)]
    pub prefix_template: Option<PrefixTemplate>,
}

/// Source of a public IP address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct VirtualIPSource {
    /// VirtualIP to use, in the same namespace.
    #[serde(
        rename = "virtualIPRef",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[field(source, form = LabelRef)]
    pub virtual_ip_ref: Option<LocalRef>,
    /// VirtualIP created for the interface, with the interface's name, which must then be an RFC 1123 label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub ephemeral: Option<Box<EphemeralVirtualIP>>,
}

/// VirtualIP created for an interface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct EphemeralVirtualIP {
    /// Template of the VirtualIP.
    #[serde(
        rename = "virtualIPTemplate",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[field(required)]
    pub virtual_ip_template: Option<VirtualIPTemplate>,
}

/// Observed state of the NetworkInterface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct NetworkInterfaceStatus {
    /// State of the interface: Pending until it has everything that its spec names, then Available; Error if it cannot have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub state: Option<NetworkInterfaceState>,
    /// Time of the last change of `state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_state_transition_time: Option<Time>,
    /// Internal IP addresses that the interface has so far, in the order of `spec.ips`.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = IPS, each(most = ADDRESS))]
    pub ips: Vec<String>,
    /// Routed prefixes that the interface has so far, in the order of `spec.prefixes`.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = INTERFACE_PREFIXES, each(most = ADDRESS))]
    pub prefixes: Vec<String>,
    /// Public IP address.
    #[serde(
        rename = "virtualIP",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = ADDRESS)]
    pub virtual_ip: Option<String>,
    /// Conditions of the interface. Reason and message of `Ready` say what the interface waits for, or why it is in error.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = CONDITIONS, key = type)]
    pub conditions: Vec<Condition>,
    /// The `metadata.generation` that the status was derived from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// State of an interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum NetworkInterfaceState {
    /// The interface waits for something that does not exist yet.
    #[default]
    Pending,
    /// The interface has everything that its spec names.
    Available,
    /// The interface cannot have what its spec names.
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

/// Template of a NetworkInterface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct NetworkInterfaceTemplate {
    /// Labels and annotations of the NetworkInterface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(later)]
    pub metadata: Option<TemplateMeta>,
    /// Spec of the NetworkInterface.
    #[serde(default, deserialize_with = "nullable")]
    #[field(required)]
    pub spec: NetworkInterfaceSpec,
}
