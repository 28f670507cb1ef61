// SPDX-License-Identifier: Apache-2.0

//! One namespace: its objects, what refers to what, and what has to be planned for when something changes.
//!
//! References stay inside a namespace, so planners see one of these and nothing else.

use std::net::IpAddr;

use k8s_openapi::jiff::Timestamp;

use super::Loss;
use super::allocation::Allocation;
use super::contests::Bid;
use super::decode::Slot;
use super::kinds::{Interface, Kind, Machine, Namespace, Prefix, VirtualIp, for_kind};
use super::meta::{Meta, Str};
use super::object::{Affect, Object, Stored};

/// What there is to plan for: an object's kind and name, in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Namespace.
    pub namespace: Str,
    /// Kind.
    pub kind: Kind,
    /// Name.
    pub name: Str,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}/{}", self.kind.as_str(), self.namespace, self.name)
    }
}

impl Namespace {
    /// Machines that declare an interface of this name, undecodable ones not among them.
    pub fn machines_declaring<'a>(&'a self, interface: &str) -> impl Iterator<Item = &'a Machine> {
        let names = self.links.declared.get(interface);
        names.filter_map(|name| self.machines.get(name))
    }

    /// Interfaces whose controller owner is this machine.
    pub fn interfaces_of<'a>(&'a self, machine: &Meta) -> impl Iterator<Item = &'a Interface> {
        let names = self.links.of_machine.get(&*machine.name);
        let uid = machine.uid.clone();
        let interfaces = names.filter_map(|name| self.interfaces.get(name));
        interfaces.filter(move |interface| interface.meta.is_owned_by(&uid))
    }

    /// Prefixes whose controller owner is this interface.
    pub fn prefixes_of<'a>(&'a self, interface: &Meta) -> impl Iterator<Item = &'a Prefix> {
        let owner = (Kind::NetworkInterface, interface.name.clone());
        let names = self.links.prefixes_of.get(&owner);
        let uid = interface.uid.clone();
        let prefixes = names.filter_map(|name| self.prefixes.get(name));
        prefixes.filter(move |prefix| prefix.meta.is_owned_by(&uid))
    }

    /// Virtual IPs whose controller owner is this interface.
    pub fn virtual_ips_of<'a>(&'a self, interface: &Meta) -> impl Iterator<Item = &'a VirtualIp> {
        let owner = (Kind::NetworkInterface, interface.name.clone());
        let names = self.links.virtual_ips_of.get(&owner);
        let uid = interface.uid.clone();
        let virtual_ips = names.filter_map(|name| self.virtual_ips.get(name));
        virtual_ips.filter(move |virtual_ip| virtual_ip.meta.is_owned_by(&uid))
    }

    /// Interfaces that refer to the virtual IP `name`, or want one of that name as their own.
    pub fn interfaces_on_virtual_ip<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Interface> {
        let interfaces = self.links.on_virtual_ip.get(name);
        let interfaces = interfaces.filter_map(|name| self.interfaces.get(name));
        interfaces.filter(move |interface| interface.virtual_ip_name() == Some(name))
    }

    /// The names of the interfaces that refer to the network `name`.
    pub fn interfaces_on_network<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let interfaces = self.links.on_network.get(name);
        let interfaces = interfaces.filter_map(|name| self.interfaces.get(name));
        let interfaces = interfaces.filter(move |interface| interface.network() == name);
        interfaces.map(|interface| &*interface.meta.name)
    }

    /// Interfaces that ask for `address` in `network`: literally, or by a prefix of their own that was granted it.
    pub fn interfaces_asking<'a>(
        &'a self,
        network: &'a str,
        address: IpAddr,
    ) -> impl Iterator<Item = &'a Interface> {
        let is_on = move |interface: &Interface| *interface.network() == *network;
        let by_itself =
            move |interface: &Interface| interface.own_addresses().any(|own| own == address);
        let literally = self.links.asking.get(&(network, address));
        let literally = literally.filter_map(|name| self.interfaces.get(name));
        let literally = literally.filter(move |interface| is_on(interface) && by_itself(interface));
        let prefixes = self.links.granted.get(&address);
        let granted = prefixes.filter_map(move |name| {
            let prefix = self.prefixes.get(name)?;
            let interface = prefix.interface(self)?;
            let is_granted = prefix.address() == Some(address);
            let asks = || interface.own_ip_prefixes().any(|(_, own)| *own == **name);
            // Those that ask by themselves are named already.
            let asks = || is_on(interface) && asks() && !by_itself(interface);
            (is_granted && asks()).then_some(interface)
        });
        literally.chain(granted)
    }

    /// The prefix `name` if it is this interface's own, whoever made it. One that is being deleted is its until it is gone. The
    /// interface may be gone itself, and known from before.
    pub fn own_prefix<'a>(&'a self, interface: &Interface, name: &str) -> Option<&'a Prefix> {
        let prefix = self.prefixes.get(name)?;
        let owner = prefix.meta.owner.as_ref()?;
        let own = owner.is_a(Kind::NetworkInterface) && owner.uid == interface.meta.uid;
        own.then_some(prefix)
    }

    /// Metadata of the object `name` of `kind`, decodable or not.
    pub fn meta(&self, kind: Kind, name: &str) -> Option<&Meta> {
        for_kind!(kind, T => T::store(self).slot(name).map(Slot::meta))
    }

    /// Why the object `name` of `kind` does not decode, if it does not.
    pub fn undecodable(&self, kind: Kind, name: &str) -> Option<&str> {
        for_kind!(kind, T => match T::store(self).slot(name)? {
            Slot::Good(_) => None,
            Slot::Bad(bad) => Some(&bad.error),
        })
    }

    /// Version of the object `name` of `kind`.
    pub fn version(&self, kind: Kind, name: &str) -> Option<u64> {
        self.meta(kind, name).map(|meta| meta.version)
    }

    /// When the version of the object `name` of `kind` became known, on the world's own counter.
    pub fn seen(&self, kind: Kind, name: &str) -> Option<u64> {
        for_kind!(kind, T => T::store(self).seen(name))
    }

    /// Whether the object `name` of `kind` has to be read: it may be gone, and no watch will say so.
    pub fn is_doubtful(&self, kind: Kind, name: &str) -> bool {
        for_kind!(kind, T => T::store(self).is_doubtful(name))
    }

    /// Kind and name of each object from after one on, in an order that stays.
    pub(crate) fn names_after<'a>(
        &'a self,
        after: Option<(Kind, &'a Str)>,
    ) -> impl Iterator<Item = (Kind, &'a Str)> {
        let kinds = Kind::ALL.into_iter();
        let kinds = kinds.filter(move |kind| after.is_none_or(|(after, _)| *kind >= after));
        kinds.flat_map(move |kind| {
            let after = after.filter(|(of, _)| *of == kind).map(|(_, name)| name);
            let names: Box<dyn Iterator<Item = &Str>> =
                for_kind!(kind, T => Box::new(T::store(self).names_after(after)));
            names.map(move |name| (kind, name))
        })
    }

    /// Drops up to `at_most` objects of an unused namespace, and returns how many it dropped: 0 when none are left.
    pub(super) fn drop_some(&mut self, at_most: usize) -> usize {
        let kinds = Kind::ALL.into_iter();
        kinds.fold(0, |dropped, kind| {
            dropped + for_kind!(kind, T => T::parts(self).0.drop_some(at_most - dropped))
        })
    }

    /// The newest creationTimestamp of all objects that were here since the namespace was last empty.
    pub fn newest_creation(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Whether a child of the object `name` of `kind` went since the object was last read: the object may have gone
    /// first.
    pub fn has_lost_a_child(&self, kind: Kind, name: &str) -> bool {
        self.links.lost.contains(kind, name)
    }

    /// Whether nobody has written the status of this object yet.
    pub fn is_unreported(&self, kind: Kind, name: &str) -> bool {
        for_kind!(kind, T => T::store(self).get(name).is_some_and(Object::is_unreported))
    }

    /// What prefixes hold and ask of each other.
    pub fn allocation(&self) -> &Allocation {
        &self.links.allocation
    }

    /// The prefix with this UID.
    pub fn prefix_of_uid(&self, uid: &str) -> Option<&Prefix> {
        self.prefixes.get(self.links.allocation.name_of(uid)?)
    }

    /// Whether there is nothing left to know.
    pub fn is_empty(&self) -> bool {
        let mut kinds = Kind::ALL.into_iter();
        kinds.all(|kind| for_kind!(kind, T => T::store(self).is_empty()))
    }
}

