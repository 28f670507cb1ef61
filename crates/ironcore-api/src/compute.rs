//! `compute.ironcore.dev/v1alpha1`: Machine.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::networking::NetworkInterfaceTemplate;
use crate::reference::LocalRef;
use crate::template::TemplateMeta;
use crate::wire::{empty_as_none, nullable};

/// The group of these kinds.
pub const GROUP: &str = "compute.ironcore.dev";

/// A virtual machine.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "compute.ironcore.dev",
    version = "v1alpha1",
    kind = "Machine",
    namespaced
)]
#[kube(status = "MachineStatus", derive = "PartialEq")]
#[serde(rename_all = "camelCase")]
pub struct MachineSpec {
    /// The class of the machine: its size.
    #[serde(default)]
    pub machine_class_ref: LocalRef,
    /// Labels that the pool to run on must bear.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub machine_pool_selector: BTreeMap<String, String>,
    /// The pool that the machine runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_pool_ref: Option<LocalRef>,
    /// Whether the machine should be on.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub power: Option<Power>,
    /// The machine's interfaces.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub network_interfaces: Vec<MachineNetworkInterface>,
    /// The machine's volumes.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub volumes: Vec<MachineVolume>,
    /// The Secret that holds the ignition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignition_ref: Option<SecretKeyRef>,
    /// EFI variables.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub efi_vars: Vec<EfiVar>,
    /// Taints of pools that the machine tolerates.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tolerations: Vec<Toleration>,
    /// Configuration of the guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_config: Option<GuestConfig>,
}

/// Whether a machine should be on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Power {
    /// On.
    #[default]
    On,
    /// Off.
    Off,
}

/// An interface of a machine: a name, and exactly one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineNetworkInterface {
    /// Name of the interface inside the machine.
    pub name: String,
    /// A NetworkInterface that exists on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_ref: Option<LocalRef>,
    /// A NetworkInterface made for this machine, and removed with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Box<EphemeralNetworkInterface>>,
}

/// A NetworkInterface made for a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralNetworkInterface {
    /// What the interface is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_template: Option<NetworkInterfaceTemplate>,
}

/// A volume of a machine: a name, and exactly one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineVolume {
    /// Name of the volume inside the machine.
    pub name: String,
    /// Device name: `oda`, `odb`, …
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub device: Option<String>,
    /// A Volume that exists on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_ref: Option<LocalRef>,
    /// An empty disk that goes with the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty_disk: Option<EmptyDisk>,
    /// A disk local to the pool's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_disk: Option<LocalDisk>,
    /// A Volume made for this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<EphemeralVolume>,
}

/// An empty disk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmptyDisk {
    /// Size at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_limit: Option<Quantity>,
}

/// A disk local to the pool's host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocalDisk {
    /// Size at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_limit: Option<Quantity>,
    /// Image to fill the disk with.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub image: Option<String>,
}

/// A Volume made for a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralVolume {
    /// What the Volume is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_template: Option<VolumeTemplate>,
}

/// What an ephemeral Volume is made from. Its spec is kept whole, not read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VolumeTemplate {
    /// Labels and annotations of the Volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<TemplateMeta>,
    /// Its spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spec: Option<serde_json::Value>,
}

/// A key of a Secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecretKeyRef {
    /// Name of the Secret.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub name: Option<String>,
    /// Key inside of it.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub key: Option<String>,
}

/// An EFI variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EfiVar {
    /// Name.
    pub name: String,
    /// UUID of the vendor.
    #[serde(default, deserialize_with = "nullable")]
    pub uuid: String,
    /// Value.
    #[serde(default, deserialize_with = "nullable")]
    pub value: String,
}

/// A taint that is tolerated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Toleration {
    /// Key of the taint; all when empty.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub key: Option<String>,
    /// Relation of key and value: `Equal` or `Exists`.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub operator: Option<String>,
    /// Value of the taint.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<String>,
    /// Effect of the taint; all when empty.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub effect: Option<String>,
}

/// Configuration of the guest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuestConfig {
    /// Host name.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub hostname: Option<String>,
}

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
