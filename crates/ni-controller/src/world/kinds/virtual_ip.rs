// SPDX-License-Identifier: Apache-2.0

//! A virtual IP.

use ironcore_api::address::IpFamily;
use ironcore_api::networking::{VirtualIPSpec, VirtualIPStatus, VirtualIPType};
use ironcore_api::reference::{Named, UidRef};
use serde::Deserialize;

use super::{Kind, Namespace};
use crate::world::digest::{Digest, digest};
use crate::world::links::Links;
use crate::world::meta::{Meta, Pairs, RawMeta, Str};
use crate::world::namespace::Key;
use crate::world::object::{Affect, Object};
use crate::world::pools::Pools;
use crate::world::share::Shared;

/// A virtual IP.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct VirtualIp {
    /// Metadata.
    pub meta: Meta,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Its type.
    pub type_: VirtualIPType,
    /// Family of its address.
    pub family: IpFamily,
    /// The interface that has it.
    pub target: Option<UidRef>,
    /// Its address, once known.
    pub ip: Option<String>,
}

/// The body of a virtual IP.
#[derive(Deserialize)]
pub struct Body {
    spec: VirtualIPSpec,
    status: Option<VirtualIPStatus>,
}

impl Object for VirtualIp {
    type Body = Body;

    fn assemble(meta: Meta, raw: RawMeta<'_>, body: Body) -> Self {
        let target = body.spec.target_ref;
        Self {
            meta,
            labels: raw.labels.unwrap_or_default().into(),
            annotations: raw.annotations.unwrap_or_default().into(),
            type_: body.spec.type_,
            family: body.spec.ip_family,
            target: target.filter(|target| !target.name.is_empty()),
            ip: body.status.and_then(|status| status.ip),
        }
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }

    fn digest(&self) -> Option<Digest> {
        Some(digest(self))
    }

    fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        self.meta.share(known.map(|known| &known.meta), shared);
        self.labels.share(known.map(|known| &known.labels), shared);
        self.annotations
            .share(known.map(|known| &known.annotations), shared);
    }

    fn bytes(&self) -> usize {
        size_of_val(self) - size_of_val(&self.meta)
            + self.meta.bytes()
            + self.labels.bytes()
            + self.annotations.bytes()
            + self.ip.as_ref().map_or(0, String::len)
    }

    fn link(&self, links: &mut Links) {
        if let Some(owner) = self.meta.owner_key() {
            links.virtual_ips_of.insert(&owner, &self.meta.name);
        }
        if let Some(target) = self.target.named() {
            links.targeting.insert(target, &self.meta.name);
        }
    }

    fn unlink(&self, links: &mut Links) {
        if let Some(owner) = self.meta.owner_key() {
            links.virtual_ips_of.remove(&owner, &self.meta.name);
        }
        if let Some(target) = self.target.named() {
            links.targeting.remove(target, &self.meta.name);
        }
    }

    fn links_as(&self, other: &Self) -> bool {
        self.meta.owner == other.meta.owner && self.target.named() == other.target.named()
    }

    /// One that is retained bears the name of its interface, and targets it.
    fn retained_by(&self) -> Option<(Kind, Str, Str)> {
        let target = self.target.as_ref().filter(|_| self.meta.is_retained())?;
        let own = *target.name == *self.meta.name;
        own.then(|| {
            let uid = target.uid.as_str().into();
            (Kind::NetworkInterface, self.meta.name.clone(), uid)
        })
    }

    fn note_elsewhere(old: Option<&Self>, new: Option<&Self>, pools: &mut Pools) {
        pools.note_virtual_ip(old, new);
    }

    fn reader_elsewhere(&self, pools: &Pools) -> Option<Key> {
        pools.address_of(&self.meta.uid)
    }

    fn readers(&self, _: &Namespace, affect: Affect<'_>) {
        if let Some(owner) = &self.meta.owner
            && owner.is_a(Kind::NetworkInterface)
        {
            affect(Kind::NetworkInterface, &owner.name);
        }
    }

    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for interface in namespace.links.on_virtual_ip.get(name) {
            affect(Kind::NetworkInterface, interface);
        }
    }
}
