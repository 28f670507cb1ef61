//! Machine.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{object, object_or_empty, objects};
use super::{
    EfiVar, GuestConfig, Metadata, NetworkInterfaceSpec, Ref, RequiredRef, SecretKeyRef,
    TemplateMetadata, Texts, Toleration, Volume,
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
    #[validate(required(message = "a spec is needed"), nested)]
    pub(in crate::validate) spec: Option<MachineSpec<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct MachineSpec<'a> {
    #[serde(borrow, deserialize_with = "object_or_empty")]
    #[validate(nested)]
    pub(in crate::validate) machineClassRef: RequiredRef<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES), nested)]
    machinePoolSelector: Texts<'a, { bound::LABEL_VALUE }>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) machinePoolRef: Option<Ref<'a>>,
    #[validate(length(max = bound::WORD), custom(function = text::power))]
    power: Option<&'a str>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::MACHINE_INTERFACES), nested)]
    pub(in crate::validate) networkInterfaces: Vec<MachineInterface<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::VOLUMES), nested)]
    pub(in crate::validate) volumes: Vec<Volume<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    ignitionRef: Option<SecretKeyRef<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::EFI_VARS), nested)]
    pub(in crate::validate) efiVars: Vec<EfiVar<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::TOLERATIONS), nested)]
    tolerations: Vec<Toleration<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) guestConfig: Option<GuestConfig<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct MachineInterface<'a> {
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) networkInterfaceRef: Option<Ref<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) ephemeral: Option<EphemeralInterface<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct EphemeralInterface<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a template is needed"), nested)]
    pub(in crate::validate) networkInterfaceTemplate: Option<InterfaceTemplate<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct InterfaceTemplate<'a> {
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) metadata: Option<TemplateMetadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a template needs a spec"), nested)]
    pub(in crate::validate) spec: Option<NetworkInterfaceSpec<'a>>,
}

impl<'a> MachineInterface<'a> {
    /// The template, where there is one.
    pub(in crate::validate) fn template(&self) -> Option<&InterfaceTemplate<'a>> {
        self.ephemeral.as_ref()?.networkInterfaceTemplate.as_ref()
    }
}
