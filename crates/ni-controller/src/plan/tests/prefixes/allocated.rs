// SPDX-License-Identifier: Apache-2.0

//! A prefix gets its block: by a grant, or as a root.

use super::*;
use crate::plan::{Allocator, Purpose};
use crate::world::Source;

#[test]
fn a_grant_is_assigned_and_then_the_child_is_allocated() {
    let p = || {
        records(
            parent("p", "10.0.0.0/29"),
            &["10.0.0.0/32"],
            &[("10.0.0.0/32", "c")],
        )
    };
    let mine = [
        ("spec", json!({ "prefix": "10.0.0.0/32" })),
        (
            "spec",
            json!({ "parentRef": { "name": "p" }, "prefix": "10.0.0.0/32" }),
        ),
    ];
    let children = [
        asks("c", 3, 32),
        selects("c", 3, &json!({ "prefixLength": 32 })),
    ];
    for (child, (part, expected)) in children.into_iter().zip(mine) {
        let plan = Scene::of(&[p(), child]).plan(Kind::Prefix, "c");
        let [change] = &plan.changes[..] else {
            panic!("{plan:?}")
        };
        let Request::Patch(body) = &change.request else {
            panic!("{change:?}")
        };
        assert_eq!(change.purpose, Purpose::Assign);
        assert_eq!(body[part], expected);
        assert_eq!(
            body["metadata"],
            json!({ "uid": "c-uid", "resourceVersion": "7" })
        );
    }
    let assigned = Scene::of(&[p(), names("c", 3, "10.0.0.0/32")]);
    let status = status(&assigned, "c").unwrap();
    assert_eq!(status["phase"], "Allocated");
    assert_eq!(said(&assigned, "c").as_deref(), Some("Allocated: "));
    // A parent that goes completes what it has begun.
    let going = Scene::of(&[deleting(p()), names("c", 3, "10.0.0.0/32")]);
    assert_eq!(super::status(&going, "c").unwrap()["phase"], "Allocated");
}

/// Of a version that the watch has yet to show, a record that may be older says nothing: the block may be another's by now.
#[test]
fn a_child_that_only_an_answer_has_shown_needs_a_record_that_was_written_later() {
    for (version, expected) in [("6", false), ("7", false), ("8", true)] {
        let p = parent("p", "10.0.0.0/29");
        let p = records(p, &["10.0.0.0/32"], &[("10.0.0.0/32", "c")]);
        let version = json!({ "metadata": { "resourceVersion": version } });
        let mut scene = Scene::of(&[with(p, &version)]);
        let child = names("c", 3, "10.0.0.0/32").to_string();
        let child = AnyObject::decode(Kind::Prefix, &child).expect("metadata");
        let look = Source::Look(scene.world.clock());
        scene.world.learn(child, look, &mut Dirty::new());
        assert_eq!(status(&scene, "c").is_some(), expected, "{version}");
    }
}

#[test]
fn a_root_is_allocated_as_it_is() {
    let root = || prefix("c", 3, &json!({ "prefix": "10.0.0.0/8" }));
    let half = json!({ "parentRef": { "name": "c" }, "prefix": "10.0.0.0/9" });
    let half = allocated(prefix("a", 4, &half));
    for (objects, capacity) in [
        (
            vec![root()],
            json!({ "usedPercent": 0, "largestFree": "10.0.0.0/9" }),
        ),
        // As after a restore: its child has its block already.
        (
            vec![root(), half],
            json!({ "usedPercent": 50, "largestFree": "10.128.0.0/9" }),
        ),
    ] {
        let status = status(&Scene::of(&objects), "c").unwrap();
        assert_eq!(status["phase"], "Allocated");
        assert_eq!(status["capacity"], capacity);
    }
}

#[test]
fn what_ready_says_is_what_is_stored_where_another_allocator_or_deletion_decides() {
    let waits = json!([{
        "type": "Ready", "status": "False", "reason": "Theirs", "message": "", "lastTransitionTime": "1970-01-01T00:00:09Z",
    }]);
    let said = with(
        asks("c", 3, 32),
        &json!({ "status": { "conditions": waits } }),
    );
    let reason = |scene: &Scene| scene.ready(Kind::Prefix, "c").map(|ready| ready.reason);
    let controller = |object: &Value| Scene::of(std::slice::from_ref(object));
    let mut elsewhere = controller(&said);
    elsewhere.options.prefixes = Allocator::External;
    for (case, scene, expected) in [
        ("allocated here", controller(&said), "WaitsForParent"),
        ("by another allocator", elsewhere, "Theirs"),
        (
            "managed by others",
            controller(&external(said.clone())),
            "Theirs",
        ),
        ("deleted", controller(&deleting(said.clone())), "Theirs"),
    ] {
        assert_eq!(reason(&scene).as_deref(), Some(expected), "{case}");
    }
    let root = prefix("c", 3, &json!({ "prefix": "10.0.0.0/8" }));
    assert_eq!(reason(&controller(&root)), None);
    assert_eq!(
        reason(&controller(&allocated(root))).as_deref(),
        Some("Allocated")
    );
}
