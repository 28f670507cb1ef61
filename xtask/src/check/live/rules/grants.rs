// SPDX-License-Identifier: Apache-2.0

//! Blocks of addresses: no two children of a parent have one in common, and the record names what they have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use address_space::{Block, Cover};
use ironcore_api::address::{Prefix, parse_prefix};
use serde_json::Value;

use super::super::world::{Change, Key, Kind, Known, World};
use super::{Broken, View};

const OVERLAP: &str = "no grant overlaps another";
const OUTSIDE: &str = "a grant lies in its parent";
const UNRECORDED: &str = "what is granted is recorded";
const UNNAMED: &str = "a child has the block that the record named for it";
const ORPHANED: &str = "a parent stays as long as its children have blocks";

/// A block that a child has of its parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) parent: Key,
    pub(super) block: Block,
}

impl Grant {
    /// What this Prefix has, if it has something of a parent.
    pub(super) fn of(key: &Key, known: &Known) -> Option<Self> {
        let parent = known.at("/spec/parentRef/name").as_str()?;
        let block = block(known.at("/spec/prefix"))?;
        (known.text("/status/phase") == "Allocated").then(|| Self {
            parent: key.beside(Kind::Prefix, parent),
            block,
        })
    }
}

/// The block of a text.
pub(super) fn block(text: &Value) -> Option<Block> {
    text.as_str()
        .and_then(|text| parse_prefix(text).ok())
        .map(Prefix::into)
}

/// What a parent's record covers.
pub(super) fn recorded(parent: &Known) -> Cover {
    let blocks = parent.list("/status/used").iter().filter_map(block);
    blocks.collect()
}

/// All grants by parent.
#[derive(Debug, Default)]
pub(super) struct Grants(HashMap<Key, Held>);

/// Blocks of one parent, as they sort, with the child of each. Blocks that do not overlap are found by their neighbours.
type Held = BTreeMap<Block, BTreeSet<Key>>;

impl Grants {
    pub(super) fn begin(&mut self, world: &World) {
        for (key, known) in world.of(Kind::Prefix) {
            if let Some(grant) = Grant::of(key, known) {
                self.add(key, grant);
            }
        }
    }

    pub(super) fn see(&mut self, change: &Change, view: &View<'_>, found: &mut Vec<Broken>) {
        if change.key.kind != Kind::Prefix {
            return;
        }
        let of = |known: &Option<Known>| {
            known
                .as_ref()
                .and_then(|known| Grant::of(&change.key, known))
        };
        let (before, after) = (of(&change.before), of(&change.after));
        if before != after {
            if let Some(grant) = before {
                self.remove(&change.key, &grant);
            }
            if let Some(grant) = after {
                self.check_grant(change, &grant, view.world, found);
                self.add(&change.key, grant);
            }
        }
        self.check_parent(change, found);
    }

    fn check_grant(&self, change: &Change, grant: &Grant, world: &World, found: &mut Vec<Broken>) {
        let block = grant.block;
        for (other, child) in self.overlapping(grant) {
            let text = format!("{block:?} and {other:?}");
            found.push(change.breaks(OVERLAP, &[child, &grant.parent], text));
        }
        let Some(parent) = world.get(&grant.parent) else {
            found.push(change.breaks(OUTSIDE, &[&grant.parent], "there is no parent".into()));
            return;
        };
        let whole = super::grants::block(parent.at("/spec/prefix"));
        if !whole.is_some_and(|whole| whole.contains(block) && whole != block) {
            found.push(change.breaks(OUTSIDE, &[&grant.parent], format!("{block:?}")));
        }
        if !recorded(parent).contains(block) {
            found.push(change.breaks(UNRECORDED, &[&grant.parent], format!("{block:?}")));
        }
        let uid = change.after.as_ref().map_or("", Known::uid);
        let mut pending = parent.list("/status/pending").iter();
        let named = pending.any(|entry| {
            entry["uid"] == uid && super::grants::block(&entry["prefix"]) == Some(block)
        });
        if !named {
            found.push(change.breaks(UNNAMED, &[&grant.parent], format!("{block:?}")));
        }
    }

