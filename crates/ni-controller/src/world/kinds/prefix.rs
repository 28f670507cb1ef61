// SPDX-License-Identifier: Apache-2.0

//! A prefix: a block of addresses.

mod public;
mod record;

use std::net::IpAddr;

use ironcore_api::address::{IpFamily, Prefix as Block, parse_prefix};
use ironcore_api::default;
use ironcore_api::ipam::{PrefixPhase, PrefixSpec, PrefixStatus};
use ironcore_api::reference::Named;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use serde::Deserialize;

pub use public::AddressOf;
pub use record::{Entry, Record, Rest};

use super::{Interface, Kind, Namespace};
use crate::seeded::{Fault, has};
use crate::world::allocation::{Asks, Selector, Waiter};
use crate::world::contests::{Bid, Prize};
use crate::world::digest::Digest;
use crate::world::links::Links;
use crate::world::meta::{Meta, Pairs, RawMeta, Str};
use crate::world::namespace::Key;
use crate::world::object::{Affect, Object};
use crate::world::pools::Pools;
use crate::world::share::Shared;

/// The condition that says whether it has its block.
pub const READY: &str = "Ready";
/// The reason of one that no parent has room for.
pub const NO_ROOM: &str = "NoRoom";

/// A prefix.
#[derive(Clone, Debug, PartialEq)]
pub struct Prefix {
    /// Metadata.
    pub meta: Meta,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Finalizers.
    pub finalizers: Box<[Str]>,
    /// Spec, defaults filled in.
    pub spec: PrefixSpec,
    /// What its `parentSelector` selects.
    pub selector: Option<Box<Selector>>,
    /// The block that its spec names.
    pub block: Option<Block>,
    /// The block that it was granted, once it is Allocated.
    pub granted: Option<Block>,
    /// What it granted to others, where it did.
    pub record: Option<Box<Record>>,
    /// How much of it is used, in percent, as its status says.
    pub used_percent: u8,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// The generation that the conditions are about.
    pub observed_generation: Option<i64>,
}

/// The body of a prefix.
#[derive(Deserialize)]
pub struct Body {
    spec: PrefixSpec,
    #[serde(default)]
    status: Option<PrefixStatus>,
}

impl Prefix {
    /// Whether it has its block.
    pub fn is_allocated(&self) -> bool {
        self.granted.is_some()
    }

    /// Its block, if parts of it can be granted.
    pub fn root(&self) -> Option<Block> {
        self.granted.filter(|block| !block.is_single_address())
    }

    /// The prefix that it names as its parent.
    pub fn parent_name(&self) -> Option<&str> {
        self.spec.parent_ref.named()
    }

    /// Whether it is a part of no other.
    pub fn is_root(&self) -> bool {
        self.parent_name().is_none() && self.selector.is_none()
    }

    /// What it asks for, if it is to be a part of another and says so in words that can be read.
    pub fn asks(&self) -> Option<Asks> {
        if self.is_root() {
            return None;
        }
        if self.spec.prefix.is_some() {
            return self.block.map(Asks::Block);
        }
        let family = self.spec.ip_family?;
        let length = u8::try_from(self.spec.prefix_length?).ok()?;
        (1..=family.bits())
            .contains(&length)
            .then_some(Asks::Length(family, length))
    }

    /// Family and selector by which it is to find a parent.
    pub fn group(&self) -> Option<((IpFamily, Str), &Selector)> {
        let selector = self.selector.as_deref()?;
        let family = self.spec.ip_family?;
        Some(((family, selector.text().clone()), selector))
    }

    /// The block that it holds, and of which prefix.
    pub fn held(&self) -> Option<(&str, Block)> {
        if self.meta.deleting && has(Fault::BlockOfDeletingFree) {
            return None;
        }
        self.parent_name().zip(self.granted)
    }

    /// Its first address: of a block of one address the only one.
    pub fn address(&self) -> Option<IpAddr> {
        self.granted.map(Block::address)
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

/// Names the prefix with this UID.
fn affect_uid(namespace: &Namespace, uid: &str, affect: Affect<'_>) {
    if let Some(prefix) = namespace.prefix_of_uid(uid) {
        affect(Kind::Prefix, &prefix.meta.name);
    }
}

/// Whose plan depends on a prefix.
impl Prefix {
    fn interfaces(&self, affect: Affect<'_>) {
        if let Some(owner) = &self.meta.owner
            && owner.is_a(Kind::NetworkInterface)
        {
            affect(Kind::NetworkInterface, &owner.name);
        }
    }

    /// What its parents read of it.
    fn means_to_parents(&self) -> impl PartialEq + use<'_> {
        let asks = Waiter::of(self).map(|waiter| waiter.asks);
        let place = (self.parent_name(), self.selector.as_deref(), self.block);
        (
            asks,
            place,
            self.granted,
            self.meta.deleting,
            self.meta.external,
        )
    }

    /// Those that it asks for a part, that it has a part of, and that are granting it one.
    fn parents(&self, namespace: &Namespace, affect: Affect<'_>) {
        let allocation = namespace.allocation();
        for parent in allocation.candidates(self, namespace) {
            affect(Kind::Prefix, &parent.meta.name);
            if self.meta.external && self.block.is_some() {
                // What it names is kept from them.
                parent.askers(namespace, affect);
            }
        }
        for parent in allocation.granting(&self.meta.uid) {
            affect(Kind::Prefix, parent);
        }
    }

    /// What those who ask it for a part read of it, beside the room that it has.
    fn means_to_askers(&self) -> impl PartialEq + use<'_> {
        let meta = &self.meta;
        let full = self.record.as_ref().is_some_and(|record| record.is_full());
        let place = (self.granted, &self.labels);
        (place, meta.deleting, meta.external, full, &self.conditions)
    }

