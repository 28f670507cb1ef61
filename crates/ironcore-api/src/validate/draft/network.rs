//! Network.

use serde::{Deserialize, Serialize};
use validator::Validate;

use super::lenient::{object, object_or_empty, objects};
use super::{Metadata, Ref};
use crate::bound;
use crate::validate::text;

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Network<'a> {
    #[serde(borrow, deserialize_with = "object")]
    pub(in crate::validate) metadata: Option<Metadata<'a>>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    #[validate(nested)]
    pub(in crate::validate) spec: NetworkSpec<'a>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct NetworkSpec<'a> {
    #[validate(length(max = bound::HANDLE))]
    pub(in crate::validate) providerID: Option<&'a str>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::PEERINGS), nested)]
    pub(in crate::validate) peerings: Vec<Peering<'a>>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::INCOMING_PEERINGS), nested)]
    pub(in crate::validate) incomingPeerings: Vec<IncomingPeering<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct Peering<'a> {
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object_or_empty")]
    #[validate(nested)]
    pub(in crate::validate) networkRef: PeerRef<'a>,
    #[serde(borrow, deserialize_with = "objects")]
    #[validate(length(max = bound::PEERING_PREFIXES), nested)]
    pub(in crate::validate) prefixes: Vec<PeeringPrefix<'a>>,
}

/// A network, possibly of another namespace.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PeerRef<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_label))]
    pub(in crate::validate) namespace: Option<&'a str>,
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct PeeringPrefix<'a> {
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
    #[validate(length(max = bound::ADDRESS), custom(function = text::prefix))]
    prefix: Option<&'a str>,
    #[serde(borrow, deserialize_with = "object")]
    #[validate(nested)]
    pub(in crate::validate) prefixRef: Option<Ref<'a>>,
}

#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub(in crate::validate) struct IncomingPeering<'a> {
    #[validate(length(max = bound::NAME), custom(function = text::optional_label))]
    pub(in crate::validate) namespace: Option<&'a str>,
    #[validate(
        required(message = "a name is needed"),
        length(max = bound::NAME),
        custom(function = text::required_subdomain)
    )]
    pub(in crate::validate) name: Option<&'a str>,
    #[validate(length(max = bound::UID))]
    uid: Option<&'a str>,
}
