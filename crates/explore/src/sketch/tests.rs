// SPDX-License-Identifier: Apache-2.0

use super::*;

fn hash(text: &str, elapsed: i64) -> u64 {
    let sketch = Sketch::of_text(Kind::Machine, text);
    let mut ranks = Ranks::at(elapsed, 0);
    ranks.add_all(&sketch);
    ranks.sort(u64::MAX, false);
    sketch.hash(&ranks)
}

#[test]
fn what_only_differs_in_what_is_not_compared_is_alike() {
    for (one, other) in [
        (
            "A { a: Meta { version: 1004 }, b: [Meta { version: 1008 }] }",
            "A { a: Meta { version: 2000 }, b: [Meta { version: 3000 }] }",
        ),
        ("A { clock: 5, seen: 3 }", "A { clock: 9, seen: 8 }"),
        (
            "A { clock: 5, seen: 3, at: 4 }",
            "A { clock: 5, seen: 4, at: 3 }",
        ),
        (
            "A { clock: 5, look: L { clock: 4 }, seen: 3 }",
            "A { clock: 4, look: L { clock: 5 }, seen: 3 }",
        ),
        ("A { x: {1: 2, 3: 4} }", "A { x: {3: 4, 1: 2} }"),
        (
            "A { counts: C { n: 5, m: [1] }, x: 1 }",
            "A { counts: C { n: 6, m: [2, 3] }, x: 1 }",
        ),
        (
            r#"{"resourceVersion":"1004","a":1}"#,
            r#"{"a":1,"resourceVersion":"1008"}"#,
        ),
        ("A { sent: {3: S { x: 1 }} }", "A { sent: {4: S { x: 1 }} }"),
    ] {
        assert_eq!(hash(one, 0), hash(other, 0), "{one}");
    }
    assert_eq!(
        hash("A { since: 1.5s }", 0),
        hash("A { since: 2.5s }", 1_000_000_000)
    );
}

#[test]
fn what_may_behave_otherwise_is_not_alike() {
    for (one, other) in [
        (
            "A { a: Meta { version: 1004 }, b: [Meta { version: 1008 }] }",
            "A { a: Meta { version: 1008 }, b: [Meta { version: 1004 }] }",
        ),
        (
            "A { a: Meta { version: 1004 }, b: [Meta { version: 1008 }] }",
            "A { a: Meta { version: 1004 }, b: [Meta { version: 1004 }] }",
        ),
        ("A { clock: 5, seen: 5 }", "A { clock: 5, seen: 6 }"),
        (
            "A { clock: 4, seen: 3, at: 5 }",
            "A { clock: 4, seen: 5, at: 3 }",
        ),
        ("A { list: 0 }", "A { list: 1 }"),
        ("Basis { planner: 1 }", "Basis { planner: 2 }"),
        ("A { x: [1, 2] }", "A { x: [2, 1] }"),
        ("A { x: [1, 2], y: [] }", "A { x: [1], y: [2] }"),
        ("A { x: {1: {2: 3}} }", "A { x: {1: {}, 2: 3} }"),
        ("A { x: {1} }", "A { x: {1, 1} }"),
        (r#"{"a":"b c"}"#, r#"{"a":"b","c":""}"#),
        ("A { since: 1s }", "A { since: 2s }"),
        ("A { cap: 1s }", "A { cap: 2s }"),
        ("A { x: 10.0.0.1 }", "A { x: 10.0.0.2 }"),
    ] {
        assert_ne!(hash(one, 0), hash(other, 0), "{one}");
    }
}

#[test]
#[should_panic(expected = "what is 1004 in the field \"new\"?")]
fn a_number_that_nobody_has_said_the_meaning_of_is_not_taken() {
    Sketch::of_text(Kind::Machine, "A { new: 1004 }");
}
