// SPDX-License-Identifier: Apache-2.0

use ironcore_derive::Bounded;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// Observed state of the Machine, written by the agent of its machine pool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct MachineStatus {
    /// Identifier of the machine at its machine pool.
    #[serde(
        rename = "machineID",
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = HANDLE)]
    pub machine_id: Option<String>,
    /// The `metadata.generation` that the agent has seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Conditions of the machine.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = CONDITIONS, key = type)]
    pub conditions: Vec<MachineCondition>,
    /// State of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub state: Option<MachineState>,
    /// Status of each network interface.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = MACHINE_INTERFACES, key = name)]
    pub network_interfaces: Vec<MachineNetworkInterfaceStatus>,
    /// Status of each volume.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = VOLUMES, key = name)]
    pub volumes: Vec<MachineVolumeStatus>,
}

/// Condition of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct MachineCondition {
    /// Type of the condition.
    #[serde(rename = "type")]
    pub type_: String,
    /// `True`, `False` or `Unknown`.
    #[serde(default, deserialize_with = "nullable")]
    #[field(sent)]
    pub status: String,
    /// Reason of the last change of `status`, in one word.
    #[serde(default, deserialize_with = "nullable")]
    pub reason: String,
    /// Reason of the last change of `status`, for people.
    #[serde(default, deserialize_with = "nullable")]
    pub message: String,
    /// Time of the last change of `status`.
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
    /// Removed from its machine pool.
    Terminated,
    /// Being removed.
    Terminating,
}

/// Status of a network interface of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct MachineNetworkInterfaceStatus {
    /// Name of the interface in `spec.networkInterfaces`.
    #[field(most = NAME)]
    pub name: String,
    /// Identifier of the interface at the machine pool.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = HANDLE)]
    pub handle: Option<String>,
    /// Whether the interface is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub state: Option<AttachState>,
    /// NetworkInterface that is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(form = NameOnly)]
    pub network_interface_ref: Option<LocalRef>,
    /// Time of the last change of `state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_state_transition_time: Option<Time>,
}

/// Status of a volume of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Bounded)]
#[serde(rename_all = "camelCase")]
pub struct MachineVolumeStatus {
    /// Name of the volume in `spec.volumes`.
    #[field(most = NAME)]
    pub name: String,
    /// Identifier of the volume at the machine pool.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[field(most = HANDLE)]
    pub handle: Option<String>,
    /// Whether the volume is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    #[field(values)]
    pub state: Option<AttachState>,
    /// Time of the last change of `state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_state_transition_time: Option<Time>,
    /// Volume that is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(form = NameOnly)]
    pub volume_ref: Option<LocalRef>,
}

/// Whether an interface or volume is attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AttachState {
    /// Not attached yet.
    #[default]
    Pending,
    /// Attached.
    Attached,
}
