// SPDX-License-Identifier: Apache-2.0

//! Addresses: no two interfaces of a network show one, and no two virtual IPs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ironcore_api::address::parse_ip;
use ni_controller::world::{Kind, Meta};

use super::{AllLeaving, Finding, object};
use crate::view::View;

pub(super) fn check(view: &View, _: &AllLeaving) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut public: BTreeMap<IpAddr, &Meta> = BTreeMap::new();
    for (_, namespace) in view.namespaces() {
        let mut shown: BTreeMap<(&str, IpAddr), &Meta> = BTreeMap::new();
        for interface in namespace.interfaces.iter().filter_map(|slot| slot.good()) {
            for address in interface.status.ips().filter_map(|ip| parse_ip(ip).ok()) {
                let place = (interface.network(), address);
                let first = shown.entry(place).or_insert(&interface.meta);
                if first.uid != interface.meta.uid && view.refuses_duplicates() {
                    let kind = Kind::NetworkInterface;
                    let why = format!("on Network {}", interface.network());
                    findings.push(twice(kind, &interface.meta, first, address, &why));
                }
            }
        }
        for virtual_ip in namespace.virtual_ips.iter().filter_map(|slot| slot.good()) {
            let address = virtual_ip.ip.as_deref().and_then(|ip| parse_ip(ip).ok());
            let Some(address) = address else { continue };
            let first = public.entry(address).or_insert(&virtual_ip.meta);
            if first.uid != virtual_ip.meta.uid {
                findings.push(twice(
                    Kind::VirtualIp,
                    &virtual_ip.meta,
                    first,
                    address,
                    "too",
                ));
            }
        }
    }
    findings
}

fn twice(kind: Kind, meta: &Meta, first: &Meta, address: IpAddr, place: &str) -> Finding {
    let first = object(kind, first);
    let message = format!("status shows {address}, which {first} has {place}");
    Finding::on(kind, meta, "AddressTwice", message).with([first])
}
