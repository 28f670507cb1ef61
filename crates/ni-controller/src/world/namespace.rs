//! One namespace: its objects, what refers to what, and who must look again when something changes.
//!
//! References stay inside a namespace, so planners see one of these and nothing else.

use std::net::IpAddr;

use super::Loss;
use super::decode::Slot;
use super::links::{Indexed, Links, read_by_interfaces, read_by_users, read_by_virtual_ips};
use super::meta::{Meta, Str};
use super::object::{Interface, Kind, Machine, Network, Object, VirtualIp};
use super::store::Store;

/// Who must look again: an object's kind and name, in a namespace.
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

/// The objects of a namespace, with the indexes that planning needs.
#[derive(Debug, Default)]
pub struct Namespace {
    /// Machines.
    pub machines: Store<Machine>,
    /// Network interfaces.
    pub interfaces: Store<Interface>,
    /// Networks.
    pub networks: Store<Network>,
    /// Virtual IPs.
    pub virtual_ips: Store<VirtualIp>,
    /// What refers to what.
    pub(super) links: Links,
}

impl Namespace {
    /// Machines that declare an interface of this name, undecodable ones not among them.
    pub fn machines_declaring<'a>(&'a self, interface: &str) -> impl Iterator<Item = &'a Machine> {
        self.links
            .declared
            .get(interface)
            .filter_map(|name| self.machines.get(name))
    }

    /// Interfaces whose controller owner has this UID.
    pub fn interfaces_owned_by<'a>(&'a self, uid: &str) -> impl Iterator<Item = &'a Interface> {
        self.links
            .owned
            .get(uid)
            .filter_map(|name| self.interfaces.get(name))
    }

    /// Interfaces that refer to the virtual IP `name`.
    pub fn interfaces_on_virtual_ip<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = &'a Interface> {
        self.links
            .on_virtual_ip
            .get(name)
            .filter_map(|name| self.interfaces.get(name))
    }

    /// Interfaces that ask for `address` in `network`.
    pub fn interfaces_asking<'a>(
        &'a self,
        network: &str,
        address: IpAddr,
    ) -> impl Iterator<Item = &'a Interface> {
        let key: (Str, IpAddr) = (network.into(), address);
        let names: Vec<&Str> = self.links.asking.get(&key).collect();
        names
            .into_iter()
            .filter_map(|name| self.interfaces.get(name))
    }

    /// Metadata of the object `name` of `kind`, decodable or not.
    pub fn meta(&self, kind: Kind, name: &str) -> Option<&Meta> {
        match kind {
            Kind::Machine => self.machines.slot(name).map(Slot::meta),
            Kind::NetworkInterface => self.interfaces.slot(name).map(Slot::meta),
            Kind::Network => self.networks.slot(name).map(Slot::meta),
            Kind::VirtualIp => self.virtual_ips.slot(name).map(Slot::meta),
        }
    }

    /// Version of the object `name` of `kind`.
    pub fn version(&self, kind: Kind, name: &str) -> Option<u64> {
        self.meta(kind, name).map(|meta| meta.version)
    }

    /// When the version of the object `name` of `kind` became known, on the world's own counter.
    pub fn seen(&self, kind: Kind, name: &str) -> Option<u64> {
        match kind {
            Kind::Machine => self.machines.seen(name),
            Kind::NetworkInterface => self.interfaces.seen(name),
            Kind::Network => self.networks.seen(name),
            Kind::VirtualIp => self.virtual_ips.seen(name),
        }
    }

    /// Kind and name of each object.
    pub fn names(&self) -> impl Iterator<Item = (Kind, &Str)> {
        fn of<T: Object>(store: &Store<T>) -> impl Iterator<Item = (Kind, &Str)> {
            store.iter().map(|slot| (T::KIND, &slot.meta().name))
        }
        of(&self.machines)
            .chain(of(&self.interfaces))
            .chain(of(&self.networks))
            .chain(of(&self.virtual_ips))
    }

    /// Whether a child of the object `name` of `kind` went since the object was last read: the object may have gone
    /// first.
    pub fn has_lost_a_child(&self, kind: Kind, name: &str) -> bool {
        self.links.lost.contains(kind, name)
    }

    /// Whether there is nothing left to know.
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty()
            && self.interfaces.is_empty()
            && self.networks.is_empty()
            && self.virtual_ips.is_empty()
    }
}

impl Namespace {
    /// Takes in that the object with this metadata is gone since the world's counter stands `at`.
    pub(super) fn note_loss<T: Object>(&mut self, meta: &Meta, loss: Loss, at: u64) {
        self.links.lost.remove(T::KIND, &meta.name);
        let Some(owner) = meta.owner.as_ref().filter(|_| loss == Loss::Unexplained) else {
            return;
        };
        let mut kinds = Kind::ALL.into_iter();
        let Some(kind) = kinds.find(|kind| owner.is_a(*kind)) else {
            return;
        };
        let known = self.meta(kind, &owner.name);
        if known.is_some_and(|known| known.uid == owner.uid) {
            self.links.lost.insert(kind, &owner.name, at);
        }
    }

    /// Names who must look again when `slot` comes, changes or goes. Undecodable objects still hold their name.
    pub(super) fn readers_of<T: Indexed>(&self, slot: &Slot<T>, tell: &mut dyn FnMut(Kind, &str)) {
        tell(T::KIND, &slot.meta().name);
        match slot.good() {
            Some(object) => object.readers(self, tell),
            None => self.readers_by_name(T::KIND, &slot.meta().name, tell),
        }
    }

    fn readers_by_name(&self, kind: Kind, name: &str, tell: &mut dyn FnMut(Kind, &str)) {
        match kind {
            Kind::Machine => read_by_interfaces(self, name, tell),
            Kind::NetworkInterface => {
                for machine in self.links.declared.get(name) {
                    tell(Kind::Machine, machine);
                }
                read_by_virtual_ips(self, name, tell);
            }
            Kind::Network => read_by_users(&self.links.on_network, name, tell),
            Kind::VirtualIp => read_by_users(&self.links.on_virtual_ip, name, tell),
        }
    }
}
