// SPDX-License-Identifier: Apache-2.0

//! Network.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{object, object_or_empty};
use super::list::objects;
use super::{List, Metadata, Ref, Text, part};
use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Network<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    pub(in crate::validate) spec: NetworkSpec<'a>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NetworkSpec<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::HANDLE))]
    pub(in crate::validate) providerID: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::PEERINGS))]
    pub(in crate::validate) peerings: List<Peering<'a>, { bound::PEERINGS }>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::INCOMING_PEERINGS))]
    pub(in crate::validate) incomingPeerings:
        List<IncomingPeering<'a>, { bound::INCOMING_PEERINGS }>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Peering<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    pub(in crate::validate) networkRef: PeerRef<'a>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::PEERING_PREFIXES))]
    pub(in crate::validate) prefixes: List<PeeringPrefix<'a>, { bound::PEERING_PREFIXES }>,
}

/// A network, possibly of another namespace.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PeerRef<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_label), custom(function = text::short))]
    pub(in crate::validate) namespace: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PeeringPrefix<'a> {
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::ADDRESS), custom(function = text::prefix))]
    prefix: Option<Text<'a>>,
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) prefixRef: Option<Ref<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct IncomingPeering<'a> {
    #[serde(borrow)]
    #[validate(length(max = bound::NAME), custom(function = text::optional_label), custom(function = text::short))]
    pub(in crate::validate) namespace: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(
        required,
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<Text<'a>>,
    #[serde(borrow)]
    #[validate(length(max = bound::UID))]
    uid: Option<Text<'a>>,
}

part!(NetworkSpec: fields(providerID), parts(peerings, incomingPeerings));
part!(Peering: fields(name), parts(networkRef, prefixes));
part!(PeerRef: fields(namespace, name), parts());
part!(PeeringPrefix: fields(name, prefix), parts(prefixRef));
part!(IncomingPeering: fields(namespace, name, uid), parts());
