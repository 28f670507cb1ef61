// SPDX-License-Identifier: Apache-2.0

//! What must be there once users and faults have stopped.

use std::collections::HashMap;

use address_space::Cover;
use ironcore_api::address::{Prefix, parse_ip, parse_prefix};
use serde_json::Value;

use super::super::world::{Key, Kind, Known, World};
use super::addresses::places;
use super::claims::names;
use super::grants::{Grant, recorded};
use super::wanted::{interfaces, is_wanted, prefixes};

/// What is missing, or there and wanted by nobody; nothing if all is as it is to be.
pub(in super::super) fn missing(world: &World) -> Vec<String> {
    let mut missing = Vec::new();
    for (key, machine) in world.of(Kind::Machine) {
        for (name, template) in interfaces(machine) {
            let found = key.beside(Kind::NetworkInterface, &name);
            missing.extend(of_interface(world, key, machine, &found, template));
        }
    }
    for (key, child) in world.all() {
        if child.manager().is_some() && !is_wanted(key, child, world) {
            missing.push(format!("{key} is wanted by nobody"));
        }
    }
    records(world, &mut missing);
    shown_once(world, &mut missing);
    claims(world, &mut missing);
    missing
}

/// What an interface that a machine declares lacks.
fn of_interface(
    world: &World,
    owner: &Key,
    machine: &Known,
    key: &Key,
    template: &Value,
) -> Option<String> {
    let Some(interface) = world.get(key) else {
        return Some(format!("{key} of {owner} is not there"));
    };
    if interface
        .manager()
        .is_none_or(|owner| owner.uid != machine.uid())
    {
        return Some(format!("{key} is not of {owner}"));
    }
    if interface.text("/spec/machineRef/uid") != machine.uid() {
        return Some(format!("{key} does not name {owner}"));
    }
    let labels = template
        .pointer("/metadata/labels")
        .and_then(Value::as_object);
    for (label, value) in labels.into_iter().flatten() {
        if interface.at("/metadata/labels")[label] != *value {
            return Some(format!("{key} lacks the label {label}={value}"));
        }
    }
    if interface.text("/status/state") != "Available" {
        let why = interface.at("/status/conditions");
        return Some(format!("{key} is not Available: {why}"));
    }
    of_addresses(world, key, interface)
}

fn of_addresses(world: &World, key: &Key, interface: &Known) -> Option<String> {
    let mut shown: Vec<Prefix> = Vec::new();
    for pointer in ["/status/ips", "/status/prefixes"] {
        let texts = interface.list(pointer).iter().filter_map(Value::as_str);
        shown.extend(texts.filter_map(|text| {
            let address = parse_ip(text).map(Prefix::single);
            address.or_else(|_| parse_prefix(text)).ok()
        }));
    }
    let wanted = interface.list("/spec/ips").len() + interface.list("/spec/prefixes").len();
    if shown.len() != wanted {
        return Some(format!("{key} shows {} of {wanted} addresses", shown.len()));
    }
    prefixes(interface).find_map(|(name, _)| {
        let name = key.beside(Kind::Prefix, &name);
        let granted = world
            .get(&name)
            .filter(|child| Grant::of(&name, child).is_some());
        let block = granted.and_then(|child| parse_prefix(child.text("/spec/prefix")).ok());
        match block {
            None => Some(format!("{name} is not granted")),
            Some(block) if shown.contains(&block) => None,
            Some(block) => Some(format!("{key} does not show {block}")),
        }
    })
}

/// The record of each parent is exactly what its children have.
fn records(world: &World, missing: &mut Vec<String>) {
    let mut held: HashMap<Key, Cover> = HashMap::new();
    for (key, known) in world.of(Kind::Prefix) {
        if let Some(grant) = Grant::of(key, known) {
            held.entry(grant.parent).or_default().insert(grant.block);
        }
    }
    for (key, known) in world.of(Kind::Prefix) {
        let held = held.remove(key).unwrap_or_default();
        let recorded = recorded(known);
        if recorded != held || known.list("/status/used").len() != held.len() {
            missing.push(format!(
                "{key}: used has {} blocks, its children have {}",
                recorded.len(),
                held.len()
            ));
        }
        let pending = known.list("/status/pending");
        if !pending.is_empty() {
            missing.push(format!("{key}: {} grants are under way", pending.len()));
        }
    }
    missing.extend(
        held.keys()
            .map(|parent| format!("{parent} is gone, its children are not")),
    );
}

fn shown_once(world: &World, missing: &mut Vec<String>) {
    let mut shown = HashMap::new();
    for (key, known) in world.of(Kind::NetworkInterface) {
        for place in places(key, known) {
            if let Some(other) = shown.insert(place, key) {
                missing.push(format!("{key} and {other} show one address"));
            }
        }
    }
}

