// SPDX-License-Identifier: Apache-2.0

//! A network interface.

use std::borrow::Cow;
use std::net::IpAddr;

use ironcore_api::address::parse_ip;
use ironcore_api::default;
use ironcore_api::names;
use ironcore_api::networking::{EphemeralPrefix, NetworkInterfaceSpec, NetworkInterfaceStatus};
use serde::Deserialize;

use super::{Kind, Namespace};
use crate::world::contests::{Bid, Prize};
use crate::world::decode::Slot;
use crate::world::digest::{Digest, digest};
use crate::world::links::Links;
use crate::world::meta::{Meta, Pairs, RawMeta, Str};
use crate::world::object::{Affect, Object};
use crate::world::packed::Packed;
use crate::world::share::Shared;

/// A network interface.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Interface {
    /// Metadata.
    pub meta: Meta,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Spec, defaults filled in.
    pub spec: Packed<NetworkInterfaceSpec>,
    /// Status as stored.
    pub status: Packed<NetworkInterfaceStatus>,
}

/// The body of an interface.
#[derive(Deserialize)]
pub struct Body {
    spec: NetworkInterfaceSpec,
    status: Option<NetworkInterfaceStatus>,
}

/// The spec with its defaults.
pub(super) fn filled(spec: NetworkInterfaceSpec) -> NetworkInterfaceSpec {
    match default::network_interface_spec(&spec) {
        Cow::Owned(filled) => filled,
        Cow::Borrowed(_) => spec,
    }
}

fn has_template(ephemeral: Option<&EphemeralPrefix>) -> bool {
    ephemeral.is_some_and(|ephemeral| ephemeral.prefix_template.is_some())
}

impl Interface {
    /// The name of its network.
    pub fn network(&self) -> &str {
        &self.spec.rest().network_ref.name
    }

    /// The VirtualIP that the spec refers to.
    pub fn virtual_ip_ref(&self) -> Option<&str> {
        let name = self.spec.texts().virtual_ip;
        name.filter(|name| !name.is_empty())
    }

    /// Whether it wants a VirtualIP of its own, which then bears its name.
    pub fn has_own_virtual_ip(&self) -> bool {
        let source = self.spec.rest().virtual_ip.as_ref();
        let ephemeral = source.and_then(|source| source.ephemeral.as_ref());
        ephemeral.is_some_and(|ephemeral| ephemeral.virtual_ip_template.is_some())
    }

    /// The name of the VirtualIP that it refers to, or wants as its own.
    pub fn virtual_ip_name(&self) -> Option<&str> {
        let own = self.has_own_virtual_ip().then_some(&*self.meta.name);
        self.virtual_ip_ref().or(own)
    }

    /// Whether it names the virtual IP with this metadata: refers to it, or has it as its own.
    pub fn names(&self, virtual_ip: &Meta) -> bool {
        self.virtual_ip_ref() == Some(&*virtual_ip.name) || self.is_own_virtual_ip(virtual_ip)
    }

    /// Whether the virtual IP with this metadata is the one that it wants as its own, whoever made it: by the owner reference,
    /// or retained under its name.
    pub fn is_own_virtual_ip(&self, meta: &Meta) -> bool {
        self.has_own_virtual_ip()
            && self.meta.name == meta.name
            && (meta.is_retained() || meta.is_owned_by(&self.meta.uid))
    }

