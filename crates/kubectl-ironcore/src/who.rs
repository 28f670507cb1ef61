// SPDX-License-Identifier: Apache-2.0

//! Who has an address, and who else asks for it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ironcore_api::address::{Prefix as Block, parse_ip, parse_prefix};
use ni_controller::world::{Interface, Kind, Namespace, Prefix, VirtualIp};
use serde::Serialize;

use crate::object::Object;
use crate::view::View;

/// Who has an address.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Who {
    /// The address.
    pub address: IpAddr,
    /// In each network of each namespace in which an interface asks for it.
    pub in_networks: Vec<InNetwork>,
    /// The virtual IPs that show it.
    pub virtual_ips: Vec<Public>,
    /// The interfaces to which a prefix that it lies in is routed.
    pub routed: Vec<Routed>,
    /// The prefixes that it lies in, the largest first.
    pub prefixes: Vec<In>,
}

impl Who {
    /// Whether an interface or a virtual IP has it.
    pub fn is_held(&self) -> bool {
        let mut networks = self.in_networks.iter();
        networks.any(|network| network.holder.is_some())
            || !self.virtual_ips.is_empty()
            || !self.routed.is_empty()
    }
}

/// Who has an address in a network.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InNetwork {
    /// The network.
    pub network: Object,
    /// The interface that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<Held>,
    /// Those that ask for it and do not have it.
    pub others: Vec<Held>,
}

/// An interface, and its machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// The interface.
    pub interface: Object,
    /// The machine that has the interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<Object>,
    /// Its state.
    pub state: String,
}

/// A virtual IP that shows the address.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Public {
    /// The virtual IP.
    pub virtual_ip: Object,
    /// The interface that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Held>,
}

/// An interface to which a prefix is routed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Routed {
    /// The prefix.
    pub prefix: String,
    /// The interface.
    #[serde(flatten)]
    pub to: Held,
}

/// A prefix that the address lies in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct In {
    /// The prefix.
    pub prefix: Object,
    /// Its block.
    pub block: String,
    /// Its owner, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// Who has `address`, in all namespaces of the view.
pub fn who(view: &View, address: IpAddr) -> Who {
    let mut who = Who {
        address,
        in_networks: Vec::new(),
        virtual_ips: Vec::new(),
        routed: Vec::new(),
        prefixes: Vec::new(),
    };
    for (_, namespace) in view.namespaces() {
        who.in_networks.extend(in_networks(namespace, address));
        let virtual_ips = namespace.virtual_ips.iter().filter_map(|slot| slot.good());
        let virtual_ips = virtual_ips.filter(|virtual_ip| shows(virtual_ip, address));
        who.virtual_ips
            .extend(virtual_ips.map(|virtual_ip| public(virtual_ip, namespace)));
        who.routed.extend(routed(namespace, address));
        let prefixes = namespace.prefixes.iter().filter_map(|slot| slot.good());
        let around = prefixes.filter(|prefix| lies_in(prefix, address));
        who.prefixes.extend(around.map(around_it));
    }
    let length = |of: &In| parse_prefix(&of.block).map_or(0, Block::length);
    who.prefixes.sort_by_key(length);
    who
}

fn in_networks(namespace: &Namespace, address: IpAddr) -> Vec<InNetwork> {
    let mut networks: BTreeMap<&str, Vec<&Interface>> = BTreeMap::new();
    let interfaces = namespace.interfaces.iter().filter_map(|slot| slot.good());
    for interface in interfaces {
        if interface.addresses(namespace).any(|own| own == address) {
            networks
                .entry(interface.network())
                .or_default()
                .push(interface);
        }
    }
    let found = networks.into_iter().map(|(network, asking)| {
        let contested = namespace.holder(network, address);
        let has = |interface: &&Interface| match contested {
            Some(holder) => holder.uid == interface.meta.uid,
            None => true,
        };
        let (holder, others): (Vec<_>, Vec<_>) = asking.into_iter().partition(has);
        let of = &holder.iter().chain(&others).next().map(|any| &any.meta);
        InNetwork {
            network: Object::new(
                Kind::Network,
                of.map_or("", |meta| &meta.namespace),
                network,
            ),
            holder: holder.first().map(|interface| held(interface, namespace)),
            others: others
                .into_iter()
                .map(|interface| held(interface, namespace))
                .collect(),
        }
    });
    found.collect()
}

pub(crate) fn held(interface: &Interface, namespace: &Namespace) -> Held {
    let meta = &interface.meta;
    let machine = interface.spec.texts().machine.filter(|(name, uid)| {
        let machine = namespace.machines.slot(name);
        machine.is_some_and(|machine| *machine.meta().uid == **uid)
    });
    let state = interface.status.rest().state;
    Held {
        interface: Object::new(Kind::NetworkInterface, &meta.namespace, &meta.name),
        machine: machine.map(|(name, _)| Object::new(Kind::Machine, &meta.namespace, name)),
        state: match state {
            _ if meta.deleting => "Deleting",
            Some(state) => state.as_str(),
            None => "Pending",
        }
        .to_owned(),
    }
}

fn shows(virtual_ip: &VirtualIp, address: IpAddr) -> bool {
    let shown = virtual_ip.ip.as_deref();
    shown.is_some_and(|shown| parse_ip(shown) == Ok(address))
}

