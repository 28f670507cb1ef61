//! What refers to what, and so who must look again when an object changes.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ironcore_api::address::parse_ip;
use ironcore_api::reference::Named;

use super::index::Index;
use super::meta::Str;
use super::namespace::Namespace;
use super::object::{Interface, Kind, Machine, Network, Object, VirtualIp};
use super::share::Share;
use super::store::Store;

/// Indexes of a namespace.
#[derive(Debug, Default)]
pub struct Links {
    /// Interface name → machines that declare it, by reference or as an ephemeral one.
    pub(super) declared: Index<Str>,
    /// Controller owner's UID → interfaces.
    pub(super) owned: Index<Str>,
    /// Machine name → interfaces whose `machineRef` or controller owner bears it.
    pub(super) of_machine: Index<Str>,
    /// Network name → interfaces.
    pub(super) on_network: Index<Str>,
    /// VirtualIP name → interfaces that refer to it.
    pub(super) on_virtual_ip: Index<Str>,
    /// Interface name → virtual IPs whose `targetRef` names it.
    pub(super) targeting: Index<Str>,
    /// Network and address → interfaces that ask for it.
    pub(super) asking: Index<(Str, IpAddr)>,
    /// Owners of which a child went.
    pub(super) lost: Lost,
}

/// Objects of which a child went, with where the world's counter stood. Watches of two kinds are not ordered: the object
/// may have gone before its child. A read of the object that was sent later settles it.
#[derive(Debug, Default)]
pub(super) struct Lost(BTreeMap<Kind, BTreeMap<Str, u64>>);

impl Lost {
    pub(super) fn insert(&mut self, kind: Kind, name: &Str, at: u64) {
        self.0.entry(kind).or_default().insert(name.clone(), at);
    }

    pub(super) fn contains(&self, kind: Kind, name: &str) -> bool {
        self.0
            .get(&kind)
            .is_some_and(|lost| lost.contains_key(name))
    }

    pub(super) fn remove(&mut self, kind: Kind, name: &str) {
        if let Some(lost) = self.0.get_mut(&kind) {
            lost.remove(name);
        }
    }

    /// Takes in that the object was read, by a request that was sent when the world's counter stood at `sent`.
    pub(super) fn settle(&mut self, kind: Kind, name: &str, sent: u64) {
        if let Some(lost) = self.0.get_mut(&kind)
            && lost.get(name).is_some_and(|at| *at <= sent)
        {
            lost.remove(name);
        }
    }
}

/// What a kind of object means to the indexes and to those who read it.
pub trait Indexed: Object + PartialEq + Share + Sized {
    /// The store of this kind and the links among all kinds, to change.
    fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links);
    /// The store of this kind.
    fn stored(namespace: &Namespace) -> &Store<Self>;
    /// Adds the object to the indexes.
    fn link(&self, _: &mut Links) {}
    /// Takes the object from the indexes.
    fn unlink(&self, _: &mut Links) {}
    /// Names the objects whose plan depends on this one, itself aside.
    fn readers(&self, namespace: &Namespace, tell: &mut dyn FnMut(Kind, &str));
}

impl Indexed for Machine {
    fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links) {
        (&mut namespace.machines, &mut namespace.links)
    }
    fn stored(namespace: &Namespace) -> &Store<Self> {
        &namespace.machines
    }
    fn link(&self, links: &mut Links) {
        for declared in &self.interfaces {
            links
                .declared
                .insert(declared.interface.clone(), &self.meta.name);
        }
    }
    fn unlink(&self, links: &mut Links) {
        for declared in &self.interfaces {
            links.declared.remove(&*declared.interface, &self.meta.name);
        }
    }
    fn readers(&self, namespace: &Namespace, tell: &mut dyn FnMut(Kind, &str)) {
        for declared in &self.interfaces {
            tell(Kind::NetworkInterface, &declared.interface);
            for machine in namespace.links.declared.get(&*declared.interface) {
                tell(Kind::Machine, machine);
            }
        }
        read_by_interfaces(namespace, &self.meta.name, tell);
    }
}

/// Interfaces that name the machine `name`, and the machines that declare them: both ask whether it is still there.
pub(super) fn read_by_interfaces(
    namespace: &Namespace,
    name: &str,
    tell: &mut dyn FnMut(Kind, &str),
) {
    for interface in namespace.links.of_machine.get(name) {
        tell(Kind::NetworkInterface, interface);
        for machine in namespace.links.declared.get(&**interface) {
            tell(Kind::Machine, machine);
        }
    }
}

