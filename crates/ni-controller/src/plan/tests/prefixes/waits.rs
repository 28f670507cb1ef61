// SPDX-License-Identifier: Apache-2.0

//! Why a prefix waits for its block, in words.

use super::*;

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn who_waits_is_told_why() {
    let small = || parent("p", "10.0.0.0/31");
    let full = || records(small(), &["10.0.0.0/31"], &[]);
    let has = |name: &str, block: &str| allocated(names(name, 2, block));
    let both = || vec![has("a", "10.0.0.0/32"), has("b", "10.0.0.1/32"), full()];
    let pending = prefix(
        "p",
        1,
        &json!({ "prefixLength": 8, "parentRef": { "name": "q" } }),
    );
    let undecodable = with(small(), &json!({ "spec": { "prefix": 5 } }));
    let unrecorded = json!([{
        "type": "Ready", "status": "False", "reason": "NotAsWritten", "message": "", "lastTransitionTime": "2025-01-13T11:39:17Z"
    }]);
    let unrecorded = with(small(), &json!({ "status": { "conditions": unrecorded } }));
    let long: Vec<String> = (0..60_000u32)
        .map(|at| format!("10.{}.{}.{}/32", at >> 15, at >> 7 & 255, at << 1 & 255))
        .collect();
    let long = with(
        parent("p", "10.0.0.0/8"),
        &json!({ "status": { "used": long } }),
    );
    let cases: Vec<(&str, Value, Vec<Value>, Option<&str>)> = vec![
        ("room", asks("c", 3, 32), vec![small()], None),
        (
            "a free block",
            names("c", 3, "10.0.0.1/32"),
            vec![small()],
            None,
        ),
        (
            "no parent",
            asks("c", 3, 32),
            vec![],
            Some("WaitsForParent: waits for Prefix p, which does not exist"),
        ),
        (
            "a parent that waits",
            asks("c", 3, 32),
            vec![pending],
            Some("WaitsForParent: waits for Prefix p, which is Pending"),
        ),
        (
            "a parent that does not decode",
            asks("c", 3, 32),
            vec![undecodable],
            Some("WaitsForParent: waits for Prefix p, which does not decode"),
        ),
        (
            "a parent that goes",
            asks("c", 3, 32),
            vec![deleting(small())],
            Some("WaitsForParent: waits for Prefix p, which is being deleted"),
        ),
        (
            "a parent of others",
            asks("c", 3, 32),
            vec![external(small())],
            Some("WaitsForParent: waits for Prefix p, which an outside system manages"),
        ),
        (
            "a parent that records nothing",
            asks("c", 3, 32),
            vec![unrecorded],
            Some("WaitsForParent: waits for Prefix p, which can't record what it grants"),
        ),
        (
            "a parent with a long record",
            asks("c", 3, 32),
            vec![long],
            Some(
                "WaitsForParent: waits for Prefix p, which is too fragmented to record further grants",
            ),
        ),
        (
            "a full parent",
            asks("c", 3, 32),
            both(),
            Some("NoRoom: Prefix p (10.0.0.0/31) has no room for a /32"),
        ),
        (
            "a block that is taken",
            names("c", 3, "10.0.0.1/32"),
            both(),
            Some("NoRoom: Prefix p has no room for 10.0.0.1/32: it is taken"),
        ),
        (
            "a block outside",
            names("c", 3, "10.0.1.0/32"),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefix 10.0.1.0/32 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "the whole block",
            names("c", 3, "10.0.0.0/31"),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefix 10.0.0.0/31 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "another family",
            with(
                names("c", 3, "fd00::/64"),
                &json!({ "spec": { "ipFamily": "IPv6" } }),
            ),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefix fd00::/64 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "a length of another family",
            with(asks("c", 3, 64), &json!({ "spec": { "ipFamily": "IPv6" } })),
            vec![small()],
            Some(
                "*OutsideParent: spec.ipFamily IPv6 is not that of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "a length as large",
            asks("c", 3, 31),
            vec![small()],
            Some(
                "*OutsideParent: spec.prefixLength 31 is not a smaller part of 10.0.0.0/31, the block of Prefix p",
            ),
        ),
        (
            "a length of no family",
            asks("c", 3, 33),
            vec![small()],
            Some("*InvalidSpec: spec.prefixLength: Required value: must be a length of the family"),
        ),
        (
            "no CIDR",
            names("c", 3, "10.0.0.1"),
            vec![small()],
            Some("*InvalidSpec: spec.prefix: Invalid value: \"10.0.0.1\": must be a valid CIDR"),
        ),
        (
            "a root without block",
            prefix("c", 3, &json!({})),
            vec![small()],
            Some("*InvalidSpec: spec.prefix: Required value"),
        ),
        (
            "a selector that selects",
            selects("c", 3, &json!({ "prefixLength": 32 })),
            vec![small()],
            None,
        ),
        (
            "a selector that selects nothing",
            selects("c", 3, &json!({ "prefixLength": 32 })),
            vec![],
            Some(
                "WaitsForParent: waits for a Prefix of family IPv4 that spec.parentSelector selects",
            ),
        ),
        (
            "a selector that selects what is full",
            selects("c", 3, &json!({ "prefixLength": 32 })),
            both(),
            Some("NoRoom: no Prefix that spec.parentSelector selects has room for a /32: p"),
        ),
    ];
    for (case, child, others, expected) in cases {
        let stalled = expected.is_some_and(|expected| expected.starts_with('*'));
        let told = expected
            .is_some_and(|expected| expected.contains("NoRoom") || expected.contains("Outside"));
        let scene = Scene::of(&[others, vec![child]].concat());
        assert_eq!(said(&scene, "c").as_deref(), expected, "{case}");
        let notices = scene.plan(Kind::Prefix, "c").notices.len();
        assert_eq!(notices, usize::from(told), "{case}, stalled: {stalled}");
    }
}
