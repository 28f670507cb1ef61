// SPDX-License-Identifier: Apache-2.0

//! The checks, in order: what can't be had before what is waited for.

use std::fmt::Display;

use ironcore_api::address::{IpFamily, parse_ip, parse_prefix};
use ironcore_api::networking::{EphemeralPrefix, NetworkInterfaceState, NetworkState};

use super::Fault;
use super::addresses::{Addresses, own_virtual_ip, wanted_virtual_ip};
use super::children;
use crate::plan::child::is_released;
use crate::plan::{Reason, View};
use crate::world::{Interface, Kind, Slot, VirtualIp};

type Check = fn(&Interface, &Addresses<'_>, View<'_>) -> Option<Fault>;

/// The checks, in order.
pub(super) const ALL: [Check; 12] = [
    spec_can_be_read,
    network_is_sound,
    children::names_are_free,
    virtual_ip_is_not_anothers,
    virtual_ip_is_of_a_family,
    children::addresses_are_of_a_family,
    addresses_are_not_anothers,
    network_is_there,
    addresses_are_free,
    virtual_ip_is_there,
    children::are_there,
    virtual_ip_has_an_address,
];

/// Objects that were stored before the rules may have texts that are no addresses, and entries that say nothing.
fn spec_can_be_read(interface: &Interface, _: &Addresses<'_>, _: View<'_>) -> Option<Fault> {
    let spec = interface.spec.unpack();
    let ips = spec.ips.iter().enumerate();
    let ips = ips.filter_map(|(at, ip)| {
        let why = unreadable(ip.value.as_deref(), ip.ephemeral.as_deref(), parse_ip)?;
        Some(format!("spec.ips[{at}]{why}"))
    });
    let prefixes = spec.prefixes.iter().enumerate();
    let prefixes = prefixes.filter_map(|(at, prefix)| {
        let (value, ephemeral) = (prefix.value.as_deref(), prefix.ephemeral.as_deref());
        let why = unreadable(value, ephemeral, parse_prefix)?;
        Some(format!("spec.prefixes[{at}]{why}"))
    });
    let message = ips.chain(prefixes).next()?;
    Some(Fault::error(Reason::InvalidSpec, message))
}

/// Why an entry can't be read, if so.
fn unreadable<T, E: Display>(
    value: Option<&str>,
    ephemeral: Option<&EphemeralPrefix>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<String> {
    match (value, ephemeral) {
        (Some(value), _) => {
            let error = parse(value).err()?;
            Some(format!(".value {value:?} {error}"))
        }
        (None, Some(ephemeral)) if ephemeral.prefix_template.is_some() => None,
        (None, Some(_)) => Some(".ephemeral has no template".to_owned()),
        (None, None) => Some(" has no source".to_owned()),
    }
}

fn network_is_sound(interface: &Interface, _: &Addresses<'_>, view: View<'_>) -> Option<Fault> {
    let network = view.namespace.networks.get(interface.network())?;
    (network.state == Some(NetworkState::Error)).then(|| {
        Fault::error(
            Reason::NetworkError,
            format!("Network {} is in state Error", network.meta.name),
        )
    })
}

fn network_is_there(interface: &Interface, _: &Addresses<'_>, view: View<'_>) -> Option<Fault> {
    let name = interface.network();
    let network = match view.namespace.networks.slot(name) {
        None => {
            return Some(Fault::pending(
                "NetworkNotFound",
                format!("waits for Network {name}, which does not exist"),
            ));
        }
        Some(Slot::Bad(_)) => {
            return Some(Fault::pending(
                "NetworkNotDecodable",
                format!("waits for Network {name}, which does not decode"),
            ));
        }
        Some(Slot::Good(network)) => network,
    };
    let stays = interface.status.rest().state == Some(NetworkInterfaceState::Available);
    if network.meta.deleting && !stays {
        return Some(Fault::pending(
            "NetworkDeleting",
            format!("waits for Network {name}, which is being deleted"),
        ));
    }
    (network.state == Some(NetworkState::Pending)).then(|| {
        Fault::pending(
            "NetworkPending",
            format!("waits for Network {name}, which is Pending"),
        )
    })
}

/// Whether who holds something will go on holding it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// As far as one can see.
    Stays,
    /// Until it is gone: it is being deleted.
    Leaves,
    /// Until it is released: it names it no longer.
    LetGo,
}

