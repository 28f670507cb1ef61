// SPDX-License-Identifier: Apache-2.0

//! What must hold of what is stored once nothing moves any more.

use ni_controller::world::Kind;
use serde_json::Value;

use super::Broken;
use super::object::{entries, is_alive, is_managed, is_spoilt, is_tended, last_applied, must};
use super::statuses::no_address_twice;
use crate::server::{Model, name, uid};

/// Everything is as it is wanted, as far as possible, and nothing refers to what is gone.
///
/// # Errors
/// Says what is not so.
pub fn is_sound(server: &Model) -> Result<(), Broken> {
    server
        .list(Kind::Machine)
        .filter(|machine| is_alive(machine) && !is_spoilt(machine))
        .try_for_each(|machine| children_are_as_declared(server, machine))?;
    let interfaces = || server.list(Kind::NetworkInterface).filter(|i| is_tended(i));
    for interface in interfaces() {
        let holder = &interface["spec"]["machineRef"]["uid"];
        let held = holder.is_null() || server.list(Kind::Machine).any(|m| uid(m) == *holder);
        must(held, "nothing is held by nobody", || interface.to_string())?;
        // A state is filled in; the definition's condition dates from 1970.
        let since = &interface["status"]["conditions"][0]["lastTransitionTime"];
        let has_status = since.is_string() && *since != "1970-01-01T00:00:00Z";
        must(has_status, "each interface has a status", || {
            interface.to_string()
        })?;
        own_children_are_as_wanted(server, interface)?;
    }
    no_address_twice(interfaces())?;
    for virtual_ip in server.list(Kind::VirtualIp).filter(|vip| is_tended(vip)) {
        let holder = &virtual_ip["spec"]["targetRef"]["uid"];
        let mut interfaces = server.list(Kind::NetworkInterface);
        let held = holder.is_null() || interfaces.any(|interface| uid(interface) == *holder);
        must(held, "nothing is held by nobody", || virtual_ip.to_string())?;
    }
    Ok(())
}

/// What a machine declares exists, whoever made it; what is its own is as declared, as far as that can be had in place
/// once something is attached.
fn children_are_as_declared(server: &Model, machine: &Value) -> Result<(), Broken> {
    const RULE: &str = "what a machine declares is there as it declares it";
    for entry in entries(&machine["spec"]["networkInterfaces"]) {
        if entry["ephemeral"].is_null() {
            continue;
        }
        let child = format!(
            "{}-{}",
            name(machine),
            entry["name"].as_str().unwrap_or_default()
        );
        let Some(child) = server.get(Kind::NetworkInterface, &child) else {
            return Err(format!("{RULE}: {child} is missing"));
        };
        let own = child["metadata"]["ownerReferences"][0]["uid"] == uid(machine);
        if own && is_managed(child) && is_tended(child) {
            let want = &entry["ephemeral"]["networkInterfaceTemplate"]["spec"];
            must(is_as_declared(child, want, machine), RULE, || {
                format!("{child} by {machine}")
            })?;
        }
    }
    Ok(())
}

fn is_as_declared(child: &Value, want: &Value, machine: &Value) -> bool {
    let named = entries(&want["prefixes"]);
    let remembered = last_applied(child);
    let attached = child["spec"]["providerID"].is_string();
    child["spec"]["ips"] == want["ips"]
        && entries(&child["spec"]["prefixes"]).starts_with(&named)
        && entries(&remembered["prefixes"]) == named
        && remembered["virtualIP"] == want["virtualIP"]
        && child["spec"]["machineRef"]["uid"] == uid(machine)
        && (attached || child["spec"]["networkRef"] == want["networkRef"])
}

/// What an interface wants as its own exists, whoever made it, unless something else has the name or is on its way out; and of
/// what it made nothing is left that it does not want.
fn own_children_are_as_wanted(server: &Model, interface: &Value) -> Result<(), Broken> {
    const RULE: &str = "what an interface wants as its own is there, and nothing else";
    let own_name = name(interface);
    let wanted = |list: &Value, infix: &str| -> Vec<String> {
        let entries = entries(list).into_iter().enumerate();
        let own = entries.filter(|(_, entry)| !entry["ephemeral"].is_null());
        own.map(|(at, _)| format!("{own_name}-{infix}{at}"))
            .collect()
    };
    let mut prefixes = wanted(&interface["spec"]["ips"], "");
    prefixes.extend(wanted(&interface["spec"]["prefixes"], "pf-"));
    for prefix in &prefixes {
        let there = server.get(Kind::Prefix, prefix).is_some();
        must(there, RULE, || format!("{prefix} of {interface}"))?;
    }
    let own = |object: &&Value| {
        is_managed(object) && object["metadata"]["ownerReferences"][0]["uid"] == uid(interface)
    };
    let own_prefixes = server.list(Kind::Prefix).filter(own);
    for prefix in own_prefixes.filter(|prefix| is_tended(prefix)) {
        let is_wanted = prefixes.iter().any(|wanted| wanted == name(prefix));
        must(is_wanted, RULE, || format!("{prefix} of {interface}"))?;
    }
    own_virtual_ip_is_as_wanted(server, interface, own)
}

fn own_virtual_ip_is_as_wanted(
    server: &Model,
    interface: &Value,
    own: impl Fn(&&Value) -> bool,
) -> Result<(), Broken> {
    const RULE: &str = "the virtual IP of an interface is as it wants it";
    let source = &interface["spec"]["virtualIP"];
    let virtual_ip = server.get(Kind::VirtualIp, name(interface));
    if source["ephemeral"].is_null() {
        let left = virtual_ip.filter(&own).filter(|vip| is_tended(vip));
        return must(left.is_none(), RULE, || interface.to_string());
    }
    let Some(virtual_ip) = virtual_ip else {
        return Err(format!("{RULE}: none for {interface}"));
    };
    let policy = &source["ephemeral"]["virtualIPTemplate"]["spec"]["reclaimPolicy"];
    let is_right = policy != "Retain" && virtual_ip["spec"]["targetRef"]["uid"] == uid(interface);
    must(
        !own(&virtual_ip) || !is_tended(virtual_ip) || is_right,
        RULE,
        || format!("{virtual_ip} of {interface}"),
    )
}
