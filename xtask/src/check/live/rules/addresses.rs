// SPDX-License-Identifier: Apache-2.0

//! Addresses that interfaces show: of one Network, none is shown by two.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use ironcore_api::address::{parse_ip, parse_prefix};

use super::super::world::{Change, Key, Kind, Known, World};
use super::grants::Grant;
use super::{Broken, View};

const TWICE: &str = "no address is shown by two interfaces of a Network that hold it";
const NEVER: &str = "an allocated address is shown by who has held it";

/// Where an address is to be unique.
type Place = (Arc<str>, String, IpAddr);

/// How often what passes was seen.
#[derive(Debug, Default)]
struct Moments {
    literal: u64,
    gone: u64,
    stale: u64,
}

/// Who shows which address, and who has held which.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    shown: HashMap<Place, BTreeSet<Key>>,
    /// What each interface, by uid, has ever held.
    held: HashSet<(String, IpAddr)>,
    /// What was before this is not known.
    began: i64,
    moments: Moments,
}

impl Addresses {
    pub(super) fn begin(&mut self, world: &World, revision: i64) {
        self.began = revision;
        for (key, known) in world.of(Kind::Prefix) {
            self.held.extend(held_by(key, known));
        }
        for (key, known) in world.of(Kind::NetworkInterface) {
            for place in places(key, known) {
                self.shown.entry(place).or_default().insert(key.clone());
            }
        }
    }

    pub(super) fn see(&mut self, change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
        match change.key.kind {
            Kind::Prefix => self.see_prefix(change),
            Kind::NetworkInterface => self.see_interface(change, view.world, found),
            _ => {}
        }
    }

    fn see_prefix(&mut self, change: &Change) {
        let held = change.after.as_ref();
        self.held
            .extend(held.and_then(|known| held_by(&change.key, known)));
    }

    fn see_interface(&mut self, change: &Change, world: &World, found: &mut Vec<Broken>) {
        let key = &change.key;
        let of = |known: &Option<Known>| -> BTreeSet<Place> {
            known.iter().flat_map(|known| places(key, known)).collect()
        };
        let (before, after) = (of(&change.before), of(&change.after));
        for place in before.difference(&after) {
            if let Some(interfaces) = self.shown.get_mut(place) {
                interfaces.remove(key);
                if interfaces.is_empty() {
                    self.shown.remove(place);
                }
            }
        }
        for place in after.difference(&before) {
            self.check(change, place, world, found);
            let interfaces = self.shown.entry(place.clone()).or_default();
            interfaces.insert(key.clone());
        }
    }

    /// An address that was not shown before.
    fn check(&mut self, change: &Change, place: &Place, world: &World, found: &mut Vec<Broken>) {
        let (_, network, address) = place;
        let key = &change.key;
        let literal = is_literal(world, key, *address);
        let holds = holds(world, key, *address);
        if !literal && !holds {
            self.moments.gone += 1;
            if !self.has_held(change, *address) {
                found.push(change.breaks(NEVER, &[], address.to_string()));
            }
        }
        for other in self.shown.get(place).into_iter().flatten() {
            if literal || is_literal(world, other, *address) {
                // Both ask for it, and who wrote has not seen the other.
                self.moments.literal += 1;
            } else if holds && self::holds(world, other, *address) {
                let text = format!("{address} of Network {network}");
                found.push(change.breaks(TWICE, &[other], text));
            } else {
                // The Prefix of one of them was deleted, and its status does not say so yet.
                self.moments.stale += 1;
            }
        }
    }

    /// Whether the interface has ever held it: watches of two kinds are not ordered, so a status may say what was.
    fn has_held(&self, change: &Change, address: IpAddr) -> bool {
        let before = change.before.as_ref();
        let uid = change.after.as_ref().map_or("", Known::uid).to_owned();
        before.is_some_and(|known| known.revision <= self.began)
            || self.held.contains(&(uid, address))
    }

    pub(super) fn moments(&self) -> BTreeMap<&'static str, u64> {
        let Moments {
            literal,
            gone,
            stale,
        } = self.moments;
        [
            ("moments: a literal address in two statuses", literal),
            (
                "moments: an address shown whose Prefix is gone by then",
                gone,
            ),
            (
                "moments: an address of a deleted Prefix still shown, and by its next holder",
                stale,
            ),
        ]
        .into()
    }
}

