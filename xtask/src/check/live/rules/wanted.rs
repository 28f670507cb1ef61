// SPDX-License-Identifier: Apache-2.0

//! A managed child that is wanted is deleted only for a difference that can't be changed.

use std::collections::HashMap;

use ironcore_api::names;
use serde_json::Value;

use super::super::world::{Change, Key, Kind, Known, World};
use super::{Broken, View};

const RULE: &str =
    "a managed child that is wanted is deleted only for a difference that can't be changed";

/// Since when something did not hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lately {
    /// It does not hold now.
    Now,
    /// It holds, and last did not before this revision.
    Until(i64),
}

impl Lately {
    /// Whether it did not hold at some time since this revision.
    pub(super) fn since(self, revision: i64) -> bool {
        match self {
            Self::Now => true,
            Self::Until(until) => until > revision,
        }
    }

    /// What comes of a change at this revision.
    pub(super) fn and_then(self, holds: bool, revision: i64) -> Self {
        match self {
            _ if !holds => Self::Now,
            Self::Now => Self::Until(revision),
            Self::Until(until) => Self::Until(until),
        }
    }
}

/// When each managed child was last not wanted. Who deletes it has looked at its owner since the child's last version.
#[derive(Debug, Default)]
pub(super) struct Wanted(HashMap<Key, Lately>);

impl Wanted {
    pub(super) fn begin(&mut self, world: &World, revision: i64) {
        for (key, known) in world.all() {
            if known.manager().is_some() {
                // In what was lost it may have been otherwise.
                self.0.insert(key.clone(), Lately::Until(revision));
            }
        }
    }

    pub(super) fn see(&mut self, change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
        self.check_child(change, view, found);
        // As an owner.
        let owners = [&change.before, &change.after].into_iter().flatten();
        for uid in owners.map(Known::uid) {
            for key in view.world.children(uid) {
                self.note(key, view.world, change.revision);
            }
        }
    }

    fn check_child(&mut self, change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
        let key = &change.key;
        let before = change
            .before
            .as_ref()
            .filter(|known| known.manager().is_some());
        let goes = change.after.as_ref().is_none_or(Known::is_deleting);
        if let Some(before) = before
            && goes
            && !before.is_deleting()
        {
            let by_user = view.taken.contains(&(key.clone(), before.uid().to_owned()));
            let unwanted = self
                .0
                .get(key)
                .is_some_and(|lately| lately.since(before.revision));
            if !by_user && !unwanted {
                let text = format!("of {:?}", before.manager());
                found.push(change.breaks(RULE, &[], text));
            }
        }
        if change.after.as_ref().and_then(Known::manager).is_some() {
            if before.is_none() {
                self.0.insert(key.clone(), Lately::Until(0));
            }
            self.note(key, view.world, change.revision);
        } else {
            self.0.remove(key);
        }
    }

    fn note(&mut self, key: &Key, world: &World, revision: i64) {
        let wanted = world
            .get(key)
            .is_some_and(|child| is_wanted(key, child, world));
        if let Some(lately) = self.0.get_mut(key) {
            *lately = lately.and_then(wanted, revision);
        }
    }
}

/// Whether the owner asks for it, as far as it can't be changed.
pub(in super::super) fn is_wanted(key: &Key, child: &Known, world: &World) -> bool {
    let owner = child.manager();
    let Some(owner) = owner.and_then(|owner| world.owner(key, owner)) else {
        return false;
    };
    if owner.is_deleting() {
        return false;
    }
    let (spec, own_name) = (child.at("/spec"), &*key.name);
    match key.kind {
        Kind::NetworkInterface => interfaces(owner).any(|(name, template)| {
            name == own_name
                && same(
                    &template["spec"],
                    spec,
                    &["networkRef", "ipFamilies", "attributes"],
                )
        }),
        Kind::Prefix => prefixes(owner).any(|(name, template)| {
            let fields = [
                "ipFamily",
                "prefix",
                "prefixLength",
                "parentRef",
                "parentSelector",
            ];
            name == own_name && same(&template["spec"], spec, &fields)
        }),
        _ => true,
    }
}

