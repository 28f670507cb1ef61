use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EfiVar, GuestConfig, MachineStatus, MachineVolume, SecretKeyRef, Toleration};
use crate::networking::NetworkInterfaceTemplate;
use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// What is asked of the machine.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "compute.ironcore.dev",
    version = "v1alpha1",
    kind = "Machine",
    namespaced,
    doc = "A virtual machine. It runs on a machine pool, whose agent reports in its status."
)]
#[kube(status = "MachineStatus", derive = "PartialEq")]
#[kube(
    category = "ironcore",
    printcolumn(
        name = "MachineClassRef",
        type_ = "string",
        json_path = ".spec.machineClassRef.name"
    ),
    printcolumn(
        name = "MachinePoolRef",
        type_ = "string",
        json_path = ".spec.machinePoolRef.name"
    ),
    printcolumn(name = "State", type_ = "string", json_path = ".status.state"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    ),
    selectable = ".spec.machinePoolRef.name",
    selectable = ".spec.machineClassRef.name"
)]
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
    #[schemars(with = "Option<String>")]
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