/// The uid of the interface that holds an address by this Prefix.
fn held_by(key: &Key, known: &Known) -> Option<(String, IpAddr)> {
    let owner = known
        .manager()
        .filter(|owner| owner.kind == Kind::NetworkInterface)?;
    Grant::of(key, known)?;
    let block = parse_prefix(known.text("/spec/prefix")).ok()?;
    Some((owner.uid.to_owned(), block.address()))
}

/// Whether an interface holds an address now.
fn holds(world: &World, key: &Key, address: IpAddr) -> bool {
    let children = world.get(key).map(|known| world.children(known.uid()));
    children.into_iter().flatten().any(|child| {
        let held = world.get(child).and_then(|known| held_by(child, known));
        held.is_some_and(|(_, held)| held == address)
    })
}

/// What it shows.
pub(super) fn places(key: &Key, known: &Known) -> Vec<Place> {
    let network = known.text("/spec/networkRef/name");
    let texts = known
        .list("/status/ips")
        .iter()
        .filter_map(|ip| ip.as_str());
    let addresses = texts.filter_map(|text| parse_ip(text).ok());
    addresses
        .map(|address| (key.namespace.clone(), network.to_owned(), address))
        .collect()
}

/// Whether the interface asks for this very address.
fn is_literal(world: &World, key: &Key, address: IpAddr) -> bool {
    let asked = world
        .get(key)
        .map_or(&[][..], |known| known.list("/spec/ips"));
    let values = asked.iter().filter_map(|ip| ip["value"].as_str());
    values
        .filter_map(|value| parse_ip(value).ok())
        .any(|value| value == address)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::{Scene, managed};
    use super::*;

    fn show(scene: &mut Scene, name: &str, network: &str, asked: &Value, shown: &[&str]) {
        let spec = json!({ "networkRef": { "name": network }, "ips": [asked] });
        let object = json!({ "spec": spec, "status": { "ips": shown } });
        scene.write(Kind::NetworkInterface, name, object);
    }

    /// A Prefix that is granted out of the record's sight.
    fn grant(scene: &mut Scene, interface: &str, block: &str) {
        let spec = json!({ "parentRef": { "name": "p" }, "prefix": block });
        let metadata = managed(Kind::NetworkInterface, interface);
        let object =
            json!({ "metadata": metadata, "spec": spec, "status": { "phase": "Allocated" } });
        scene.write(Kind::Prefix, &format!("{interface}-0"), object);
        scene.forget();
    }

    #[test]
    fn an_allocated_address_that_two_hold_and_show_is_found_however_it_is_written() {
        let (mut scene, asked) = (Scene::default(), json!({ "ephemeral": {} }));
        for name in ["a", "b", "c"] {
            show(
                &mut scene,
                name,
                if name == "b" { "other" } else { "n" },
                &asked,
                &[],
            );
            grant(&mut scene, name, "2001:db8::1/128");
        }
        show(&mut scene, "a", "n", &asked, &["2001:db8::1"]);
        show(&mut scene, "b", "other", &asked, &["2001:db8::1"]);
        scene.expect(&[]);
        show(&mut scene, "c", "n", &asked, &["2001:db8:0::1"]);
        scene.expect(&[TWICE]);
    }

    #[test]
    fn one_who_shows_what_it_has_held_may_do_so_until_its_next_status() {
        let (mut scene, asked) = (Scene::default(), json!({ "ephemeral": {} }));
        show(&mut scene, "a", "n", &asked, &[]);
        grant(&mut scene, "a", "10.0.0.1/32");
        show(&mut scene, "a", "n", &asked, &["10.0.0.1"]);
        scene.delete(Kind::Prefix, "a-0");
        show(&mut scene, "b", "n", &asked, &[]);
        grant(&mut scene, "b", "10.0.0.1/32");
        show(&mut scene, "b", "n", &asked, &["10.0.0.1"]);
        scene.expect(&[]);
    }

    #[test]
    fn what_an_interface_has_never_held_it_does_not_show() {
        let (mut scene, asked) = (Scene::default(), json!({ "ephemeral": {} }));
        show(&mut scene, "a", "n", &asked, &[]);
        grant(&mut scene, "a", "10.0.0.1/32");
        show(&mut scene, "a", "n", &asked, &["10.0.0.2"]);
        scene.expect(&[NEVER]);
    }

    #[test]
    fn a_literal_address_may_be_in_two_for_a_moment() {
        let (mut scene, asked) = (Scene::default(), json!({ "value": "10.0.0.1" }));
        show(&mut scene, "a", "n", &asked, &["10.0.0.1"]);
        show(&mut scene, "b", "n", &asked, &["10.0.0.1"]);
        scene.expect(&[]);
    }
}
