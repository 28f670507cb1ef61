// SPDX-License-Identifier: Apache-2.0

//! When nothing is granted: the view may be old, the record does not stay, or another allocator grants.

use super::*;
use crate::plan::{Allocator, Unrecorded};
use crate::world::Source;

#[test]
fn nothing_is_written_from_a_version_that_the_watch_may_not_have_come_to() {
    let p = || records(parent("p", "10.0.0.0/29"), &["10.0.0.0/30"], &[]);
    let mut scene = Scene::of(&[p(), asks("a", 3, 32)]);
    let newer = with(p(), &json!({ "metadata": { "resourceVersion": "9" } }));
    let newer = AnyObject::decode(Kind::Prefix, &newer.to_string()).unwrap();
    let mut dirty = Dirty::new();
    let sent = scene.world.clock();
    scene
        .world
        .learn(newer.clone(), Source::Look(sent), &mut dirty);
    assert_eq!(scene.plan(Kind::Prefix, "p").changes, []);
    scene.world.observe(Event::Applied(newer), &mut dirty);
    assert_ne!(scene.plan(Kind::Prefix, "p").changes, []);
    scene
        .world
        .observe(Event::ListBegins(Kind::Prefix, Scope::All), &mut dirty);
    assert_eq!(scene.plan(Kind::Prefix, "p").changes, []);
}

#[test]
fn where_the_record_does_not_stay_nothing_is_granted_until_it_is_tried_again() {
    let mut scene = Scene::of(&[parent("p", "10.0.0.0/29"), asks("a", 3, 32)]);
    let again_at = Duration::from_mins(2);
    scene.memory.unrecorded = Some(Unrecorded {
        generation: 1,
        again_at,
    });
    let said = said(&scene, "p").unwrap();
    assert!(said.starts_with("NotAsWritten: grants nothing"), "{said}");
    assert_eq!(scene.plan(Kind::Prefix, "p").wake_at, Some(again_at));
    let granted = Some("10.0.0.0/32 10.0.0.0/32>a");
    scene.elapsed = again_at;
    assert_eq!(record(&scene).as_deref(), granted);
    // Or at once, where the prefix has changed.
    scene.elapsed = Duration::ZERO;
    scene.memory.unrecorded = Some(Unrecorded {
        generation: 0,
        again_at,
    });
    assert_eq!(record(&scene).as_deref(), granted);
}

#[test]
fn another_allocator_is_left_alone() {
    let waits = asks("a", 3, 32);
    let mut scene = Scene::of(&[
        parent("p", "10.0.0.0/29"),
        waits,
        prefix("r", 1, &json!({ "prefix": "10.1.0.0/16" })),
    ]);
    scene.options.prefixes = Allocator::External;
    for name in ["p", "a", "r"] {
        assert_eq!(scene.plan(Kind::Prefix, name), Plan::default(), "{name}");
    }
}
