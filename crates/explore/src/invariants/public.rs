// SPDX-License-Identifier: Apache-2.0

//! What must hold of public addresses.

use std::collections::BTreeSet;

use ironcore_api::ownership::{PUBLIC_POOL, VIRTUAL_IP_UID};
use ni_controller::world::Kind;
use serde_json::Value;

use super::Broken;
use super::object::{is_alive, must};
use crate::server::{Model, uid};

/// Whether there are pools of public addresses.
pub(super) fn has_pools(server: &Model) -> bool {
    let mut prefixes = server.list(Kind::Prefix);
    prefixes.any(|prefix| prefix["metadata"]["labels"][PUBLIC_POOL].is_string())
}

/// Each address that a virtual IP shows is held for it by a prefix, so that nobody else gets it.
///
/// # Errors
/// If one is not.
pub fn public_addresses_are_held(server: &Model) -> Result<(), Broken> {
    for virtual_ip in server.list(Kind::VirtualIp) {
        let Some(shown) = virtual_ip["status"]["ip"].as_str() else {
            continue;
        };
        let held = held_for(server, virtual_ip);
        must(
            held.is_some_and(|held| held == format!("{shown}/32")),
            "an address that a virtual IP shows is held for it",
            || virtual_ip.to_string(),
        )?;
    }
    Ok(())
}

/// Once nothing moves any more, each virtual IP has an address or the pool has none left, and none is held for one that is gone.
///
/// # Errors
/// If that is not so.
pub fn virtual_ips_are_served(server: &Model) -> Result<(), Broken> {
    let virtual_ips = || server.list(Kind::VirtualIp);
    let served = virtual_ips().filter(|virtual_ip| virtual_ip["status"]["ip"].is_string());
    let served = served.count();
    let waits = virtual_ips()
        .filter(|virtual_ip| is_alive(virtual_ip))
        .count()
        - served;
    must(
        waits == 0 || served > 0,
        "at rest a virtual IP has the address that is free",
        || format!("{waits} wait"),
    )?;
    let uids: BTreeSet<&str> = virtual_ips().map(uid).collect();
    let mut prefixes = server.list(Kind::Prefix);
    let kept = prefixes.find(|prefix| {
        let of = &prefix["metadata"]["annotations"][VIRTUAL_IP_UID];
        of.as_str().is_some_and(|of| !uids.contains(of))
    });
    must(
        kept.is_none(),
        "at rest no address is held for a virtual IP that is gone",
        || format!("{kept:?}"),
    )
}

/// The block of the prefix that holds the address of a virtual IP.
fn held_for<'a>(server: &'a Model, virtual_ip: &Value) -> Option<&'a str> {
    let prefix = server.get(Kind::Prefix, uid(virtual_ip))?;
    let allocated = prefix["status"]["phase"] == "Allocated";
    prefix["spec"]["prefix"].as_str().filter(|_| allocated)
}
