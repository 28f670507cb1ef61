// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface, and the templates of interfaces.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{object, object_or_empty};
use super::list::{objects, texts};
use super::texts::{Attributes, Family};
use super::{
    EphemeralPrefix, LabelUidRef, List, Measured, Metadata, RequiredRef, Text, VirtualIPSource,
    measured_object, measured_objects, part,
};
use crate::bound;
use crate::validate::text;
use crate::wire::nullable;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NetworkInterface<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(required)]
    pub(in crate::validate) spec: Option<NetworkInterfaceSpec<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NetworkInterfaceSpec<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::HANDLE))]
    providerID: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    pub(in crate::validate) networkRef: RequiredRef<'a>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) machineRef: Option<LabelUidRef<'a>>,
    #[serde(borrow, deserialize_with = "texts")]
    #[validate(length(max = bound::IPS))]
    pub(in crate::validate) ipFamilies: List<Family<'a>, { bound::IPS }>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::IPS))]
    pub(in crate::validate) ips: List<IpSource<'a>, { bound::IPS }>,
    #[serde(borrow, deserialize_with = "measured_objects")]
    #[validate(length(max = bound::INTERFACE_PREFIXES))]
    pub(in crate::validate) prefixes:
        Measured<List<PrefixSource<'a>, { bound::INTERFACE_PREFIXES }>>,
    #[serde(borrow, deserialize_with = "measured_object")]
    pub(in crate::validate) virtualIP: Measured<Option<VirtualIPSource<'a>>>,
    #[serde(borrow, deserialize_with = "nullable")]
    #[validate(length(max = bound::ENTRIES))]
    pub(in crate::validate) attributes: Attributes<'a>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct IpSource<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::ADDRESS), custom(function = text::ip))]
    pub(in crate::validate) value: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) ephemeral: Option<Box<EphemeralPrefix<'a>>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PrefixSource<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::ADDRESS), custom(function = text::prefix))]
    pub(in crate::validate) value: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) ephemeral: Option<Box<EphemeralPrefix<'a>>>,
}

part!(NetworkInterfaceSpec:
    fields(providerID),
    parts(networkRef, machineRef, ipFamilies, ips, prefixes, virtualIP, attributes));
part!(IpSource: fields(value), parts(ephemeral));
part!(PrefixSource: fields(value), parts(ephemeral));
