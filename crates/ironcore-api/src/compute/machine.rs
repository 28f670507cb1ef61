// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EfiVar, GuestConfig, MachineStatus, MachineVolume, SecretKeyRef, Toleration};
use crate::networking::NetworkInterfaceTemplate;
use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// Desired state of the Machine.
#[derive(CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "compute.ironcore.dev",
    version = "v1alpha1",
    kind = "Machine",
    namespaced,
    doc = "A virtual machine that runs on a machine pool. The pool's agent writes its status."
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
    /// MachineClass of the machine.
    #[serde(default)]
    pub machine_class_ref: LocalRef,
    /// Labels of the MachinePools that the machine can run on.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub machine_pool_selector: BTreeMap<String, String>,
    /// MachinePool that the machine runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_pool_ref: Option<LocalRef>,
    /// Whether the machine is switched on.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub power: Option<Power>,
    /// Network interfaces of the machine, with unique names.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub network_interfaces: Vec<MachineNetworkInterface>,
    /// Volumes of the machine, with unique names.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub volumes: Vec<MachineVolume>,
    /// Key of the Secret that holds the ignition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignition_ref: Option<SecretKeyRef>,
    /// EFI variables of the machine, with unique names.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub efi_vars: Vec<EfiVar>,
    /// Taints of MachinePools that the machine tolerates.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub tolerations: Vec<Toleration>,
    /// Configuration of the guest operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guest_config: Option<GuestConfig>,
}

/// Whether a machine is switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Power {
    /// On.
    #[default]
    On,
    /// Off.
    Off,
}

/// Network interface of a machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineNetworkInterface {
    /// Name of the interface, unique in the machine. An ephemeral NetworkInterface is named `<machine>-<name>`.
    pub name: String,
    /// NetworkInterface to use, in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_ref: Option<LocalRef>,
    /// NetworkInterface created for the machine and deleted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral: Option<Box<EphemeralNetworkInterface>>,
}

/// NetworkInterface created for a machine and deleted with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralNetworkInterface {
    /// Template of the NetworkInterface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_template: Option<NetworkInterfaceTemplate>,
}
