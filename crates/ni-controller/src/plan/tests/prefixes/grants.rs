// SPDX-License-Identifier: Apache-2.0

//! Who is granted which block, by which parent, and what is taken back.

use super::*;

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_parent_grants_in_one_write_what_it_has_room_for() {
    let p = || parent("p", "10.0.0.0/29");
    let has = |name: &str, block: &str| allocated(names(name, 2, block));
    let cases: Vec<(&str, Vec<Value>, Option<&str>)> = vec![
        ("nobody waits", vec![p()], None),
        (
            "the lowest block first, the oldest first",
            vec![p(), asks("a", 4, 32), asks("b", 3, 32)],
            Some("10.0.0.0/31 10.0.0.0/32>b 10.0.0.1/32>a"),
        ),
        (
            "of one age by uid",
            vec![p(), asks("b", 3, 32), asks("a", 3, 32)],
            Some("10.0.0.0/31 10.0.0.0/32>a 10.0.0.1/32>b"),
        ),
        (
            "who names a block goes first",
            vec![p(), asks("a", 3, 32), names("b", 9, "10.0.0.0/31")],
            Some("10.0.0.0/31 10.0.0.2/32 10.0.0.0/31>b 10.0.0.2/32>a"),
        ),
        (
            "of two that name one block the oldest",
            vec![
                p(),
                names("a", 4, "10.0.0.4/32"),
                names("b", 3, "10.0.0.4/32"),
            ],
            Some("10.0.0.4/32 10.0.0.4/32>b"),
        ),
        (
            "one that can't be served blocks nobody",
            vec![
                p(),
                names("a", 2, "10.0.0.0/29"),
                asks("b", 2, 29),
                asks("c", 3, 30),
                asks("d", 4, 30),
                asks("e", 5, 30),
            ],
            Some("10.0.0.0/29 10.0.0.0/30>c 10.0.0.4/30>d"),
        ),
        (
            "what is held is not granted, whatever the record says",
            vec![p(), has("a", "10.0.0.0/32"), asks("b", 3, 32)],
            Some("10.0.0.0/31 10.0.0.1/32>b"),
        ),
        (
            "nor what one that goes has",
            vec![p(), deleting(has("a", "10.0.0.0/32")), asks("b", 3, 32)],
            Some("10.0.0.0/31 10.0.0.1/32>b"),
        ),
        (
            "what is taken back is granted in the same write",
            vec![records(p(), &["10.0.0.0/29"], &[]), asks("b", 3, 32)],
            Some("10.0.0.0/32 10.0.0.0/32>b"),
        ),
        (
            "what nobody has is taken back",
            vec![records(p(), &["10.0.0.0/31"], &[]), has("a", "10.0.0.0/32")],
            Some("10.0.0.0/32"),
        ),
        (
            "a grant that is under way stays",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                asks("a", 3, 32),
            ],
            None,
        ),
        (
            "and is made once",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                asks("a", 3, 32),
                asks("b", 4, 32),
            ],
            Some("10.0.0.0/31 10.0.0.0/32>a 10.0.0.1/32>b"),
        ),
        (
            "one that has its block leaves",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                has("a", "10.0.0.0/32"),
            ],
            Some(""),
        ),
        (
            "one that is gone leaves, and its block with the next write",
            vec![
                records(p(), &["10.0.0.0/31"], &[("10.0.0.0/32", "gone")]),
                has("a", "10.0.0.1/32"),
            ],
            Some(""),
        ),
        (
            "one that names another block leaves, and is granted that with the next write",
            vec![
                records(p(), &["10.0.0.0/32"], &[("10.0.0.0/32", "a")]),
                names("a", 3, "10.0.0.4/32"),
            ],
            Some(""),
        ),
        (
            "who goes is granted nothing",
            vec![p(), deleting(asks("a", 3, 32))],
            None,
        ),
        (
            "what an outside system manages is granted nothing",
            vec![p(), external(asks("a", 3, 32))],
            None,
        ),
        (
            "and what it names is kept",
            vec![
                p(),
                external(names("a", 3, "10.0.0.0/32")),
                asks("b", 4, 32),
            ],
            Some("10.0.0.1/32 10.0.0.1/32>b"),
        ),
        (
            "who selects is granted as well",
            vec![p(), selects("a", 3, &json!({ "prefixLength": 32 }))],
            Some("10.0.0.0/32 10.0.0.0/32>a"),
        ),
        (
            "unless a longer one has room",
            vec![
                p(),
                parent("q", "10.0.1.0/30"),
                selects("a", 3, &json!({ "prefixLength": 32 })),
            ],
            None,
        ),
        (
            "a longer one without room is passed over",
            vec![
                p(),
                parent("q", "10.0.1.0/30"),
                selects("a", 3, &json!({ "prefixLength": 30 })),
            ],
            Some("10.0.0.0/30 10.0.0.0/30>a"),
        ),
        (
            "and so is one that goes",
            vec![
                p(),
                deleting(parent("q", "10.0.1.0/30")),
                selects("a", 3, &json!({ "prefixLength": 32 })),
            ],
            Some("10.0.0.0/32 10.0.0.0/32>a"),
        ),
        (
            "of two as long the first by name",
            vec![
                p(),
                parent("a", "10.0.1.0/29"),
                selects("c", 3, &json!({ "prefixLength": 32 })),
            ],
            None,
        ),
        (
            "no root grants itself",
            vec![external(p()), asks("a", 3, 32)],
            None,
        ),
    ];
    for (case, objects, expected) in cases {
        assert_eq!(record(&Scene::of(&objects)).as_deref(), expected, "{case}");
    }
}

