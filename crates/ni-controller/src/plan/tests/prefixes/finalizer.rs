// SPDX-License-Identifier: Apache-2.0

//! What keeps a parent while others have a part of it.

use super::*;

#[test]
fn the_finalizer_stands_from_before_the_first_grant_until_nobody_has_a_part() {
    let bare = || {
        with(
            parent("p", "10.0.0.0/29"),
            &json!({ "metadata": { "finalizers": ["theirs"] } }),
        )
    };
    let kept = || {
        with(
            parent("p", "10.0.0.0/29"),
            &json!({ "metadata": { "finalizers": ["theirs", FINALIZER] } }),
        )
    };
    let under_way = || records(kept(), &["10.0.0.0/32"], &[("10.0.0.0/32", "c")]);
    let cases: Vec<(&str, Vec<Value>, &[&str])> = vec![
        (
            "before the first grant",
            vec![bare(), asks("c", 3, 32)],
            &["protect p"],
        ),
        ("nobody asks", vec![bare()], &[]),
        (
            "gone without children",
            vec![deleting(kept())],
            &["unprotect p"],
        ),
        (
            "one names it",
            vec![deleting(kept()), asks("c", 3, 32)],
            &["InUse"],
        ),
        (
            "one has a part",
            vec![deleting(kept()), allocated(names("c", 3, "10.0.0.0/32"))],
            &["InUse"],
        ),
        (
            "one is being granted a part",
            vec![
                deleting(under_way()),
                selects("c", 3, &json!({ "prefixLength": 32 })),
            ],
            &[],
        ),
        (
            "the one that was is gone",
            vec![deleting(under_way())],
            &["unprotect p"],
        ),
        (
            "one does not decode",
            vec![
                deleting(kept()),
                with(
                    prefix("x", 3, &json!({})),
                    &json!({ "spec": { "prefix": 5 } }),
                ),
            ],
            &[],
        ),
        ("others' finalizers are theirs", vec![deleting(bare())], &[]),
        ("an outside system's", vec![external(deleting(kept()))], &[]),
    ];
    for (case, objects, expected) in cases {
        let scene = Scene::of(&objects);
        assert_eq!(scene.short(Kind::Prefix, "p"), expected, "{case}");
    }
}
