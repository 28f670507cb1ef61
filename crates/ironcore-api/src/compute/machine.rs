// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

use ironcore_derive::Judged;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EfiVar, GuestConfig, MachineStatus, MachineVolume, SecretKeyRef, Toleration};
use crate::networking::NetworkInterfaceTemplate;
use crate::reference::LocalRef;
use crate::wire::{empty_as_none, nullable};

/// Desired state of the Machine.
#[derive(
    CustomResource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged,
)]
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
    #[field(sent, form = RequiredRef, change = filled)]
    pub machine_class_ref: LocalRef,
    /// Labels of the MachinePools that the machine can run on.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[field(most = ENTRIES, labels, each(most = LABEL_VALUE), change = free)]
    pub machine_pool_selector: BTreeMap<String, String>,
    /// MachinePool that the machine runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(change = once)]
    pub machine_pool_ref: Option<LocalRef>,
    /// Whether the machine is switched on.
    #[serde(
        default,
        deserialize_with = "empty_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    #[field(most = WORD, text(power), default = On, change = free)]
    pub power: Option<Power>,
    /// Network interfaces of the machine, with unique names.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = MACHINE_INTERFACES, key = name, change = free)]
    pub network_interfaces: Vec<MachineNetworkInterface>,
    /// Volumes of the machine, with unique names.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = VOLUMES, key = name, change = special)]
    pub volumes: Vec<MachineVolume>,
    /// Key of the Secret that holds the ignition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(change = free)]
    pub ignition_ref: Option<SecretKeyRef>,
    /// EFI variables of the machine, with unique names.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = EFI_VARS, key = name, change = free)]
    pub efi_vars: Vec<EfiVar>,
    /// Taints of MachinePools that the machine tolerates.
    #[serde(
        default,
        deserialize_with = "nullable",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[field(most = TOLERATIONS, change = free)]
    pub tolerations: Vec<Toleration>,
    /// Configuration of the guest operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(change = within)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct MachineNetworkInterface {
    /// Name of the interface, unique in the machine. An ephemeral NetworkInterface is named `<machine>-<name>`.
    #[field(most = NAME, text(name))]
    pub name: String,
    /// NetworkInterface to use, in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub network_interface_ref: Option<LocalRef>,
    /// NetworkInterface created for the machine and deleted with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(source)]
    pub ephemeral: Option<Box<EphemeralNetworkInterface>>,
}

/// NetworkInterface created for a machine and deleted with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Judged)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralNetworkInterface {
    /// Template of the NetworkInterface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[field(required)]
    pub network_interface_template: Option<NetworkInterfaceTemplate>,
}
