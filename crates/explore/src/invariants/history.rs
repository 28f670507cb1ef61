// SPDX-License-Identifier: Apache-2.0

//! What must hold of a write by what was stored some time since the object became as the write knows it.
//!
//! Between a look and the write that follows it others may write. So a write is right if what it says was true at some time since
//! then.

use std::rc::Rc;

use ni_controller::plan::Request;
use ni_controller::world::Kind;
use serde_json::Value;

use super::Broken;
use super::object::{is_alive, is_managed, must};
use crate::server::{Server, Shown, uid};

/// What there was of the object `name` of `kind` at any time since a version, the oldest first; none where it was not there.
fn since<'a>(server: &'a Server, kind: Kind, name: &str, version: u64) -> Vec<Option<&'a Value>> {
    let all = server.log[&kind].iter().filter(|shown| shown.name == name);
    let (before, after): (Vec<_>, Vec<_>) = all.partition(|shown| shown.version() <= version);
    let there = |shown: &'a Rc<Shown>| (!shown.gone).then_some(&*shown.json);
    let first = before.last().and_then(|shown| there(shown));
    std::iter::once(first)
        .chain(after.into_iter().map(there))
        .collect()
}

/// Whether the machine names the interface, in an entry for which this holds.
fn names(machine: &Value, interface: &str, of: impl Fn(&Value) -> bool) -> bool {
    let name = machine["metadata"]["name"].as_str().unwrap_or_default();
    let entries = machine["spec"]["networkInterfaces"].as_array();
    let mut entries = entries.into_iter().flatten();
    entries.any(|entry| {
        let own = format!("{name}-{}", entry["name"].as_str().unwrap_or_default());
        let by_name = entry["ephemeral"].is_object() && own == interface;
        let by_reference = entry["networkInterfaceRef"]["name"] == interface;
        (by_name || by_reference) && of(entry)
    })
}

/// Whether the machine wants this child, as it is.
fn wants(machine: &Value, child: &Shown) -> bool {
    let is_as = |entry: &Value| {
        let want = &entry["ephemeral"]["networkInterfaceTemplate"]["spec"];
        let have = &child.json["spec"];
        ["networkRef", "ipFamilies", "attributes"]
            .into_iter()
            .all(|field| entry["ephemeral"].is_null() || want[field] == have[field])
    };
    names(machine, &child.name, is_as)
}

/// A managed child that is wanted is deleted only for a difference that can't be changed, and what a holder names is released
/// only if it is gone or names it no longer.
pub(super) fn was_to_be_taken_away(
    server: &Server,
    kind: Kind,
    request: &Request,
    before: &Shown,
) -> Result<(), Broken> {
    match (kind, request) {
        (Kind::NetworkInterface, Request::Delete { .. }) => removal(server, before),
        (Kind::NetworkInterface, Request::Patch(patch)) => {
            release(server, Kind::Machine, "machineRef", patch, before)
        }
        (Kind::VirtualIp, Request::Patch(patch)) => {
            release(server, Kind::NetworkInterface, "targetRef", patch, before)
        }
        _ => Ok(()),
    }
}

fn removal(server: &Server, child: &Shown) -> Result<(), Broken> {
    let owner = &child.json["metadata"]["ownerReferences"][0];
    if !is_managed(&child.json) || owner["kind"] != Kind::Machine.as_str() {
        return Ok(());
    }
    let name = owner["name"].as_str().unwrap_or_default();
    let is_owner = |machine: &&Value| owner["uid"] == uid(machine);
    let owners = since(server, Kind::Machine, name, child.version());
    let wanted = |owner: Option<&Value>| {
        owner
            .filter(is_owner)
            .is_some_and(|owner| wants(owner, child))
    };
    must(
        owners.into_iter().any(|owner| !wanted(owner)),
        "a managed child that is wanted is deleted only for a difference that can't be changed",
        || child.json.to_string(),
    )
}

fn release(
    server: &Server,
    holder: Kind,
    field: &str,
    patch: &Value,
    before: &Shown,
) -> Result<(), Broken> {
    let held = &before.json["spec"][field];
    let released = patch["spec"].get(field).is_some_and(Value::is_null);
    if !released || !held["uid"].is_string() {
        return Ok(());
    }
    let name = held["name"].as_str().unwrap_or_default();
    let holds = |object: &Value| match holder {
        Kind::Machine => names(object, &before.name, |_| true),
        _ => names_virtual_ip(object, &before.name),
    };
    let holders = since(server, holder, name, before.version());
    let keeps = |object: Option<&Value>| {
        object.is_some_and(|object| {
            held["uid"] == uid(object) && (holds(object) || !is_alive(object))
        })
    };
    must(
        holders.into_iter().any(|object| !keeps(object)),
        "what is held is released only if its holder is gone or names it no longer",
        || format!("{patch} on {}", before.json),
    )
}