/// The interfaces that a machine declares, by name, with their templates.
pub(in super::super) fn interfaces(machine: &Known) -> impl Iterator<Item = (String, &Value)> {
    let name = machine.text("/metadata/name");
    let entries = machine.list("/spec/networkInterfaces").iter();
    entries.filter_map(move |entry| {
        let template = entry.pointer("/ephemeral/networkInterfaceTemplate")?;
        let entry = entry["name"].as_str()?;
        Some((names::network_interface(name, entry), template))
    })
}

/// The Prefixes that an interface declares, by name, with their templates: those of its addresses, and others.
pub(in super::super) fn prefixes(interface: &Known) -> impl Iterator<Item = (String, &Value)> {
    let name = interface.text("/metadata/name");
    let of = |pointer: &'static str, named: fn(&str, usize) -> String| {
        let entries = interface.list(pointer).iter().enumerate();
        entries.filter_map(move |(at, entry)| {
            let template = entry.pointer("/ephemeral/prefixTemplate")?;
            Some((named(name, at), template))
        })
    };
    of("/spec/ips", names::ip_prefix).chain(of("/spec/prefixes", names::prefix))
}

/// Whether what the template names of these fields is so.
fn same(template: &Value, spec: &Value, fields: &[&str]) -> bool {
    let mut named = fields.iter().filter(|field| !template[**field].is_null());
    named.all(|field| template[*field] == spec[*field])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::{Scene, managed};
    use super::*;

    fn machine(entries: &[(&str, &str)]) -> Value {
        let entry = |(name, network): &(&str, &str)| {
            let spec = json!({ "networkRef": { "name": network } });
            json!({ "name": name, "ephemeral": { "networkInterfaceTemplate": { "spec": spec } } })
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        json!({ "spec": { "networkInterfaces": entries } })
    }

    fn interface(network: &str) -> Value {
        let spec = json!({ "networkRef": { "name": network } });
        json!({ "metadata": managed(Kind::Machine, "m"), "spec": spec })
    }

    /// A machine with an interface.
    fn scene() -> Scene {
        let mut scene = Scene::default();
        scene.write(Kind::Machine, "m", machine(&[("a", "n")]));
        scene.write(Kind::NetworkInterface, "m-a", interface("n"));
        scene
    }

    #[test]
    fn a_child_that_is_wanted_may_go_with_its_owner_or_by_its_user() {
        let mut gone = scene();
        gone.take(Kind::Machine, "m");
        gone.delete(Kind::NetworkInterface, "m-a");
        gone.expect(&[]);
        let mut taken = scene();
        taken.take(Kind::NetworkInterface, "m-a");
        taken.expect(&[]);
        let mut kept = scene();
        kept.delete(Kind::NetworkInterface, "m-a");
        kept.expect(&[RULE]);
    }

    #[test]
    fn one_that_was_not_wanted_since_its_last_version_may_go() {
        let mut scene = scene();
        scene.write(Kind::Machine, "m", machine(&[]));
        scene.write(Kind::Machine, "m", machine(&[("a", "n")]));
        scene.delete(Kind::NetworkInterface, "m-a");
        scene.expect(&[]);
    }

    #[test]
    fn one_that_was_wanted_all_the_time_since_may_not() {
        let mut scene = scene();
        scene.write(Kind::Machine, "m", machine(&[]));
        scene.write(Kind::Machine, "m", machine(&[("a", "n")]));
        scene.write(Kind::NetworkInterface, "m-a", interface("n"));
        scene.delete(Kind::NetworkInterface, "m-a");
        scene.expect(&[RULE]);
    }

    #[test]
    fn a_difference_that_can_not_be_changed_is_a_reason() {
        let mut scene = scene();
        scene.write(Kind::Machine, "m", machine(&[("a", "other")]));
        scene.delete(Kind::NetworkInterface, "m-a");
        scene.expect(&[]);
    }
}
