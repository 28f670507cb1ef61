// SPDX-License-Identifier: Apache-2.0

//! Interfaces that machines claim: none is stolen, and none is released while its holder names it.

use std::collections::{BTreeSet, HashMap};

use super::super::world::{Change, Key, Kind, Known, World};
use super::wanted::{Lately, interfaces};
use super::{Broken, View};

const STOLEN: &str = "a claim is not stolen";
const RELEASED: &str = "a release is right";

/// When each interface was last not named by its holder.
#[derive(Debug, Default)]
pub(super) struct Claims {
    lately: HashMap<Key, Lately>,
    /// The interfaces whose holder has this name.
    held: HashMap<Key, BTreeSet<Key>>,
    began: i64,
}

impl Claims {
    /// Begins with what is held: a holder that goes later is one of these, too.
    pub(super) fn begin(&mut self, world: &World, revision: i64) {
        self.began = revision;
        for (key, known) in world.all() {
            let held = key.kind == Kind::NetworkInterface;
            let holder = known.at("/spec/machineRef/uid").as_str();
            if held && holder.is_some() {
                let machine = key.beside(Kind::Machine, known.text("/spec/machineRef/name"));
                self.hold(machine, key);
                self.note(key, world, revision);
            }
        }
    }

    fn hold(&mut self, machine: Key, interface: &Key) {
        let held = self.held.entry(machine).or_default();
        held.insert(interface.clone());
        let since = Lately::Until(self.began);
        self.lately.insert(interface.clone(), since);
    }

    pub(super) fn see(&mut self, change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
        match change.key.kind {
            Kind::Machine => {
                let held = self.held.get(&change.key).cloned().unwrap_or_default();
                for key in held {
                    self.note(&key, view.world, change.revision);
                }
            }
            Kind::NetworkInterface => {
                self.check(change, found);
                self.follow(change);
                self.note(&change.key, view.world, change.revision);
            }
            _ => {}
        }
    }

    fn check(&self, change: &Change, found: &mut Vec<Broken>) {
        let (Some(before), Some(after)) = (&change.before, &change.after) else {
            return;
        };
        let uid = |known: &Known| known.text("/spec/machineRef/uid").to_owned();
        let (held, holds) = (uid(before), uid(after));
        if held.is_empty() || held == holds {
            return;
        }
        // A managed child belongs to its owner, whatever users write.
        let repaired = after.manager().is_some_and(|owner| owner.uid == holds);
        if !holds.is_empty() && !repaired {
            found.push(change.breaks(STOLEN, &[], format!("{held} → {holds}")));
        }
        let lately = self.lately.get(&change.key).copied();
        let lately = lately.unwrap_or(Lately::Until(self.began));
        if holds.is_empty() && !lately.since(before.revision) {
            let by = before.text("/spec/machineRef/name");
            found.push(change.breaks(RELEASED, &[&holder(change, by)], format!("of {by}")));
        }
    }

    fn follow(&mut self, change: &Change) {
        let holder_of = |known: &Option<Known>| {
            let known = known.as_ref()?;
            let uid = known.at("/spec/machineRef/uid").as_str()?.to_owned();
            Some((holder(change, known.text("/spec/machineRef/name")), uid))
        };
        let (before, after) = (holder_of(&change.before), holder_of(&change.after));
        if before == after {
            return;
        }
        if let Some((machine, _)) = before {
            if let Some(held) = self.held.get_mut(&machine) {
                held.remove(&change.key);
            }
            self.lately.remove(&change.key);
        }
        if let Some((machine, _)) = after {
            self.hold(machine, &change.key);
        }
    }

    fn note(&mut self, key: &Key, world: &World, revision: i64) {
        let named = world.get(key).is_some_and(|interface| {
            let machine = key.beside(Kind::Machine, interface.text("/spec/machineRef/name"));
            let machine = world.get(&machine);
            let machine = machine.filter(|m| m.uid() == interface.text("/spec/machineRef/uid"));
            machine.is_some_and(|machine| names(machine, &key.name))
        });
        if let Some(lately) = self.lately.get_mut(key) {
            *lately = lately.and_then(named, revision);
        }
    }
}

fn holder(change: &Change, name: &str) -> Key {
    change.key.beside(Kind::Machine, name)
}

/// Whether a machine names an interface, by reference or by an entry of its own.
pub(super) fn names(machine: &Known, interface: &str) -> bool {
    let mut entries = machine.list("/spec/networkInterfaces").iter();
    entries.any(|entry| entry["networkInterfaceRef"]["name"] == interface)
        || interfaces(machine).any(|(name, _)| name == interface)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::Scene;
    use super::*;

    fn machine(uses: &[&str]) -> Value {
        let entry = |name: &&str| json!({ "name": name, "networkInterfaceRef": { "name": name } });
        json!({ "spec": { "networkInterfaces": uses.iter().map(entry).collect::<Vec<_>>() } })
    }

    fn interface(holder: Option<&str>) -> Value {
        let holder = holder.map(|name| json!({ "name": name, "uid": name }));
        json!({ "spec": { "machineRef": holder } })
    }

    fn scene() -> Scene {
        let mut scene = Scene::default();
        scene.write(Kind::Machine, "a", machine(&["x"]));
        scene.write(Kind::Machine, "b", machine(&["x"]));
        scene.write(Kind::NetworkInterface, "x", interface(None));
        scene.write(Kind::NetworkInterface, "x", interface(Some("a")));
        scene.expect(&[]);
        scene
    }

    #[test]
    fn a_claim_that_passes_over_at_once_is_stolen() {
        let mut scene = scene();
        scene.write(Kind::NetworkInterface, "x", interface(Some("b")));
        scene.expect(&[STOLEN]);
    }

    #[test]
    fn a_release_while_the_holder_names_it_is_wrong() {
        let mut scene = scene();
        scene.write(Kind::NetworkInterface, "x", interface(None));
        scene.expect(&[RELEASED]);
    }

    #[test]
    fn a_holder_that_was_there_at_the_beginning_and_goes_is_known_to_have_gone() {
        for (goes, expected) in [(true, &[][..]), (false, &[RELEASED])] {
            let mut scene = scene();
            scene.begin();
            // Its status: the holder is the same.
            scene.write(Kind::NetworkInterface, "x", interface(Some("a")));
            if goes {
                scene.take(Kind::Machine, "a");
            }
            scene.write(Kind::NetworkInterface, "x", interface(None));
            scene.expect(expected);
        }
    }

    #[test]
    fn a_release_is_right_once_the_holder_is_gone_or_has_not_named_it() {
        let mut gone = scene();
        gone.take(Kind::Machine, "a");
        gone.write(Kind::NetworkInterface, "x", interface(None));
        gone.expect(&[]);
        let mut changed = scene();
        changed.write(Kind::Machine, "a", machine(&[]));
        changed.write(Kind::Machine, "a", machine(&["x"]));
        changed.write(Kind::NetworkInterface, "x", interface(None));
        changed.expect(&[]);
    }
}
