//! NetworkInterface, and the templates of interfaces.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{object, object_or_empty, objects};
use super::texts::{Family, Texts};
use super::{EphemeralPrefix, LabelUidRef, Metadata, RequiredRef, VirtualIPSource};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NetworkInterface<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required(message = "a spec is needed"), nested)]
    pub(in crate::validate) spec: Option<NetworkInterfaceSpec<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NetworkInterfaceSpec<'a> {
    #[validate(length(max = bound::HANDLE))]
    providerID: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    #[validate(nested)]
    pub(in crate::validate) networkRef: RequiredRef<'a>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) machineRef: Option<LabelUidRef<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::IPS), nested)]
    pub(in crate::validate) ipFamilies: Vec<Family<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::IPS), nested)]
    pub(in crate::validate) ips: Vec<IpSource<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::INTERFACE_PREFIXES), nested)]
    pub(in crate::validate) prefixes: Vec<PrefixSource<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) virtualIP: Option<VirtualIPSource<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES), nested)]
    pub(in crate::validate) attributes: Texts<'a, { bound::ATTRIBUTE }>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct IpSource<'a> {
    #[validate(length(max = bound::ADDRESS), custom(function = text::ip))]
    pub(in crate::validate) value: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) ephemeral: Option<EphemeralPrefix<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PrefixSource<'a> {
    #[validate(length(max = bound::ADDRESS), custom(function = text::prefix))]
    pub(in crate::validate) value: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) ephemeral: Option<EphemeralPrefix<'a>>,
}