    /// Grants of the same parent that have an address in common with this one.
    fn overlapping<'a>(&'a self, grant: &Grant) -> impl Iterator<Item = (Block, &'a Key)> {
        let block = grant.block;
        let held = self.0.get(&grant.parent);
        // Those that contain it, and those that it contains, which sort between it and its end.
        let blocks = held.into_iter().flat_map(move |held| {
            let outer = (0..=block.length()).filter_map(move |length| {
                let outer: Block = widened(block, length);
                held.get_key_value(&outer)
            });
            let inner = held.range(block..).skip_while(move |(b, _)| **b == block);
            outer.chain(inner.take_while(move |(b, _)| block.contains(**b)))
        });
        blocks.flat_map(|(block, children)| children.iter().map(move |child| (*block, child)))
    }

    /// What children have of it is in its record.
    fn check_parent(&self, change: &Change, found: &mut Vec<Broken>) {
        let Some(held) = self.0.get(&change.key) else {
            return;
        };
        let Some(parent) = &change.after else {
            let children: Vec<&Key> = held.values().flatten().take(3).collect();
            found.push(change.breaks(ORPHANED, &children, format!("{} blocks", held.len())));
            return;
        };
        let recorded = recorded(parent);
        for (block, children) in held {
            if !recorded.contains(*block) {
                let children: Vec<&Key> = children.iter().collect();
                found.push(change.breaks(UNRECORDED, &children, format!("{block:?}")));
            }
        }
    }

    fn add(&mut self, child: &Key, grant: Grant) {
        let held = self.0.entry(grant.parent).or_default();
        held.entry(grant.block).or_default().insert(child.clone());
    }

    fn remove(&mut self, child: &Key, grant: &Grant) {
        let Some(held) = self.0.get_mut(&grant.parent) else {
            return;
        };
        if let Some(children) = held.get_mut(&grant.block) {
            children.remove(child);
            if children.is_empty() {
                held.remove(&grant.block);
            }
        }
        if held.is_empty() {
            self.0.remove(&grant.parent);
        }
    }
}

/// The block of this length around another.
fn widened(block: Block, length: u8) -> Block {
    use ironcore_api::address::IpFamily;
    // The family does not matter: of IPv6 all bits count.
    let address = block.prefix(IpFamily::IPv6).address();
    Prefix::containing(address, length).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::Scene;
    use super::*;

    fn parent(scene: &mut Scene, used: &[&str], pending: &[(&str, &str)]) {
        let pending: Vec<_> = pending
            .iter()
            .map(|(prefix, uid)| json!({ "prefix": prefix, "uid": uid }))
            .collect();
        let status = json!({ "phase": "Allocated", "used": used, "pending": pending });
        let object = json!({ "spec": { "prefix": "10.0.0.0/24" }, "status": status });
        scene.write(Kind::Prefix, "p", object);
    }

    fn child(scene: &mut Scene, name: &str, block: &str) {
        let spec = json!({ "parentRef": { "name": "p" }, "prefix": block });
        let object = json!({ "spec": spec, "status": { "phase": "Allocated" } });
        scene.write(Kind::Prefix, name, object);
    }

    #[test]
    fn grants_by_the_record_are_good_until_they_overlap() {
        let mut scene = Scene::default();
        let pending = [
            ("10.0.0.1/32", "a"),
            ("10.0.0.0/31", "b"),
            ("10.0.0.2/32", "c"),
        ];
        parent(&mut scene, &["10.0.0.0/30"], &pending);
        child(&mut scene, "a", "10.0.0.1/32");
        child(&mut scene, "c", "10.0.0.2/32");
        scene.expect(&[]);
        child(&mut scene, "b", "10.0.0.0/31");
        scene.expect(&[OVERLAP]);
    }

    #[test]
    fn a_smaller_block_in_a_larger_one_overlaps_it() {
        let mut scene = Scene::default();
        let pending = [
            ("10.0.0.8/29", "a"),
            ("10.0.0.15/32", "b"),
            ("10.0.0.8/29", "c"),
        ];
        parent(&mut scene, &["10.0.0.0/28"], &pending);
        child(&mut scene, "a", "10.0.0.8/29");
        child(&mut scene, "b", "10.0.0.15/32");
        scene.expect(&[OVERLAP]);
        scene.take(Kind::Prefix, "b");
        child(&mut scene, "c", "10.0.0.8/29");
        scene.expect(&[OVERLAP]);
        scene.take(Kind::Prefix, "a");
        scene.expect(&[]);
    }

    #[test]
    fn what_the_record_does_not_say_is_found() {
        let mut scene = Scene::default();
        parent(&mut scene, &["10.0.0.0/32"], &[]);
        child(&mut scene, "a", "10.0.0.0/32");
        scene.expect(&[UNNAMED]);
        child(&mut scene, "b", "10.0.1.0/32");
        scene.expect(&[OUTSIDE, UNRECORDED, UNNAMED]);
    }

    #[test]
    fn a_record_that_loses_what_is_held_is_found_and_a_parent_that_goes() {
        let mut scene = Scene::default();
        parent(&mut scene, &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]);
        child(&mut scene, "a", "10.0.0.0/32");
        parent(&mut scene, &["10.0.0.0/32"], &[]);
        scene.expect(&[]);
        parent(&mut scene, &[], &[]);
        scene.expect(&[UNRECORDED]);
        scene.take(Kind::Prefix, "p");
        scene.expect(&[ORPHANED]);
        child(&mut scene, "a", "10.0.0.0/32");
        scene.expect(&[]);
    }
}
