// SPDX-License-Identifier: Apache-2.0

//! The address of a virtual IP, as far as it is of a public pool: a prefix in the pools' namespace holds it.

use serde_json::json;

use crate::plan::list::some_of;
use crate::plan::{Change, Notice, Plan, PublicPools, Purpose, Reason, Request, View};
use crate::world::{Kind, Object, VirtualIp};

/// Plans for the address of a virtual IP: it is written once the prefix has it, and never over another.
pub(super) fn plan(virtual_ip: &VirtualIp, view: View<'_>, plan: &mut Plan) {
    let meta = &virtual_ip.meta;
    let Some(pools) = view.elsewhere.pools else {
        return;
    };
    let prefix = pools.namespace.prefixes.get(&meta.uid);
    let Some(prefix) = prefix.filter(|prefix| prefix.address_of().is_some()) else {
        return;
    };
    match prefix.address() {
        None if prefix.lacks_room() => {
            let message = refusal(virtual_ip, pools);
            plan.notices
                .push(Notice::on(Reason::NoRoom, Kind::VirtualIp, meta, message));
        }
        // Of an object, one write at a time.
        Some(address)
            if virtual_ip.ip.is_none()
                && !meta.deleting
                && !meta.external
                && plan.changes.is_empty() =>
        {
            plan.changes.push(write(virtual_ip, &address.to_string()));
        }
        Some(_) | None => {}
    }
}

fn refusal(virtual_ip: &VirtualIp, pools: PublicPools<'_>) -> String {
    if let Some(shown) = &virtual_ip.ip {
        return format!("{shown} is an address of a public pool, and another VirtualIP has it");
    }
    let family = virtual_ip.family;
    let blocks = pools.pools.blocks();
    let blocks = blocks.filter(|block| block.family() == family);
    let blocks: Vec<String> = blocks.map(|block| block.to_string()).collect();
    let blocks = some_of(blocks.iter().map(String::as_str)).unwrap_or_default();
    format!("no public pool has room for an {family} address: {blocks}")
}

fn write(virtual_ip: &VirtualIp, address: &str) -> Change {
    let meta = &virtual_ip.meta;
    Change {
        kind: Kind::VirtualIp,
        name: meta.name.clone(),
        request: Request::PatchStatus(json!({
            // A merge patch of a status ignores the uid: the version alone protects.
            "metadata": { "resourceVersion": meta.version.to_string() },
            "status": { "ip": address },
        })),
        purpose: Purpose::Status,
        then: None,
    }
}
