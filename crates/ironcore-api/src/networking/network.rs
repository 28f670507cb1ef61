use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// What is asked of the network. Peerings are stored, not acted on.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "networking.ironcore.dev",
    version = "v1alpha1",
    kind = "Network",
    namespaced,
    doc = "A virtual network: what NetworkInterfaces are connected to."
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
    /// Identifier that the network provider gave the network.
    #[serde(
        rename = "providerID",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub provider_id: Option<String>,
    /// Networks that this network wants to peer with.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub peerings: Vec<NetworkPeering>,
    /// Networks that want to peer with this network.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub incoming_peerings: Vec<IncomingPeering>,
}

/// A network to peer with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPeering {
    /// Name of the peering, unique in its list.
    pub name: String,
    /// The network to peer with.
    #[serde(default, deserialize_with = "nullable")]
    pub network_ref: PeerNetworkRef,
    /// The prefixes to announce; all when empty.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub prefixes: Vec<PeeringPrefix>,
}

/// A network, possibly of another namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeerNetworkRef {
    /// Namespace; the referrer's own when absent.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub namespace: Option<String>,
    /// Name.
    #[serde(default, deserialize_with = "nullable")]
    pub name: String,
}

/// A prefix announced to a peer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeeringPrefix {
    /// Name of the entry, unique over all peerings.
    pub name: String,
    /// The prefix, as `address/length`.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub prefix: Option<String>,
    /// The Prefix object that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_ref: Option<LocalRef>,
}

/// A network that wants to peer with this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IncomingPeering {
    /// Namespace of that network.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its UID.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub uid: Option<String>,
}

/// What the network provider reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkStatus {
    /// Whether the network can be used. Absent counts as Available: on a plain cluster nothing sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub state: Option<NetworkState>,
    /// State of each peering.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub peerings: Vec<NetworkPeeringStatus>,
}

/// Whether a network can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NetworkState {
    /// Not yet.
    Pending,
    /// It can.
    Available,
    /// It can't.
    Error,
}

/// State of a peering.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkPeeringStatus {
    /// Name of the peering.
    pub name: String,
    /// Whether it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub state: Option<NetworkPeeringState>,
    /// The prefixes announced.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub prefixes: Vec<PeeringPrefixStatus>,
}

/// Whether a peering works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum NetworkPeeringState {
    /// Not yet.
    #[default]
    Pending,
    /// It does.
    Ready,
    /// It can't.
    Error,
}

/// An announced prefix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PeeringPrefixStatus {
    /// Name of the entry.
    pub name: String,
    /// The prefix announced.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub prefix: Option<String>,
}
