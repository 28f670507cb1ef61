use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// What the machine pool's agent reports.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineStatus {
    /// Identifier of the machine at its pool.
    #[serde(
        rename = "machineID",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub machine_id: Option<String>,
    /// The `metadata.generation` that the agent has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Conditions.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub conditions: Vec<MachineCondition>,
    /// State of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub state: Option<MachineState>,
    /// State of each interface.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub network_interfaces: Vec<MachineNetworkInterfaceStatus>,
    /// State of each volume.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub volumes: Vec<MachineVolumeStatus>,
}

/// A condition of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineCondition {
    /// Type of the condition.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    #[serde(default, deserialize_with = "nullable")]
    pub status: String,
    /// Why, in one word.
    #[serde(default, deserialize_with = "nullable")]
    pub reason: String,
    /// Why, for people.
    #[serde(default, deserialize_with = "nullable")]
    pub message: String,
    /// When `status` changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<Time>,
}

/// State of a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MachineState {
    /// Not running yet.
    #[default]
    Pending,
    /// Running.
    Running,
    /// Shut down.
    Shutdown,
    /// Gone for good.
    Terminated,
    /// On its way out.
    Terminating,
}

/// State of an interface of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineNetworkInterfaceStatus {
    /// Name of the interface inside the machine.
    pub name: String,
    /// Identifier of the interface at the machine's pool.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub handle: Option<String>,
    /// Whether it is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub state: Option<AttachState>,
    /// The NetworkInterface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_ref: Option<LocalRef>,
    /// When `state` changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_state_transition_time: Option<Time>,
}

/// State of a volume of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineVolumeStatus {
    /// Name of the volume inside the machine.
    pub name: String,
    /// Identifier of the volume at the machine's pool.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub handle: Option<String>,
    /// Whether it is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub state: Option<AttachState>,
    /// When `state` changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_state_transition_time: Option<Time>,
    /// The Volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_ref: Option<LocalRef>,
}

/// Whether an interface or volume is attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AttachState {
    /// Not yet.
    #[default]
    Pending,
    /// It is.
    Attached,
}