/// An interface that machines name is one's of them, and one that none names is nobody's.
fn claims(world: &World, missing: &mut Vec<String>) {
    let mut claimants: HashMap<Key, Vec<&Known>> = HashMap::new();
    for (key, machine) in world.of(Kind::Machine) {
        for entry in machine.list("/spec/networkInterfaces") {
            if let Some(name) = entry["networkInterfaceRef"]["name"].as_str() {
                let interface = key.beside(Kind::NetworkInterface, name);
                claimants.entry(interface).or_default().push(machine);
            }
        }
    }
    for (key, interface) in world.of(Kind::NetworkInterface) {
        if interface.manager().is_some() {
            continue;
        }
        let claimants = claimants.remove(key).unwrap_or_default();
        let uid = interface.text("/spec/machineRef/uid");
        let good = if claimants.is_empty() {
            uid.is_empty()
        } else {
            claimants
                .iter()
                .any(|machine| machine.uid() == uid && names(machine, &key.name))
        };
        if !good {
            missing.push(format!(
                "{key} is held by {uid:?}, {} name it",
                claimants.len()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::{Scene, managed};
    use super::*;

    /// A machine with an interface that has an address.
    fn scene() -> Scene {
        let mut scene = Scene::default();
        let prefix = json!({ "spec": { "parentRef": { "name": "pool" } } });
        let ips = json!([{ "ephemeral": { "prefixTemplate": prefix } }]);
        let template = json!({ "spec": { "networkRef": { "name": "n" }, "ips": ips } });
        let entry = json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": template } });
        scene.write(
            Kind::Machine,
            "m",
            json!({ "spec": { "networkInterfaces": [entry] } }),
        );
        let status = json!({ "phase": "Allocated", "used": ["10.0.0.0/32"] });
        let pool = json!({ "spec": { "prefix": "10.0.0.0/24" }, "status": status });
        scene.write(Kind::Prefix, "pool", pool);
        let mut spec = template["spec"].clone();
        spec["machineRef"] = json!({ "name": "m", "uid": "m" });
        let interface = json!({
            "metadata": managed(Kind::Machine, "m"), "spec": spec,
            "status": { "state": "Available", "ips": ["10.0.0.0"] },
        });
        scene.write(Kind::NetworkInterface, "m-a", interface);
        let child = json!({
            "metadata": managed(Kind::NetworkInterface, "m-a"),
            "spec": { "parentRef": { "name": "pool" }, "prefix": "10.0.0.0/32" },
            "status": { "phase": "Allocated" },
        });
        scene.write(Kind::Prefix, "m-a-0", child);
        scene
    }

    #[test]
    fn nothing_is_missing_where_all_is_there() {
        assert_eq!(missing(&scene().world), [""; 0]);
    }

    #[test]
    fn whatever_is_taken_away_is_missed() {
        for (kind, name, expected) in [
            (
                Kind::Machine,
                "m",
                "NetworkInterface ns/m-a is wanted by nobody",
            ),
            (
                Kind::NetworkInterface,
                "m-a",
                "NetworkInterface ns/m-a of Machine ns/m is not there",
            ),
            (Kind::Prefix, "m-a-0", "Prefix ns/m-a-0 is not granted"),
            (
                Kind::Prefix,
                "pool",
                "Prefix ns/pool is gone, its children are not",
            ),
        ] {
            let mut scene = scene();
            scene.delete(kind, name);
            let missing = missing(&scene.world);
            assert!(missing.iter().any(|line| line == expected), "{missing:?}");
        }
    }

    #[test]
    fn a_record_that_has_more_than_what_is_held_is_found() {
        let mut scene = scene();
        let status = json!({ "phase": "Allocated", "used": ["10.0.0.0/31"], "pending": [{}] });
        let pool = json!({ "spec": { "prefix": "10.0.0.0/24" }, "status": status });
        scene.write(Kind::Prefix, "pool", pool);
        let expected = [
            "Prefix ns/pool: used has 1 blocks, its children have 1",
            "Prefix ns/pool: 1 grants are under way",
        ];
        assert_eq!(missing(&scene.world), expected);
    }

    #[test]
    fn a_claim_that_nobody_has_is_found() {
        let mut scene = scene();
        let entry = json!({ "name": "x", "networkInterfaceRef": { "name": "x" } });
        scene.write(
            Kind::Machine,
            "k",
            json!({ "spec": { "networkInterfaces": [entry] } }),
        );
        scene.write(Kind::NetworkInterface, "x", json!({}));
        let expected = ["NetworkInterface ns/x is held by \"\", 1 name it"];
        assert_eq!(missing(&scene.world), expected);
    }
}