/// The virtual IP that the interface refers to and another holds; with that holder.
fn held_by_another<'a>(
    interface: &Interface,
    view: View<'a>,
) -> Option<(&'a VirtualIp, &'a str, Holding)> {
    let virtual_ip = wanted_virtual_ip(interface, view)?;
    let target = virtual_ip
        .target
        .as_ref()
        .filter(|target| *target.uid != *interface.meta.uid)?;
    let holder = view
        .namespace
        .interfaces
        .slot(&target.name)
        .filter(|slot| *slot.meta().uid == *target.uid);
    let lets_go = |slot: &Slot<Interface>| {
        is_released(&virtual_ip.meta, Kind::NetworkInterface, view.namespace)
            && slot
                .good()
                .is_some_and(|holder| !holder.names(&virtual_ip.meta))
    };
    let holding = match holder {
        Some(slot) if !slot.meta().deleting && lets_go(slot) => Holding::LetGo,
        Some(slot) if !slot.meta().deleting => Holding::Stays,
        Some(_) | None => Holding::Leaves,
    };
    Some((virtual_ip, &target.name, holding))
}

fn virtual_ip_is_not_anothers(
    interface: &Interface,
    _: &Addresses<'_>,
    view: View<'_>,
) -> Option<Fault> {
    let (virtual_ip, holder, holding) = held_by_another(interface, view)?;
    (holding == Holding::Stays).then(|| {
        let message = format!(
            "VirtualIP {} belongs to NetworkInterface {holder}",
            virtual_ip.meta.name
        );
        Fault::error(Reason::VirtualIPTaken, message)
    })
}

fn virtual_ip_is_of_a_family(
    interface: &Interface,
    _: &Addresses<'_>,
    view: View<'_>,
) -> Option<Fault> {
    let virtual_ip = wanted_virtual_ip(interface, view)?;
    let shown = virtual_ip
        .ip
        .as_deref()
        .and_then(|ip| parse_ip(ip).ok())
        .map(IpFamily::of);
    let family = shown.unwrap_or(virtual_ip.family);
    (!interface.spec.rest().ip_families.contains(&family)).then(|| {
        let message = format!(
            "VirtualIP {} is of family {family}, which is not in ipFamilies",
            virtual_ip.meta.name
        );
        Fault::error(Reason::FamilyMismatch, message)
    })
}

fn addresses_are_not_anothers(
    _: &Interface,
    addresses: &Addresses<'_>,
    _: View<'_>,
) -> Option<Fault> {
    let (address, holder) = addresses
        .taken
        .iter()
        .find(|(_, holder)| !holder.deleting)?;
    let message = format!(
        "address {address} belongs to NetworkInterface {}",
        holder.name
    );
    Some(Fault::error(Reason::AddressInUse, message))
}

fn addresses_are_free(_: &Interface, addresses: &Addresses<'_>, _: View<'_>) -> Option<Fault> {
    let (address, holder) = addresses.taken.first()?;
    let message = format!(
        "waits for address {address}, which NetworkInterface {} keeps until it is gone",
        holder.name
    );
    Some(Fault::pending("AddressLeaving", message))
}

fn virtual_ip_is_there(interface: &Interface, _: &Addresses<'_>, view: View<'_>) -> Option<Fault> {
    let name = interface.virtual_ip_ref()?;
    match view.namespace.virtual_ips.slot(name) {
        None => Some(Fault::pending(
            "VirtualIPNotFound",
            format!("waits for VirtualIP {name}, which does not exist"),
        )),
        Some(Slot::Bad(_)) => Some(Fault::pending(
            "VirtualIPNotDecodable",
            format!("waits for VirtualIP {name}, which does not decode"),
        )),
        Some(Slot::Good(_)) => None,
    }
}

fn virtual_ip_has_an_address(
    interface: &Interface,
    addresses: &Addresses<'_>,
    view: View<'_>,
) -> Option<Fault> {
    let name = interface.virtual_ip_name()?;
    if addresses.virtual_ip.is_some() {
        return None;
    }
    let message = match (
        held_by_another(interface, view),
        own_virtual_ip(interface, view),
    ) {
        (Some((_, holder, Holding::LetGo)), _) => format!(
            "waits for VirtualIP {name}, which is being released: NetworkInterface {holder} no longer names it"
        ),
        (Some((_, holder, _)), _) => format!(
            "waits for VirtualIP {name}, which NetworkInterface {holder} keeps until it is gone"
        ),
        (None, Some(_)) => format!("waits for VirtualIP {name}, which has no address yet"),
        (None, None) => format!("waits for VirtualIP {name}, which is not its own yet"),
    };
    Some(Fault::pending("VirtualIPPending", message))
}
