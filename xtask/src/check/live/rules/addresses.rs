//! Addresses that interfaces show: of one Network, none is shown by two.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use ironcore_api::address::parse_ip;

use super::super::world::{Change, Key, Kind, Known, World};
use super::{Broken, View};

const TWICE: &str = "no address is shown by two interfaces of a Network";

/// Where an address is to be unique.
type Place = (Arc<str>, String, IpAddr);

/// Who shows which address.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    shown: HashMap<Place, BTreeSet<Key>>,
    moments: u64,
}

impl Addresses {
    pub(super) fn begin(&mut self, world: &World) {
        for (key, known) in world.of(Kind::NetworkInterface) {
            for place in places(key, known) {
                self.shown.entry(place).or_default().insert(key.clone());
            }
        }
    }

    pub(super) fn see(&mut self, change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
        let key = &change.key;
        if key.kind != Kind::NetworkInterface {
            return;
        }
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
            let interfaces = self.shown.entry(place.clone()).or_default();
            for other in &*interfaces {
                let literal = [key, other].map(|key| is_literal(view.world, key, place.2));
                if literal.contains(&true) {
                    // The contract has it so: both ask for it, and neither has seen the other.
                    self.moments += 1;
                } else {
                    let text = format!("{} of Network {}", place.2, place.1);
                    found.push(change.breaks(TWICE, &[other], text));
                }
            }
            interfaces.insert(key.clone());
        }
    }

    pub(super) fn moments(&self) -> BTreeMap<&'static str, u64> {
        [("a literal address was shown twice", self.moments)].into()
    }
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

    use super::super::samples::Scene;
    use super::*;

    fn interface(network: &str, asked: &Value, shown: &[&str]) -> Value {
        let spec = json!({ "networkRef": { "name": network }, "ips": [asked] });
        json!({ "spec": spec, "status": { "ips": shown } })
    }

    #[test]
    fn an_allocated_address_in_two_statuses_is_found_however_it_is_written() {
        let (mut scene, asked) = (Scene::default(), json!({ "ephemeral": {} }));
        let kind = Kind::NetworkInterface;
        scene.write(kind, "a", interface("n", &asked, &["2001:db8::1"]));
        scene.write(kind, "b", interface("other", &asked, &["2001:db8::1"]));
        scene.expect(&[]);
        scene.write(kind, "c", interface("n", &asked, &["2001:db8:0::1"]));
        scene.expect(&[TWICE]);
        scene.delete(kind, "a");
        scene.delete(kind, "c");
        scene.write(kind, "d", interface("n", &asked, &["2001:db8::1"]));
        scene.expect(&[]);
    }

    #[test]
    fn a_literal_address_may_be_in_two_for_a_moment() {
        let (mut scene, asked) = (Scene::default(), json!({ "value": "10.0.0.1" }));
        let kind = Kind::NetworkInterface;
        scene.write(kind, "a", interface("n", &asked, &["10.0.0.1"]));
        scene.write(kind, "b", interface("n", &asked, &["10.0.0.1"]));
        scene.expect(&[]);
    }
}
