//! A prefix: a block of addresses.

use std::net::IpAddr;

use ironcore_api::address::{self, parse_prefix};
use ironcore_api::ipam::PrefixPhase;
use serde::Deserialize;

use super::{Interface, Kind, Namespace};
use crate::world::links::Links;
use crate::world::meta::{Meta, RawMeta};
use crate::world::object::{Affect, Object};
use crate::world::share::Shared;

/// A prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefix {
    /// Metadata.
    pub meta: Meta,
    /// The block that it was granted, once it is Allocated.
    pub granted: Option<address::Prefix>,
}

/// The body of a prefix, without the blocks that it handed out: there may be tens of thousands.
#[derive(Deserialize)]
pub struct Body {
    #[serde(default)]
    spec: Spec,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
struct Spec {
    prefix: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    phase: Option<PrefixPhase>,
}

impl Prefix {
    /// Its first address: of a block of one address the only one.
    pub fn address(&self) -> Option<IpAddr> {
        self.granted.map(address::Prefix::address)
    }

    /// The interface that owns it, if one does.
    pub fn interface<'a>(&self, namespace: &'a Namespace) -> Option<&'a Interface> {
        let owner = self.meta.owner.as_ref()?;
        let owner = owner.is_a(Kind::NetworkInterface).then_some(owner)?;
        let interface = namespace.interfaces.get(&owner.name)?;
        (interface.meta.uid == owner.uid).then_some(interface)
    }
}

impl Object for Prefix {
    type Body = Body;

    fn assemble(meta: Meta, _: RawMeta, body: Body) -> Self {
        let phase = body.status.and_then(|status| status.phase);
        let allocated = phase == Some(PrefixPhase::Allocated);
        let block = body.spec.prefix.filter(|_| allocated);
        Self {
            meta,
            granted: block.and_then(|block| parse_prefix(&block).ok()),
        }
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn share(&mut self, shared: &mut Shared) {
        self.meta.share(shared);
    }

    fn bytes(&self) -> usize {
        size_of_val(self) - size_of_val(&self.meta) + self.meta.bytes()
    }

    fn link(&self, links: &mut Links) {
        if let Some(address) = self.address() {
            links.granted.insert(address, &self.meta.name);
        }
    }

    fn unlink(&self, links: &mut Links) {
        if let Some(address) = self.address() {
            links.granted.remove(&address, &self.meta.name);
        }
    }

    fn readers(&self, namespace: &Namespace, affect: Affect<'_>) {
        Self::readers_of_name(namespace, &self.meta.name, affect);
        // Who else asks for the address that an interface has by this prefix.
        if let (Some(interface), Some(address)) = (self.interface(namespace), self.address()) {
            let network = &interface.spec.network_ref.name;
            for other in namespace.interfaces_asking(network, address) {
                affect(Kind::NetworkInterface, &other.meta.name);
            }
        }
    }

    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for interface in namespace.links.with_prefix.get(name) {
            affect(Kind::NetworkInterface, interface);
        }
    }
}
