// SPDX-License-Identifier: Apache-2.0

//! Machine.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use validator::Validate;

use super::lenient::{object, object_or_empty};
use super::list::objects;
use super::texts::MatchLabels;
use super::{
    EfiVar, GuestConfig, Later, List, Metadata, NetworkInterfaceSpec, OfTemplate, Ref, RequiredRef,
    SecretKeyRef, Text, Toleration, Volume, decode, part,
};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Machine<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) spec: Option<MachineSpec<'a>>,
    /// As text: whatever a client sends as status decides nothing.
    #[serde(borrow)]
    status: Option<&'a RawValue>,
}

impl Machine<'_> {
    /// The status, as far as it can be read.
    pub(in crate::validate) fn status(&self) -> MachineStatus<'_> {
        let status = self.status.map_or("null", RawValue::get);
        decode(status).unwrap_or_default()
    }
}

/// Status of a machine, as far as a rule reads it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::validate) struct MachineStatus<'a> {
    #[serde(borrow, deserialize_with = "objects")]
    pub(in crate::validate) volumes: List<VolumeStatus<'a>, { bound::VOLUMES }>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in crate::validate) struct VolumeStatus<'a> {
    #[serde(borrow)]
    pub(in crate::validate) name: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct MachineSpec<'a> {
    #[serde(borrow, deserialize_with = "object_or_empty")]
    pub(in crate::validate) machineClassRef: RequiredRef<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES))]
    machinePoolSelector: MatchLabels<'a>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) machinePoolRef: Option<Ref<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::WORD), custom(function = text::power))]
    pub(in crate::validate) power: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::MACHINE_INTERFACES))]
    pub(in crate::validate) networkInterfaces:
        List<MachineInterface<'a>, { bound::MACHINE_INTERFACES }>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::VOLUMES))]
    pub(in crate::validate) volumes: List<Volume<'a>, { bound::VOLUMES }>,
    #[serde(borrow, deserialize_with = "object")]
    ignitionRef: Option<SecretKeyRef<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::EFI_VARS))]
    pub(in crate::validate) efiVars: List<EfiVar<'a>, { bound::EFI_VARS }>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::TOLERATIONS))]
    tolerations: List<Toleration<'a>, { bound::TOLERATIONS }>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) guestConfig: Option<GuestConfig<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct MachineInterface<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) networkInterfaceRef: Option<Ref<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) ephemeral: Option<Box<EphemeralInterface<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralInterface<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) networkInterfaceTemplate: Option<Box<InterfaceTemplate<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct InterfaceTemplate<'a> {
    #[serde(borrow)]
    pub(in crate::validate) metadata: Option<Later<'a, OfTemplate>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) spec: Option<Box<NetworkInterfaceSpec<'a>>>,
}

impl<'a> MachineInterface<'a> {
    /// The spec of the template, where there is one.
    pub(in crate::validate) fn template_spec(&self) -> Option<&NetworkInterfaceSpec<'a>> {
        self.template()?.spec.as_deref()
    }

    /// The template, where there is one.
    pub(in crate::validate) fn template(&self) -> Option<&InterfaceTemplate<'a>> {
        self.ephemeral.as_ref()?.networkInterfaceTemplate.as_deref()
    }
}

part!(MachineSpec:
fields(power),
parts(
    machineClassRef, machinePoolSelector, machinePoolRef, networkInterfaces, volumes, ignitionRef, efiVars,
    tolerations, guestConfig
));
part!(MachineInterface: fields(name), parts(networkInterfaceRef, ephemeral));
part!(EphemeralInterface: fields(), parts(networkInterfaceTemplate));
part!(InterfaceTemplate: fields(), parts(metadata, spec));