impl Namespace {
    /// Takes in that the object is gone since the world's counter stands `at`.
    pub(super) fn note_loss<T: Object>(&mut self, slot: &Slot<T>, loss: Loss, at: u64) {
        let meta = slot.meta();
        self.links.lost.remove(T::KIND, &meta.name);
        if loss != Loss::Unexplained {
            return;
        }
        let owned = || {
            let (kind, name) = meta.owner_key()?;
            Some((kind, name, meta.owner.as_ref()?.uid.clone()))
        };
        let retained = slot.good().and_then(Object::retained_by);
        let Some((kind, name, uid)) = retained.or_else(owned) else {
            return;
        };
        if self.meta(kind, &name).is_some_and(|known| known.uid == uid) {
            self.links.lost.insert(kind, &name, at);
        }
    }

    /// Names the few objects whose plan depends on all of `slot`, itself aside.
    pub(super) fn readers_of<T: Object>(&self, slot: &Slot<T>, affect: Affect<'_>) {
        match slot {
            Slot::Good(object) => object.readers(self, affect),
            Slot::Bad(bad) => T::readers_of_undecodable(self, &bad.meta.name, affect),
        }
    }

    /// What is asked for by `slot`.
    pub(super) fn bids_of<T: Object>(&self, slot: &Slot<T>) -> Vec<Bid> {
        let object = slot.good();
        object.map_or_else(Vec::new, |object| object.bids(self))
    }

    /// Names the children of the object `name` of `kind`, and the objects whose plan depends on these: they ask whether their
    /// owner is there.
    pub(super) fn children_of(&self, kind: Kind, name: &str, affect: Affect<'_>) {
        let owner = (kind, name);
        for child in self.links.interfaces_of.get(&owner) {
            affect(Kind::NetworkInterface, child);
            Interface::readers_of_name(self, child, affect);
        }
        for child in self.links.prefixes_of.get(&owner) {
            affect(Kind::Prefix, child);
            Prefix::readers_of_name(self, child, affect);
        }
        for child in self.links.virtual_ips_of.get(&owner) {
            affect(Kind::VirtualIp, child);
            VirtualIp::readers_of_name(self, child, affect);
        }
    }
}