    /// Those who ask it for a part, and those who may serve them instead.
    fn askers(&self, namespace: &Namespace, affect: Affect<'_>) {
        let allocation = namespace.allocation();
        for (selector, queue) in allocation.queues(self) {
            for waiter in queue.iter() {
                affect(Kind::Prefix, &waiter.name);
            }
            let selector = selector.zip(self.root().map(Block::family)).into_iter();
            let others = selector
                .flat_map(|(selector, family)| allocation.selected(selector, family, namespace));
            others.for_each(|other| affect(Kind::Prefix, &other.meta.name));
        }
    }
}

impl Object for Prefix {
    const READS_VERSIONS: bool = true;

    type Body = Body;

    fn assemble(meta: Meta, raw: RawMeta<'_>, body: Body) -> Self {
        let status = body.status.unwrap_or_default();
        let spec = default::prefix_spec(&body.spec).into_owned();
        let block = spec.prefix.as_deref();
        let block = block.and_then(|block| parse_prefix(block).ok());
        let selector = spec.parent_selector.as_ref();
        Self {
            meta,
            labels: raw.labels.unwrap_or_default().into(),
            annotations: raw.annotations.unwrap_or_default().into(),
            finalizers: raw.finalizers.iter().map(Str::from).collect(),
            selector: selector.map(|selector| Box::new(Selector::new(selector))),
            block,
            granted: block.filter(|_| status.phase == Some(PrefixPhase::Allocated)),
            record: Record::of(&status),
            used_percent: status
                .capacity
                .and_then(|capacity| u8::try_from(capacity.used_percent).ok())
                .unwrap_or(0),
            conditions: status.conditions,
            observed_generation: status.observed_generation,
            spec,
        }
    }

    fn is_unreported(&self) -> bool {
        self.observed_generation.is_none()
    }

    fn lacks_room(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.any(|known| known.type_ == READY && known.reason == NO_ROOM)
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut Meta {
        &mut self.meta
    }

    /// The selector in its spec and its conditions are Kubernetes' types, which do not implement `Hash`.
    fn digest(&self) -> Option<Digest> {
        None
    }

    fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        self.meta.share(known.map(|known| &known.meta), shared);
        self.labels.share(known.map(|known| &known.labels), shared);
        self.annotations
            .share(known.map(|known| &known.annotations), shared);
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
            links.prefixes_of.insert(&owner, &self.meta.name);
        }
        if let Some(address) = self.interface_address() {
            links.granted.insert(&address, &self.meta.name);
        }
        links.allocation.link(self);
    }

    fn unlink(&self, links: &mut Links) {
        if let Some(owner) = self.meta.owner_key() {
            links.prefixes_of.remove(&owner, &self.meta.name);
        }
        if let Some(address) = self.interface_address() {
            links.granted.remove(&address, &self.meta.name);
        }
        links.allocation.unlink(self);
    }

    fn note_elsewhere(old: Option<&Self>, new: Option<&Self>, pools: &mut Pools) {
        pools.note_prefix(old, new);
    }

    fn reader_elsewhere(&self, pools: &Pools) -> Option<Key> {
        if pools.namespace() != Some(&self.meta.namespace) {
            return None;
        }
        let AddressOf { namespace, name } = self.address_of()?;
        Some(Key {
            namespace: namespace.into(),
            kind: Kind::VirtualIp,
            name: name.into(),
        })
    }

    fn readers(&self, namespace: &Namespace, affect: Affect<'_>) {
        self.interfaces(affect);
        self.parents(namespace, affect);
        self.askers(namespace, affect);
        for entry in self.pending() {
            affect_uid(namespace, &entry.uid, affect);
        }
        self.other_pools(namespace, affect);
    }

    fn readers_of_change(old: &Self, new: &Self, namespace: &Namespace, affect: Affect<'_>) {
        old.interfaces(affect);
        new.interfaces(affect);
        if old.means_to_parents() != new.means_to_parents() {
            old.parents(namespace, affect);
            new.parents(namespace, affect);
        }
        if old.means_to_askers() != new.means_to_askers() {
            old.askers(namespace, affect);
            new.askers(namespace, affect);
            old.other_pools(namespace, affect);
            new.other_pools(namespace, affect);
        }
        for (one, other) in [(old, new), (new, old)] {
            let others = other.pending();
            let entries = one.pending().iter();
            for entry in entries.filter(|entry| !others.contains(entry)) {
                affect_uid(namespace, &entry.uid, affect);
            }
        }
    }

    fn bids_as(&self, other: &Self) -> bool {
        self.meta.owner == other.meta.owner && self.granted == other.granted
    }

    fn bids(&self, namespace: &Namespace) -> Vec<Bid> {
        let bid = || {
            let interface = self.interface(namespace)?;
            let network = interface.network().into();
            let prize = Prize::Address(network, self.address()?);
            Some((prize, interface.meta.name.clone()))
        };
        bid().into_iter().collect()
    }

    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for interface in namespace.links.with_prefix.get(name) {
            affect(Kind::NetworkInterface, interface);
        }
    }

    fn readers_of_undecodable(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for waiter in namespace.allocation().asking(name) {
            affect(Kind::Prefix, &waiter.name);
        }
    }
}
