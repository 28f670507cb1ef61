//! A network interface.

use std::borrow::Cow;
use std::net::IpAddr;

use ironcore_api::address::parse_ip;
use ironcore_api::default;
use ironcore_api::names;
use ironcore_api::networking::{EphemeralPrefix, NetworkInterfaceSpec, NetworkInterfaceStatus};
use ironcore_api::reference::Named;
use serde::Deserialize;

use super::{Kind, Namespace};
use crate::world::contests::{Bid, Prize};
use crate::world::links::Links;
use crate::world::meta::{Meta, Pairs, RawMeta, Str};
use crate::world::object::{Affect, Object};
use crate::world::share::Shared;

/// A network interface.
#[derive(Clone, Debug, PartialEq)]
pub struct Interface {
    /// Metadata.
    pub meta: Meta,
    /// Labels.
    pub labels: Pairs,
    /// Annotations.
    pub annotations: Pairs,
    /// Spec, defaults filled in.
    pub spec: NetworkInterfaceSpec,
    /// Status as stored.
    pub status: NetworkInterfaceStatus,
}

/// The body of an interface.
#[derive(Deserialize)]
pub struct Body {
    spec: NetworkInterfaceSpec,
    status: Option<NetworkInterfaceStatus>,
}

/// The spec with its defaults. Lists take what they need: decoding leaves room for four in a list of one.
pub(super) fn filled(spec: NetworkInterfaceSpec) -> NetworkInterfaceSpec {
    let mut spec = match default::network_interface_spec(&spec) {
        Cow::Owned(filled) => filled,
        Cow::Borrowed(_) => spec,
    };
    spec.ip_families.shrink_to_fit();
    spec.ips.shrink_to_fit();
    spec.prefixes.shrink_to_fit();
    spec
}

/// Memory behind a spec, in bytes, estimated.
pub(super) fn spec_bytes(spec: &NetworkInterfaceSpec) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let ips = spec.ips.iter();
    let ips = ips.map(|ip| size_of_val(ip) + text(&ip.value));
    let prefixes = spec.prefixes.iter();
    let prefixes = prefixes.map(|prefix| size_of_val(prefix) + text(&prefix.value));
    let attributes = spec.attributes.iter();
    let attributes =
        attributes.map(|(key, value)| 2 * size_of::<String>() + key.len() + value.len());
    let holder = spec.machine_ref.as_ref();
    ips.sum::<usize>()
        + prefixes.sum::<usize>()
        + attributes.sum::<usize>()
        + holder.map_or(0, |holder| holder.name.len() + holder.uid.len())
        + spec.network_ref.name.len()
}

fn has_template(ephemeral: Option<&EphemeralPrefix>) -> bool {
    ephemeral.is_some_and(|ephemeral| ephemeral.prefix_template.is_some())
}

impl Interface {
    /// The VirtualIP that the spec refers to.
    pub fn virtual_ip_ref(&self) -> Option<&str> {
        self.spec.virtual_ip.as_ref()?.virtual_ip_ref.named()
    }

    /// Whether it wants a VirtualIP of its own, which then bears its name.
    pub fn has_own_virtual_ip(&self) -> bool {
        let source = self.spec.virtual_ip.as_ref();
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
        let values = self.spec.ips.iter();
        values.filter_map(|ip| parse_ip(ip.value.as_deref()?).ok())
    }

    /// The index of each entry of `ips` that wants a prefix of its own, with the prefix's name.
    pub fn own_ip_prefixes(&self) -> impl Iterator<Item = (usize, String)> {
        let ips = self.spec.ips.iter().enumerate();
        let ips = ips.filter(|(_, ip)| has_template(ip.ephemeral.as_deref()));
        ips.map(|(at, _)| (at, names::ip_prefix(&self.meta.name, at)))
    }

    /// The index of each entry of `prefixes` that wants a prefix of its own, with the prefix's name.
    pub fn own_prefixes(&self) -> impl Iterator<Item = (usize, String)> {
        let prefixes = self.spec.prefixes.iter().enumerate();
        let prefixes = prefixes.filter(|(_, prefix)| has_template(prefix.ephemeral.as_deref()));
        prefixes.map(|(at, _)| (at, names::prefix(&self.meta.name, at)))
    }

