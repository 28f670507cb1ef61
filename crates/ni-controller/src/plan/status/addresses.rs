// SPDX-License-Identifier: Apache-2.0

//! What an interface has: its addresses, prefixes and public IP, as far as known.

use std::net::IpAddr;

use ironcore_api::address::{Prefix, parse_ip, parse_prefix};
use ironcore_api::names;

use super::children;
use crate::plan::children::Standing;
use crate::plan::{DuplicateAddresses, View};
use crate::seeded::{self, Fault};
use crate::world::{Interface, Meta, VirtualIp};

/// What an interface has, as far as known.
#[derive(Debug)]
pub(super) struct Addresses<'a> {
    /// Internal addresses that it holds, in the order of `spec.ips`.
    pub ips: Vec<IpAddr>,
    /// Routed prefixes, in the order of `spec.prefixes`.
    pub prefixes: Vec<Prefix>,
    /// Its public address.
    pub virtual_ip: Option<IpAddr>,
    /// Addresses that it asks for and others hold.
    pub taken: Vec<(IpAddr, &'a Meta)>,
}

impl<'a> Addresses<'a> {
    /// Looks at what `interface` asks for.
    pub(super) fn of(interface: &'a Interface, view: View<'a>) -> Self {
        let (mut ips, mut taken) = (Vec::new(), Vec::new());
        for address in asked_ips(interface, view) {
            match other_holder(interface, address, view) {
                Some(holder) => taken.push((address, holder)),
                None => ips.push(address),
            }
        }
        Self {
            ips,
            prefixes: prefixes(interface, view).collect(),
            virtual_ip: own_virtual_ip(interface, view)
                .and_then(|vip| parse_ip(vip.ip.as_deref()?).ok()),
            taken,
        }
    }
}

/// The addresses that it asks for, in the order of `spec.ips`, without those that are not known yet.
fn asked_ips(interface: &Interface, view: View<'_>) -> impl Iterator<Item = IpAddr> {
    let ips = interface.spec.texts().ips.into_iter().enumerate();
    ips.filter_map(move |(at, value)| {
        if let Some(value) = value {
            return parse_ip(value).ok();
        }
        let name = names::ip_prefix(&interface.meta.name, at);
        view.namespace.own_prefix(interface, &name)?.address()
    })
}

/// Its prefixes in the order of `spec.prefixes`, without those that are not known yet.
fn prefixes(interface: &Interface, view: View<'_>) -> impl Iterator<Item = Prefix> {
    let prefixes = interface.spec.texts().prefixes.into_iter().enumerate();
    prefixes.filter_map(move |(at, value)| {
        if let Some(value) = value {
            return parse_prefix(value).ok();
        }
        let name = names::prefix(&interface.meta.name, at);
        view.namespace.own_prefix(interface, &name)?.granted
    })
}

/// The virtual IP that the interface refers to, or that stands as its own.
pub(super) fn wanted_virtual_ip<'a>(
    interface: &Interface,
    view: View<'a>,
) -> Option<&'a VirtualIp> {
    match interface.virtual_ip_ref() {
        Some(name) => view.namespace.virtual_ips.get(name),
        None => match children::virtual_ip(interface, view)? {
            Standing::Ours(virtual_ip) => Some(virtual_ip),
            _ => None,
        },
    }
}

/// The virtual IP that the interface wants, once it is the interface's.
pub(super) fn own_virtual_ip<'a>(interface: &Interface, view: View<'a>) -> Option<&'a VirtualIp> {
    let virtual_ip = wanted_virtual_ip(interface, view)?;
    let target = virtual_ip.target.as_ref()?;
    (*target.uid == *interface.meta.uid).then_some(virtual_ip)
}

/// Who else holds an address for which several ask.
fn other_holder<'a>(interface: &Interface, address: IpAddr, view: View<'a>) -> Option<&'a Meta> {
    if view.options.duplicate_addresses == DuplicateAddresses::Allow
        || seeded::has(Fault::HolderNotAsked)
    {
        return None;
    }
    let holder = view.namespace.holder(interface.network(), address);
    holder.filter(|holder| holder.uid != interface.meta.uid)
}