/// Virtual IPs that the interface `name` has, and all interfaces that refer to these: they ask whether it still is the
/// holder, and whether it is on its way out.
pub(super) fn read_by_virtual_ips(
    namespace: &Namespace,
    name: &str,
    tell: &mut dyn FnMut(Kind, &str),
) {
    for virtual_ip in namespace.links.targeting.get(name) {
        tell(Kind::VirtualIp, virtual_ip);
        read_by_users(&namespace.links.on_virtual_ip, virtual_ip, tell);
    }
}

impl Interface {
    /// The addresses in `ips` that this interface asks for: literal values that parse.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.spec
            .ips
            .iter()
            .filter_map(|ip| parse_ip(ip.value.as_deref()?).ok())
    }

    fn machine_names(&self) -> impl Iterator<Item = &str> {
        let owner = self
            .meta
            .owner
            .as_ref()
            .filter(|owner| owner.is_a(Kind::Machine));
        let holder = self.spec.machine_ref.named();
        let owner = owner
            .map(|owner| &*owner.name)
            .filter(|owner| Some(*owner) != holder);
        holder.into_iter().chain(owner)
    }
}

impl Indexed for Interface {
    fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links) {
        (&mut namespace.interfaces, &mut namespace.links)
    }
    fn stored(namespace: &Namespace) -> &Store<Self> {
        &namespace.interfaces
    }
    fn link(&self, links: &mut Links) {
        let name = &self.meta.name;
        let network = self.spec.network_ref.name.as_str();
        // All that are on the network share its name.
        let known = links.on_network.key(network).cloned();
        let network: Str = known.unwrap_or_else(|| network.into());
        if let Some(owner) = &self.meta.owner {
            links.owned.insert(owner.uid.clone(), name);
        }
        for machine in self.machine_names() {
            links.of_machine.insert(machine.into(), name);
        }
        if let Some(virtual_ip) = self.virtual_ip_ref() {
            links.on_virtual_ip.insert(virtual_ip.into(), name);
        }
        for address in self.addresses() {
            links.asking.insert((network.clone(), address), name);
        }
        links.on_network.insert(network, name);
    }
    fn unlink(&self, links: &mut Links) {
        let name = &self.meta.name;
        let network: Str = self.spec.network_ref.name.as_str().into();
        if let Some(owner) = &self.meta.owner {
            links.owned.remove(&*owner.uid, name);
        }
        for machine in self.machine_names() {
            links.of_machine.remove(machine, name);
        }
        if let Some(virtual_ip) = self.virtual_ip_ref() {
            links.on_virtual_ip.remove(virtual_ip, name);
        }
        for address in self.addresses() {
            links.asking.remove(&(network.clone(), address), name);
        }
        links.on_network.remove(&*network, name);
    }
    fn readers(&self, namespace: &Namespace, tell: &mut dyn FnMut(Kind, &str)) {
        if let Some(owner) = &self.meta.owner
            && owner.is_a(Kind::Machine)
        {
            tell(Kind::Machine, &owner.name);
        }
        for machine in namespace.links.declared.get(&*self.meta.name) {
            tell(Kind::Machine, machine);
        }
        if let Some(virtual_ip) = self.virtual_ip_ref() {
            tell(Kind::VirtualIp, virtual_ip);
        }
        read_by_virtual_ips(namespace, &self.meta.name, tell);
        for address in self.addresses() {
            for interface in namespace.interfaces_asking(&self.spec.network_ref.name, address) {
                tell(Kind::NetworkInterface, &interface.meta.name);
            }
        }
    }
}

impl Indexed for Network {
    fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links) {
        (&mut namespace.networks, &mut namespace.links)
    }
    fn stored(namespace: &Namespace) -> &Store<Self> {
        &namespace.networks
    }
    fn readers(&self, namespace: &Namespace, tell: &mut dyn FnMut(Kind, &str)) {
        read_by_users(&namespace.links.on_network, &self.meta.name, tell);
    }
}

pub(super) fn read_by_users(users: &Index<Str>, name: &str, tell: &mut dyn FnMut(Kind, &str)) {
    for interface in users.get(name) {
        tell(Kind::NetworkInterface, interface);
    }
}

impl Indexed for VirtualIp {
    fn parts(namespace: &mut Namespace) -> (&mut Store<Self>, &mut Links) {
        (&mut namespace.virtual_ips, &mut namespace.links)
    }
    fn stored(namespace: &Namespace) -> &Store<Self> {
        &namespace.virtual_ips
    }
    fn link(&self, links: &mut Links) {
        if let Some(target) = self.target.named() {
            links.targeting.insert(target.into(), &self.meta.name);
        }
    }
    fn unlink(&self, links: &mut Links) {
        if let Some(target) = self.target.named() {
            links.targeting.remove(target, &self.meta.name);
        }
    }
    fn readers(&self, namespace: &Namespace, tell: &mut dyn FnMut(Kind, &str)) {
        read_by_users(&namespace.links.on_virtual_ip, &self.meta.name, tell);
    }
}
