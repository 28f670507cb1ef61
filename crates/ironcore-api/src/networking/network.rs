// SPDX-License-Identifier: Apache-2.0

use ironcore_derive::{Bounded, Judged};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// Desired state of the Network. Peerings are stored; the controller does not act on them.
#[derive(
    CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged,
)]
#[kube(
    group = "networking.ironcore.dev",
    version = "v1alpha1",
    kind = "Network",
    namespaced,
    doc = "A virtual network that NetworkInterfaces are connected to."
)]
#[kube(status = "NetworkStatus", derive = "PartialEq")]
#[kube(
    shortname = "net",
    category = "ironcore",
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(name = "ProviderID", type_ = "string", json_path = ".spec.providerID"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct NetworkSpec {
    /// Identifier of the network at the network provider.
    #[serde(
        rename = "providerID",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = HANDLE, change = once)]
    pub provider_id: Option<String>,
    /// Networks to peer with.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = PEERINGS, key = name, change = free)]
    pub peerings: Vec<NetworkPeering>,
    /// Networks that ask to peer with this network.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = INCOMING_PEERINGS, change = free)]
    pub incoming_peerings: Vec<IncomingPeering>,
}

/// Peering with another network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPeering {
    /// Name of the peering, unique in the network.
    #[field(most = NAME, text(name))]
    pub name: String,
    /// Network to peer with. Each can be named in one peering only.
    #[serde(default, deserialize_with = "nullable")]
    #[field(sent)]
    pub network_ref: PeerNetworkRef,
    /// Prefixes to announce to the peer. Empty means all.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = PEERING_PREFIXES, key = name)]
    pub prefixes: Vec<PeeringPrefix>,
}

/// Reference to a network, possibly of another namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct PeerNetworkRef {
    /// Namespace of the network. Defaults to the namespace of the referring Network.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = NAME, text(short, optional_label))]
    pub namespace: Option<String>,
    /// Name of the network.
    #[serde(default, deserialize_with = "nullable")]
    #[field(required, most = NAME, text(optional_subdomain))]
    pub name: String,
}

/// Prefix that is announced to a peer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct PeeringPrefix {
    /// Name of the item, unique in all peerings of the network.
    #[field(most = NAME, text(name))]
    pub name: String,
    /// Prefix in CIDR notation.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = ADDRESS, text(cidr))]
    pub prefix: Option<String>,
    /// Prefix object to announce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_ref: Option<LocalRef>,
}

/// Network that asks to peer with this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
pub struct IncomingPeering {
    /// Namespace of the network. Defaults to the namespace of this Network.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = NAME, text(short, optional_label))]
    pub namespace: Option<String>,
    /// Name of the network.
    #[field(most = NAME, text(name))]
    pub name: String,
    /// UID of the network.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = UID)]
    pub uid: Option<String>,
}

/// Observed state of the Network, written by the network provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
pub struct NetworkStatus {
    /// State of the network. Not set means Available, as on a cluster without a network provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub state: Option<NetworkState>,
    /// Status of each peering.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = PEERINGS, key = name)]
    pub peerings: Vec<NetworkPeeringStatus>,
}

/// State of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum NetworkState {
    /// Not ready yet.
    Pending,
    /// Ready for use.
    Available,
    /// Cannot be used.
    Error,
}

/// Status of a peering.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
pub struct NetworkPeeringStatus {
    /// Name of the peering.
    #[field(most = NAME)]
    pub name: String,
    /// State of the peering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub state: Option<NetworkPeeringState>,
    /// Prefixes that are announced.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = PEERING_PREFIXES, key = name)]
    pub prefixes: Vec<PeeringPrefixStatus>,
}

/// State of a peering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NetworkPeeringState {
    /// Not ready yet.
    #[default]
    Pending,
    /// Ready for use.
    Ready,
    /// Cannot be used.
    Error,
}

/// Prefix that is announced.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
pub struct PeeringPrefixStatus {
    /// Name of the item in the peering's `prefixes`.
    #[field(most = NAME)]
    pub name: String,
    /// Prefix in CIDR notation.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = ADDRESS)]
    pub prefix: Option<String>,
}
