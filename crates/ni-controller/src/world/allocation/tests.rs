// SPDX-License-Identifier: Apache-2.0

//! After any events, what is kept of prefixes is the same as if only those that are left had ever been seen.

use std::fmt::Debug;

use ironcore_api::address::parse_prefix;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::world::{AnyObject, Dirty, Event, World};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const ROOTS: [&str; 3] = ["10.0.0.0/8", "10.0.0.0/24", "192.0.2.0/24"];
const BLOCKS: [&str; 4] = ["10.0.0.0/30", "10.0.0.0/32", "10.0.0.1/32", "10.0.1.0/24"];

/// What a prefix may be like.
fn prefix() -> impl Strategy<Value = Value> {
    let root = prop::sample::select(&ROOTS[..]);
    let block = || prop::sample::select(&BLOCKS[..]);
    let parent = || {
        let named = prop::sample::select(&NAMES[..])
            .prop_map(|name| json!({ "parentRef": { "name": name } }));
        let selected = prop::sample::select(vec!["x", "y"])
            .prop_map(|label| json!({ "parentSelector": { "matchLabels": { "pool": label } } }));
        prop_oneof![named, selected]
    };
    let spec = prop_oneof![
        2 => root.prop_map(|root| json!({ "prefix": root })),
        2 => (parent(), block()).prop_map(|(parent, block)| merged(parent, &json!({ "prefix": block }))),
        2 => (parent(), 24..33u8).prop_map(|(parent, length)| merged(parent, &json!({ "prefixLength": length }))),
        1 => Just(json!({ "prefix": 5 })),
    ];
    let metadata = prop_oneof![
        4 => Just(json!({})),
        1 => Just(json!({ "deletionTimestamp": "1970-01-01T00:00:09Z" })),
        1 => Just(json!({ "annotations": { "common.ironcore.dev/managed-by": "them" } })),
    ];
    let labels = prop_oneof![
        Just(json!({ "pool": "x" })),
        Just(json!({ "pool": "y", "ni.ironcore.dev/public-pool": "" })),
    ];
    let pending = (block(), prop::sample::select(&NAMES[..]))
        .prop_map(|(block, uid)| json!([{ "prefix": block, "uid": uid }]));
    let status = (
        prop::sample::select(vec!["Pending", "Allocated"]),
        prop::option::of(block().prop_map(|block| json!([block]))),
        prop::option::of(pending),
    );
    let status = status.prop_map(
        |(phase, used, pending)| json!({ "phase": phase, "used": used, "pending": pending }),
    );
    (spec, metadata, labels, status).prop_map(|(spec, metadata, labels, status)| {
        let spec = merged(spec, &json!({ "ipFamily": "IPv4" }));
        let metadata = merged(metadata, &json!({ "labels": labels }));
        json!({ "metadata": metadata, "spec": spec, "status": status })
    })
}

fn merged(mut object: Value, patch: &Value) -> Value {
    json_patch::merge(&mut object, patch);
    object
}

fn named(object: Value, name: &str, version: usize) -> AnyObject {
    let metadata = json!({
        "name": name, "namespace": "ns", "uid": name, "resourceVersion": version.to_string(),
        "creationTimestamp": "1970-01-01T00:00:01Z",
    });
    let object = merged(object, &json!({ "metadata": metadata }));
    AnyObject::decode(Kind::Prefix, &object.to_string()).expect("metadata")
}

/// All that is kept, as text.
fn kept(world: &World) -> String {
    fn sorted<K: Ord + Debug, V>(map: &HashMap<K, V>) -> BTreeMap<&K, &V> {
        map.iter().collect()
    }
    fn names(index: &Index<Str>) -> BTreeMap<&Str, Vec<&Str>> {
        let keys = index.keys();
        keys.map(|key| (key, index.get(&**key).collect())).collect()
    }
    let all = world.namespace("ns").allocation();
    let spaces = all.spaces.iter().map(|(parent, space)| {
        // The block of a parent that is gone may remain here. Nothing reads it.
        let mut space = space.clone();
        space.set_root(parse_prefix(ROOTS[0]).expect("a block"));
        (parent, format!("{space:?}"))
    });
    let spaces: BTreeMap<_, _> = spaces.collect();
    let waiting = (sorted(&all.asking), &all.selecting);
    let parents = (&all.parents, sorted(&all.roots), &all.pools, &all.unsettled);
    let held = (spaces, names(&all.children), names(&all.entries));
    let rest = (sorted(&all.names), all.frozen, &all.touched);
    format!("{held:#?}\n{waiting:#?}\n{parents:#?}\n{rest:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_follows_from_what_is_there(
        steps in prop::collection::vec((0..NAMES.len(), prop::option::weighted(0.8, prefix())), 1..30),
    ) {
        let mut dirty = Dirty::new();
        let mut world = World::default();
        let mut there = BTreeMap::new();
        for (version, (at, object)) in steps.into_iter().enumerate() {
            let name = NAMES[at];
            match object {
                Some(object) => {
                    world.observe(Event::Applied(named(object.clone(), name, version)), &mut dirty);
                    there.insert(name, object);
                }
                None => if let Some(object) = there.remove(name) {
                    world.observe(Event::Deleted(named(object, name, version)), &mut dirty);
                }
            }
            let mut fresh = World::default();
            for (name, object) in &there {
                fresh.observe(Event::Applied(named(object.clone(), name, version)), &mut dirty);
            }
            prop_assert_eq!(kept(&world), kept(&fresh));
        }
    }
}
