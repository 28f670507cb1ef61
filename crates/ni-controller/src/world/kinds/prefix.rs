//! A prefix: a block of addresses.

use std::net::IpAddr;

use ironcore_api::address::{self, parse_prefix};
use ironcore_api::default;
use ironcore_api::ipam::{PrefixPhase, PrefixSpec};
use serde::Deserialize;

use super::{Interface, Kind, Namespace};
use crate::world::links::{Contended, Links};
use crate::world::meta::{Meta, Pairs, RawMeta};
use crate::world::object::{Affect, Object};
use crate::world::share::Shared;

/// A prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefix {
    /// Metadata.
    pub meta: Meta,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Spec, defaults filled in.
    pub spec: PrefixSpec,
    /// The block that it was granted, once it is Allocated.
    pub granted: Option<address::Prefix>,
}

/// The body of a prefix, without the blocks that it handed out: there may be tens of thousands.
#[derive(Deserialize)]
pub struct Body {
    spec: PrefixSpec,
    status: Option<Status>,
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

    /// The address that an interface has by it, if one owns it.
    fn interface_address(&self) -> Option<IpAddr> {
        let owner = self.meta.owner.as_ref()?;
        owner.is_a(Kind::NetworkInterface).then_some(())?;
        self.address()
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

    fn assemble(meta: Meta, raw: RawMeta, body: Body) -> Self {
        let phase = body.status.and_then(|status| status.phase);
        let block = body.spec.prefix.as_deref();
        let block = block.filter(|_| phase == Some(PrefixPhase::Allocated));
        Self {
            meta,
            labels: raw.labels.unwrap_or_default().into(),
            annotations: raw.annotations.unwrap_or_default().into(),
            granted: block.and_then(|block| parse_prefix(block).ok()),
            spec: default::prefix_spec(&body.spec).into_owned(),
        }
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }

    fn share(&mut self, shared: &mut Shared) {
        self.meta.share(shared);
        self.labels.share(shared);
        self.annotations.share(shared);
    }

    fn bytes(&self) -> usize {
        let parent = self.spec.parent_ref.as_ref();
        size_of_val(self) - size_of_val(&self.meta)
            + self.meta.bytes()
            + self.labels.bytes()
            + self.annotations.bytes()
            + self.spec.prefix.as_ref().map_or(0, String::len)
            + parent.map_or(0, |parent| parent.name.len())
    }

    fn link(&self, links: &mut Links) {
        if let Some(owner) = self.meta.owner_key() {
            links.prefixes_of.insert(owner, &self.meta.name);
        }
        if let Some(address) = self.interface_address() {
            links.granted.insert(address, &self.meta.name);
        }
    }

    fn unlink(&self, links: &mut Links) {
        if let Some(owner) = self.meta.owner_key() {
            links.prefixes_of.remove(&owner, &self.meta.name);
        }
        if let Some(address) = self.interface_address() {
            links.granted.remove(&address, &self.meta.name);
        }
    }

    fn readers(&self, namespace: &Namespace, affect: Affect<'_>) {
        Self::readers_of_name(namespace, &self.meta.name, affect);
        if let Some(owner) = &self.meta.owner
            && owner.is_a(Kind::NetworkInterface)
        {
            affect(Kind::NetworkInterface, &owner.name);
        }
    }

    fn contends_as(&self, other: &Self) -> bool {
        self.meta.owner == other.meta.owner && self.granted == other.granted
    }

    fn contended(&self, namespace: &Namespace) -> Vec<Contended> {
        let interface = self.interface(namespace);
        let network = interface.map(|interface| interface.spec.network_ref.name.as_str().into());
        network.zip(self.address()).into_iter().collect()
    }

    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for interface in namespace.links.with_prefix.get(name) {
            affect(Kind::NetworkInterface, interface);
        }
    }
}