fn public(virtual_ip: &VirtualIp, namespace: &Namespace) -> Public {
    let meta = &virtual_ip.meta;
    let target = virtual_ip.target.as_ref().and_then(|target| {
        let interface = namespace.interfaces.get(&target.name)?;
        (*interface.meta.uid == *target.uid).then(|| held(interface, namespace))
    });
    Public {
        virtual_ip: Object::new(Kind::VirtualIp, &meta.namespace, &meta.name),
        target,
    }
}

fn routed(namespace: &Namespace, address: IpAddr) -> Vec<Routed> {
    let interfaces = namespace.interfaces.iter().filter_map(|slot| slot.good());
    let with_prefixes = interfaces.filter(|interface| !interface.status.rest().prefixes.is_empty());
    let routed = with_prefixes.flat_map(|interface| {
        let prefixes = interface.status.unpack().prefixes.into_iter();
        let around = prefixes.filter(|text| contains(text, address));
        around.map(|prefix| Routed {
            prefix,
            to: held(interface, namespace),
        })
    });
    routed.collect()
}

fn contains(text: &str, address: IpAddr) -> bool {
    parse_prefix(text).is_ok_and(|block| block.contains(Block::single(address)))
}

fn lies_in(prefix: &Prefix, address: IpAddr) -> bool {
    let block = prefix.granted;
    block.is_some_and(|block| block.contains(Block::single(address)))
}

fn around_it(prefix: &Prefix) -> In {
    let meta = &prefix.meta;
    let owner = meta.owner.as_ref();
    let owner = owner.map(|owner| format!("{} {}", owner.kind, owner.name));
    let holds = prefix
        .address_of()
        .map(|of| format!("VirtualIP {}/{}", of.namespace, of.name));
    In {
        prefix: Object::new(Kind::Prefix, &meta.namespace, &meta.name),
        block: prefix
            .granted
            .map(|block| block.to_string())
            .unwrap_or_default(),
        owner: owner.or(holds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::view;

    const OBJECTS: &str = "
kind: machine
name: m
---
kind: nic
name: a
spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.1}], machineRef: {name: m, uid: uid-m}}
status: {state: Available, ips: [10.0.0.1], prefixes: [10.1.0.0/24]}
---
kind: nic
name: b
spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.1}]}
status: {state: Error}
---
kind: nic
name: c
namespace: there
spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.1}], machineRef: {name: m, uid: other}}
---
kind: vip
name: v
spec: {type: Public, ipFamily: IPv4, targetRef: {name: a, uid: uid-a}}
status: {ip: 203.0.113.1}
---
kind: nic
name: d
meta: {deletionTimestamp: 1970-01-01T00:00:09Z, finalizers: [example.com/held]}
spec: {networkRef: {name: other}, ipFamilies: [IPv4], ips: [{value: 10.3.0.1}]}
status: {state: Available, ips: [10.3.0.1]}
---
kind: pfx
name: net
spec: {ipFamily: IPv4, prefix: 10.0.0.0/8}
status: {phase: Allocated}
";

    #[test]
    fn holders_and_those_who_ask_are_told_apart_in_each_network() {
        let view = view(OBJECTS);
        let told = |address: &str| {
            let who = who(&view, address.parse().expect("an address"));
            let name = |held: &Held| {
                let machine = held.machine.as_ref().map_or("-", |machine| &*machine.name);
                format!("{} of {machine}, {}", held.interface.name, held.state)
            };
            let networks = who.in_networks.iter().map(|network| {
                let others: Vec<String> = network.others.iter().map(name).collect();
                let holder = network.holder.as_ref().map_or("-".to_owned(), name);
                format!("{}: {holder} [{}]", network.network, others.join("; "))
            });
            let public = who.virtual_ips.iter().map(|public| {
                let target = public.target.as_ref().map_or("-".to_owned(), name);
                format!("{}: {target}", public.virtual_ip)
            });
            let routed = who.routed.iter();
            let routed = routed.map(|routed| format!("{}: {}", routed.prefix, name(&routed.to)));
            let prefixes = who.prefixes.iter().map(|of| of.block.clone());
            let told: Vec<String> = networks
                .chain(public)
                .chain(routed)
                .chain(prefixes)
                .collect();
            (who.is_held(), told)
        };
        for (address, held, expected) in [
            (
                "10.0.0.1",
                true,
                &[
                    "Network here/net: a of m, Available [b of -, Error]",
                    "Network there/net: c of -, Pending []",
                    "10.0.0.0/8",
                ][..],
            ),
            (
                "10.1.0.7",
                true,
                &["10.1.0.0/24: a of m, Available", "10.0.0.0/8"],
            ),
            (
                "203.0.113.1",
                true,
                &["VirtualIP here/v: a of m, Available"],
            ),
            (
                "10.3.0.1",
                true,
                &["Network here/other: d of -, Deleting []", "10.0.0.0/8"],
            ),
            ("10.2.0.1", false, &["10.0.0.0/8"]),
            ("192.0.2.1", false, &[]),
        ] {
            let (is_held, told) = told(address);
            assert_eq!(
                (is_held, &*told),
                (
                    held,
                    &*expected
                        .iter()
                        .map(|text| (*text).to_owned())
                        .collect::<Vec<_>>()
                ),
                "{address}"
            );
        }
    }
}