    /// The addresses that it asks for by itself: literal ones, and while it is being deleted those that it shows. Until it is
    /// gone it keeps what it has, whatever becomes of its children.
    pub(in crate::world) fn own_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let shown = self.status.ips.iter().filter(|_| self.meta.deleting);
        let shown = shown.filter_map(|ip| parse_ip(ip).ok());
        self.literal_addresses().chain(shown)
    }

    /// Whether its status shows the address.
    pub(in crate::world) fn shows(&self, address: IpAddr) -> bool {
        let mut shown = self.status.ips.iter();
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
        let holder = self.spec.machine_ref.named();
        let owner = owner
            .map(|owner| &*owner.name)
            .filter(|owner| Some(*owner) != holder);
        holder.into_iter().chain(owner)
    }

    /// A controller owner that is no machine: for machines there is `of_machine`.
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

    fn assemble(meta: Meta, raw: RawMeta, body: Body) -> Self {
        let mut status = body.status.unwrap_or_default();
        status.ips.shrink_to_fit();
        status.prefixes.shrink_to_fit();
        status.conditions.shrink_to_fit();
        Self {
            meta,
            labels: raw.labels.unwrap_or_default().into(),
            annotations: raw.annotations.unwrap_or_default().into(),
            spec: filled(body.spec),
            status,
        }
    }

    fn is_unreported(&self) -> bool {
        self.status.last_state_transition_time.is_none()
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
        let ips = self.status.ips.iter();
        let ips = ips.map(|ip| size_of_val(ip) + ip.len());
        let conditions = self.status.conditions.iter();
        let conditions = conditions.map(|c| size_of_val(c) + c.reason.len() + c.message.len());
        size_of_val(self) - size_of_val(&self.meta)
            + self.meta.bytes()
            + self.labels.bytes()
            + self.annotations.bytes()
            + spec_bytes(&self.spec)
            + ips.sum::<usize>()
            + conditions.sum::<usize>()
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
        if let Some(owner) = self.other_owner() {
            links.interfaces_of.insert(owner, name);
        }
        for machine in self.machine_names() {
            links.of_machine.insert(machine.into(), name);
        }
        if let Some(virtual_ip) = self.virtual_ip_name() {
            links.on_virtual_ip.insert(virtual_ip.into(), name);
        }
        for address in self.own_addresses() {
            links.asking.insert((network.clone(), address), name);
        }
        for (_, prefix) in self.own_ip_prefixes().chain(self.own_prefixes()) {
            links.with_prefix.insert(prefix.into(), name);
        }
        links.on_network.insert(network, name);
    }

    fn unlink(&self, links: &mut Links) {
        let name = &self.meta.name;
        let network: Str = self.spec.network_ref.name.as_str().into();
        if let Some(owner) = &self.meta.owner {
            links.owned.remove(&*owner.uid, name);
        }
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
            links.asking.remove(&(network.clone(), address), name);
        }
        for (_, prefix) in self.own_ip_prefixes().chain(self.own_prefixes()) {
            links.with_prefix.remove(&*prefix, name);
        }
        links.on_network.remove(&*network, name);
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
            && status.ips == other.status.ips
    }

    /// Whose it is, for machines that name it as well, and for interfaces that refer to its virtual IP.
    fn stands_as(&self, other: &Self) -> bool {
        self.meta == other.meta
            && self.spec.machine_ref == other.spec.machine_ref
            && self.spec.virtual_ip == other.spec.virtual_ip
    }

    fn bids_as(&self, other: &Self) -> bool {
        let at = |interface: &Self| (interface.meta.uid.clone(), interface.meta.deleting);
        at(self) == at(other)
            && self.spec.network_ref == other.spec.network_ref
            && self.spec.ips == other.spec.ips
            && self.spec.prefixes == other.spec.prefixes
            && self.status.ips == other.status.ips
    }

    fn bids(&self, namespace: &Namespace) -> Vec<Bid> {
        let network: Str = self.spec.network_ref.name.as_str().into();
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
