// SPDX-License-Identifier: Apache-2.0

//! A prefix gets its block: by a grant, or as a root.

use super::*;
use crate::plan::Purpose;

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

#[test]
fn a_root_is_allocated_as_it_is() {
    let root = prefix("c", 3, &json!({ "prefix": "10.0.0.0/8" }));
    let status = status(&Scene::of(&[root]), "c").unwrap();
    assert_eq!(status["phase"], "Allocated");
    assert_eq!(
        status["capacity"],
        json!({ "usedPercent": 0, "largestFree": "10.0.0.0/9" })
    );
}