#[test]
fn while_one_does_not_decode_nothing_leaves_a_record() {
    let spoilt = with(
        asks("c", 3, 32),
        &json!({ "spec": { "prefixLength": "none" } }),
    );
    let p = records(
        parent("p", "10.0.0.0/29"),
        &["10.0.0.0/30"],
        &[("10.0.0.0/32", "gone")],
    );
    let scene = Scene::of(&[p, spoilt, asks("a", 3, 32)]);
    let expected = "10.0.0.0/30 10.0.0.4/32 10.0.0.0/32>gone 10.0.0.4/32>a";
    assert_eq!(record(&scene).as_deref(), Some(expected));
}

/// Who is planned for when this version of an object becomes known.
fn concerned(scene: &mut Scene, object: &Value) -> Vec<String> {
    let mut dirty = Dirty::new();
    let object = AnyObject::decode(Kind::Prefix, &object.to_string()).expect("metadata");
    scene.world.observe(Event::Applied(object), &mut dirty);
    dirty
        .changed
        .into_iter()
        .map(|key| key.name.to_string())
        .collect()
}

#[test]
fn who_may_serve_instead_is_planned_for_when_the_first_choice_can_no_longer() {
    let at = |object: Value, version: &str| {
        with(
            object,
            &json!({ "metadata": { "resourceVersion": version } }),
        )
    };
    let first = || parent("q", "10.0.1.0/31");
    let full = records(
        first(),
        &["10.0.1.0/31"],
        &[("10.0.1.0/32", "x"), ("10.0.1.1/32", "y")],
    );
    let unlabelled = with(first(), &json!({ "metadata": { "labels": null } }));
    for (why, next) in [
        ("it is going", deleting(first())),
        ("it is full", full),
        ("it is selected no longer", unlabelled),
        ("others have it", external(first())),
    ] {
        let waits = selects("a", 5, &json!({ "prefixLength": 32 }));
        let mut scene = Scene::of(&[parent("p", "10.0.0.0/30"), first(), waits]);
        let concerned = concerned(&mut scene, &at(next, "8"));
        assert!(concerned.contains(&"p".to_owned()), "{why}: {concerned:?}");
        assert!(!scene.plan(Kind::Prefix, "p").changes.is_empty(), "{why}");
    }
}

#[test]
fn who_is_on_its_way_out_is_planned_for_once_all_prefixes_decode() {
    let spoilt = with(
        parent("q", "10.0.1.0/29"),
        &json!({ "spec": { "prefixLength": "none" } }),
    );
    let mut scene = Scene::of(&[deleting(parent("p", "10.0.0.0/29")), spoilt]);
    let mended = json!({ "metadata": { "resourceVersion": "8" } });
    let concerned = concerned(&mut scene, &with(parent("q", "10.0.1.0/29"), &mended));
    assert!(concerned.contains(&"p".to_owned()), "{concerned:?}");
}

#[test]
fn who_may_decide_only_now_is_planned_for_at_the_end_of_a_list() {
    let granting = records(
        parent("p", "10.0.0.0/29"),
        &["10.0.0.0/32"],
        &[("10.0.0.0/32", "a")],
    );
    for (case, objects, expected) in [
        ("nobody waits", vec![parent("q", "10.0.0.0/29")], ""),
        (
            "one asks",
            vec![parent("p", "10.0.0.0/29"), asks("a", 3, 32)],
            "p",
        ),
        (
            "one is granted its block",
            vec![granting, asks("a", 3, 32)],
            "a p",
        ),
        (
            "one has its block",
            vec![
                parent("p", "10.0.0.0/29"),
                allocated(names("a", 3, "10.0.0.0/32")),
            ],
            "p",
        ),
        (
            "one has recorded what nobody has",
            vec![records(parent("p", "10.0.0.0/29"), &["10.0.0.0/32"], &[])],
            "p",
        ),
        (
            "one is being deleted",
            vec![deleting(parent("p", "10.0.0.0/29"))],
            "p",
        ),
        (
            "one selects",
            vec![
                parent("q", "10.0.0.0/29"),
                selects("a", 3, &json!({ "prefixLength": 32 })),
            ],
            "q",
        ),
    ] {
        let mut scene = Scene::of(&objects);
        let dirty = list(&mut scene.world, Kind::Prefix, &objects);
        let mut names: Vec<_> = dirty
            .changed
            .into_iter()
            .map(|key| key.name.to_string())
            .collect();
        names.sort_unstable();
        assert_eq!(names.join(" "), expected, "{case}");
    }
}

#[test]
fn who_waits_for_a_parent_is_planned_for_when_it_comes_whether_or_not_it_decodes() {
    let p = || parent("p", "10.0.0.0/29");
    let spoilt = with(p(), &json!({ "spec": { "prefix": 5 } }));
    for parent in [p(), spoilt] {
        let mut scene = Scene::of(&[asks("a", 3, 32)]);
        let concerned = concerned(&mut scene, &parent);
        assert!(concerned.contains(&"a".to_owned()), "{concerned:?}");
    }
}