    /// The literal addresses in `ips` that parse.
    pub fn literal_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let values = self.spec.texts().ips.into_iter();
        values.filter_map(|value| parse_ip(value?).ok())
    }

    /// The index of each entry of `ips` that wants a prefix of its own, with the prefix's name.
    pub fn own_ip_prefixes(&self) -> impl Iterator<Item = (usize, String)> {
        let ips = self.spec.rest().ips.iter().enumerate();
        let ips = ips.filter(|(_, ip)| has_template(ip.ephemeral.as_deref()));
        ips.map(|(at, _)| (at, names::ip_prefix(&self.meta.name, at)))
    }

    /// The index of each entry of `prefixes` that wants a prefix of its own, with the prefix's name.
    pub fn own_prefixes(&self) -> impl Iterator<Item = (usize, String)> {
        let prefixes = self.spec.rest().prefixes.iter().enumerate();
        let prefixes = prefixes.filter(|(_, prefix)| has_template(prefix.ephemeral.as_deref()));
        prefixes.map(|(at, _)| (at, names::prefix(&self.meta.name, at)))
    }

    /// The addresses that it asks for by itself: literal ones, and while it is being deleted those that it shows. Until it is
    /// gone it keeps what it has, whatever becomes of its children.
    pub(in crate::world) fn own_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let shown = self.status.ips().filter(|_| self.meta.deleting);
        let shown = shown.filter_map(|ip| parse_ip(ip).ok());
        self.literal_addresses().chain(shown)
    }

    /// Whether its status shows the address.
    pub(in crate::world) fn shows(&self, address: IpAddr) -> bool {
        let mut shown = self.status.ips();
        shown.any(|shown| parse_ip(shown) == Ok(address))
    }

    /// The addresses in `ips` that it asks for, as far as they are known.
    pub fn addresses(&self, namespace: &Namespace) -> impl Iterator<Item = IpAddr> {
        let granted = self.own_ip_prefixes();
        let granted = granted.filter_map(|(_, name)| namespace.own_prefix(self, &name)?.address());
        self.own_addresses().chain(granted)
    }

    /// Machines that hold or own it.
    fn machine_names(&self) -> impl Iterator<Item = &str> {
        let owner = self.meta.owner.as_ref();
        let owner = owner.filter(|owner| owner.is_a(Kind::Machine));
        let holder = self.spec.texts().machine;
        let holder = holder.map(|(name, _)| name).filter(|name| !name.is_empty());
        let owner = owner
            .map(|owner| &*owner.name)
            .filter(|owner| Some(*owner) != holder);
        holder.into_iter().chain(owner)
    }

    /// A controller owner of another kind than Machine: for machines there is `of_machine`.
    fn other_owner(&self) -> Option<(Kind, Str)> {
        let owner = self.meta.owner_key()?;
        (owner.0 != Kind::Machine).then_some(owner)
    }

    /// Virtual IPs that the interface `name` has, and all interfaces that refer to these: they ask whether it still is the
    /// holder, and whether it is on its way out.
    fn readers_by_virtual_ips(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for virtual_ip in namespace.links.targeting.get(name) {
            affect(Kind::VirtualIp, virtual_ip);
            for interface in namespace.links.on_virtual_ip.get(&**virtual_ip) {
                affect(Kind::NetworkInterface, interface);
            }
        }
    }
}

impl Object for Interface {
    type Body = Body;

    fn assemble(meta: Meta, raw: RawMeta<'_>, body: Body) -> Self {
        Self {
            meta,
            labels: raw.labels.unwrap_or_default().into(),
            annotations: raw.annotations.unwrap_or_default().into(),
            spec: Packed::new(filled(body.spec)),
            status: Packed::new(body.status.unwrap_or_default()),
        }
    }

    fn is_unreported(&self) -> bool {
        self.status.rest().last_state_transition_time.is_none()
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
        // Its machine declares it, and indexes name it.
        shared.share(&mut self.meta.name, known.map(|known| &known.meta.name));
        self.labels.share(known.map(|known| &known.labels), shared);
        self.annotations
            .share(known.map(|known| &known.annotations), shared);
        self.spec.share(known.map(|known| &known.spec), shared);
        self.status.share(known.map(|known| &known.status), shared);
    }

    fn bytes(&self) -> usize {
        size_of_val(self) - size_of_val(&self.meta)
            + self.meta.bytes()
            + self.labels.bytes()
            + self.annotations.bytes()
            + self.spec.bytes()
            + self.status.bytes()
    }

