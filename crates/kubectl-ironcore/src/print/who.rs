// SPDX-License-Identifier: Apache-2.0

//! `who` as text.

use ni_runtime::scope::Scopes;

use super::Page;
use super::table::{NONE, table};
use crate::object::place;
use crate::who::{Held, Who};

const COLUMNS: [&str; 6] = ["NAMESPACE", "OBJECT", "HAS IT", "ON", "MACHINE", "STATE"];

/// A line for each object that has or requests the address; then the prefixes that contain it.
pub fn who(who: &Who, scopes: &Scopes, page: Page) -> String {
    let mut rows = Vec::new();
    for network in &who.in_networks {
        let on = format!("Network {}", network.network.name);
        rows.extend(
            network
                .holder
                .iter()
                .map(|held| of_interface(held, "yes", &on)),
        );
        rows.extend(
            network
                .others
                .iter()
                .map(|held| of_interface(held, "requests", &on)),
        );
    }
    for public in &who.virtual_ips {
        let object = &public.virtual_ip;
        let target = public.target.as_ref();
        let on = target.map_or("no interface".to_owned(), |held| {
            format!("NetworkInterface {}", held.interface.name)
        });
        rows.push(vec![
            object.namespace.clone(),
            format!("VirtualIP {}", object.name),
            "yes".to_owned(),
            on,
            target.map_or(NONE.to_owned(), machine),
            target.map_or(NONE.to_owned(), |held| held.state.clone()),
        ]);
    }
    for routed in &who.routed {
        rows.push(of_interface(&routed.to, "routed", &routed.prefix));
    }
    let mut text = if rows.is_empty() {
        nobody(who, scopes)
    } else {
        table(page, &COLUMNS, rows)
    };
    if !who.prefixes.is_empty() {
        text.push('\n');
        let rows = who.prefixes.iter().map(|of| {
            let owner = of.owner.clone().unwrap_or(NONE.to_owned());
            let prefix = &of.prefix;
            vec![
                prefix.namespace.clone(),
                prefix.name.clone(),
                of.block.clone(),
                owner,
            ]
        });
        text.push_str(&table(
            page,
            &["NAMESPACE", "PREFIX", "BLOCK", "OWNER"],
            rows,
        ));
    }
    text
}

/// An address may be reserved by a Prefix although no object uses it.
fn nobody(who: &Who, scopes: &Scopes) -> String {
    let prefixes = match (who.prefixes.as_slice(), scopes) {
        ([], Scopes::Each(_)) => " -A looks in all namespaces.",
        ([], Scopes::All) => "",
        ([_], _) => " This Prefix contains it:",
        _ => " These Prefixes contain it:",
    };
    let (address, place) = (who.address, place(scopes));
    format!("No NetworkInterface or VirtualIP {place} has {address}.{prefixes}\n")
}

fn of_interface(held: &Held, has: &str, on: &str) -> Vec<String> {
    vec![
        held.interface.namespace.clone(),
        format!("NetworkInterface {}", held.interface.name),
        has.to_owned(),
        on.to_owned(),
        machine(held),
        held.state.clone(),
    ]
}

fn machine(held: &Held) -> String {
    let machine = held.machine.as_ref();
    machine.map_or(NONE.to_owned(), |machine| machine.name.clone())
}