fn names_virtual_ip(interface: &Value, name: &str) -> bool {
    let source = &interface["spec"]["virtualIP"];
    let own = source["ephemeral"].is_object() && interface["metadata"]["name"] == name;
    own || source["virtualIPRef"]["name"] == name
}

/// A status shows only what was there, and Available means that the network was.
pub(super) fn has_what_it_shows(
    server: &Server,
    request: &Request,
    after: &Shown,
) -> Result<(), Broken> {
    const RULE: &str = "a status never says what is not there";
    if !matches!(request, Request::PatchStatus(_)) {
        return Ok(());
    }
    let (spec, status) = (&after.json["spec"], &after.json["status"]);
    let ever = |kind: Kind, holds: &dyn Fn(&Value) -> bool| {
        let mut log = server.log[&kind].iter();
        log.any(|shown| !shown.gone && holds(&shown.json))
    };
    if status["virtualIP"].is_string() {
        let had = |vip: &Value| {
            vip["status"]["ip"] == status["virtualIP"]
                && vip["spec"]["targetRef"]["uid"] == uid(&after.json)
        };
        must(ever(Kind::VirtualIp, &had), RULE, || after.json.to_string())?;
    }
    for ip in status["ips"].as_array().into_iter().flatten() {
        let literal = |entry: &Value| entry["value"] == *ip;
        let mut literals = spec["ips"].as_array().into_iter().flatten();
        let granted = |prefix: &Value| {
            let block = prefix["spec"]["prefix"].as_str().unwrap_or_default();
            let address = block.split('/').next();
            let owner = &prefix["metadata"]["ownerReferences"][0]["uid"];
            prefix["status"]["phase"] == "Allocated"
                && address == ip.as_str()
                && *owner == uid(&after.json)
        };
        let there = literals.any(literal) || ever(Kind::Prefix, &granted);
        must(there, RULE, || after.json.to_string())?;
    }
    if status["state"] == "Available" {
        let name = &spec["networkRef"]["name"];
        let serves = |network: &Value| {
            let state = network["status"]["state"].as_str();
            network["metadata"]["name"] == *name && state.is_none_or(|state| state == "Available")
        };
        must(ever(Kind::Network, &serves), RULE, || {
            after.json.to_string()
        })?;
    }
    Ok(())
}

/// An address that a status did not show before is the interface's by what there was at some time since its writer looked.
/// (Who asks for it alone, or first, has it; who shows it alone keeps it.)
pub(super) fn holds_what_it_shows(
    before: &Server,
    view: usize,
    old: Option<&Rc<Shown>>,
    new: &Shown,
) -> Result<(), Broken> {
    const KIND: Kind = Kind::NetworkInterface;
    let showed = |ip: &Value| old.is_some_and(|old| shows(&old.json, ip));
    let ips = new.json["status"]["ips"].as_array();
    let ips = ips.into_iter().flatten();
    for ip in ips.filter(|ip| new.kind == KIND && !showed(ip) && asks(&new.json, ip)) {
        let mut views = view..=before.reported(KIND);
        let held = views.any(|heard| {
            let others = before.list_at(KIND, heard);
            let others = others.iter().map(|shown| &*shown.json);
            let others = others.filter(|other| uid(other) != uid(&new.json));
            let asking = others.filter(|other| {
                other["spec"]["networkRef"] == new.json["spec"]["networkRef"] && asks(other, ip)
            });
            let asking: Vec<&Value> = asking.collect();
            let showing = asking.iter().filter(|other| shows(other, ip)).count();
            let is_older = |other: &&Value| born(other) < born(&new.json);
            showing != 1 && !asking.iter().any(is_older)
        });
        must(held, "an address is shown by who holds it", || {
            new.json.to_string()
        })?;
    }
    Ok(())
}

fn asks(interface: &Value, ip: &Value) -> bool {
    let ips = interface["spec"]["ips"].as_array();
    ips.into_iter().flatten().any(|entry| entry["value"] == *ip)
}

fn shows(interface: &Value, ip: &Value) -> bool {
    let ips = interface["status"]["ips"].as_array();
    ips.is_some_and(|ips| ips.contains(ip))
}

/// When it was made: no two objects are of one time.
fn born(object: &Value) -> &str {
    let created = object["metadata"]["creationTimestamp"].as_str();
    created.unwrap_or_default()
}