    fn link(&self, links: &mut Links) {
        let name = &self.meta.name;
        let network = self.network();
        links.on_network.insert(network, name);
        if let Some(owner) = self.other_owner() {
            links.interfaces_of.insert(&owner, name);
        }
        for machine in self.machine_names() {
            links.of_machine.insert(machine, name);
        }
        if let Some(virtual_ip) = self.virtual_ip_name() {
            links.on_virtual_ip.insert(virtual_ip, name);
        }
        for address in self.own_addresses() {
            links.asking.insert(&(network, address), name);
        }
        for (_, prefix) in self.own_ip_prefixes().chain(self.own_prefixes()) {
            links.with_prefix.insert(&*prefix, name);
        }
    }

    fn unlink(&self, links: &mut Links) {
        let name = &self.meta.name;
        let network = self.network();
        links.on_network.remove(network, name);
        if let Some(owner) = self.other_owner() {
            links.interfaces_of.remove(&owner, name);
        }
        for machine in self.machine_names() {
            links.of_machine.remove(machine, name);
        }
        if let Some(virtual_ip) = self.virtual_ip_name() {
            links.on_virtual_ip.remove(virtual_ip, name);
        }
        for address in self.own_addresses() {
            links.asking.remove(&(network, address), name);
        }
        for (_, prefix) in self.own_ip_prefixes().chain(self.own_prefixes()) {
            links.with_prefix.remove(&*prefix, name);
        }
    }

    fn links_as(&self, other: &Self) -> bool {
        self.meta.owner == other.meta.owner
            && self.spec == other.spec
            && self.own_addresses().eq(other.own_addresses())
    }

    fn readers(&self, namespace: &Namespace, affect: Affect<'_>) {
        for machine in self.machine_names() {
            affect(Kind::Machine, machine);
        }
        let maker = namespace.maker(&self.meta.name);
        if let Some(maker) = maker {
            affect(Kind::Machine, &maker.name);
        }
        if let Some(virtual_ip) = self.virtual_ip_name() {
            affect(Kind::VirtualIp, virtual_ip);
        }
        // One that is being deleted waits for those that refer to it.
        let network = namespace.networks.slot(self.network()).map(Slot::meta);
        if let Some(network) = network.filter(|network| network.deleting) {
            affect(Kind::Network, &network.name);
        }
    }

    /// Of the status only the addresses are read by others: they say who holds them.
    fn reads_as(&self, other: &Self) -> bool {
        let Self {
            meta,
            labels,
            annotations,
            spec,
            status,
        } = self;
        *meta == other.meta
            && *labels == other.labels
            && *annotations == other.annotations
            && *spec == other.spec
            && status.ips().eq(other.status.ips())
    }

    /// Whose it is, for machines that name it as well, and for interfaces that refer to its virtual IP.
    fn stands_as(&self, other: &Self) -> bool {
        self.meta == other.meta
            && self.spec.texts().machine == other.spec.texts().machine
            && self.spec.texts().virtual_ip == other.spec.texts().virtual_ip
            && self.spec.rest().virtual_ip == other.spec.rest().virtual_ip
    }

    fn bids_as(&self, other: &Self) -> bool {
        let at = |interface: &Self| (interface.meta.uid.clone(), interface.meta.deleting);
        at(self) == at(other)
            && self.network() == other.network()
            && self.spec.texts().ips == other.spec.texts().ips
            && self.spec.rest().ips == other.spec.rest().ips
            && self.spec.rest().prefixes == other.spec.rest().prefixes
            && self.status.ips().eq(other.status.ips())
    }

    fn bids(&self, namespace: &Namespace) -> Vec<Bid> {
        let network: Str = self.network().into();
        let addresses = self.addresses(namespace);
        let addresses = addresses.map(|address| Prize::Address(network.clone(), address));
        let prefixes = self.own_ip_prefixes().chain(self.own_prefixes());
        let prefixes = prefixes.map(|(_, name)| Prize::Prefix(name.into()));
        let prizes = addresses.chain(prefixes);
        prizes
            .map(|prize| (prize, self.meta.name.clone()))
            .collect()
    }

    fn readers_of_name(namespace: &Namespace, name: &str, affect: Affect<'_>) {
        for machine in namespace.links.declared.get(name) {
            affect(Kind::Machine, machine);
        }
        Self::readers_by_virtual_ips(namespace, name, affect);
    }
}
