// SPDX-License-Identifier: Apache-2.0

//! Each state, and what follows from it. Times are seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::super::validity::Validity;
use super::super::pair::tests::{fake, hosts};
use super::*;

/// Pairs are valid from 0 to 1000, and renewed from 700 on.
const LIFETIME: u64 = 1000;
const ROTATE_BEFORE: u64 = 300;
const SETTLE: u64 = 10;

fn at(second: u64) -> SystemTime {
    // Not at the epoch itself, as some pairs are older.
    UNIX_EPOCH + Duration::from_secs(1_000_000 + second)
}

fn rules() -> Rules {
    Rules {
        names: hosts(&["a"]),
        rotate_before: Duration::from_secs(ROTATE_BEFORE),
        settle: Duration::from_secs(SETTLE),
        share: Share(0.0),
    }
}

fn pair_for(name: &str, from: u64, names: &[&str]) -> Pair {
    let validity = Validity {
        not_before: at(from),
        not_after: at(from + LIFETIME),
    };
    fake(name, validity, names)
}

fn pair(name: &str, from: u64) -> Pair {
    pair_for(name, from, &["a"])
}

fn with_next(current: Pair, next: Pair, trusted_since: Option<u64>) -> Content {
    let next = Some(Next {
        pair: next,
        trusted_since: trusted_since.map(at),
    });
    Content { current, next }
}

/// The old pair, from 0, and the new one, from 700.
fn both(trusted_since: Option<u64>) -> Content {
    with_next(pair("old", 0), pair("new", 700), trusted_since)
}

fn planned(content: &Content, bundles: Option<&[String]>, second: u64) -> Plan {
    let sight = Sight {
        stored: &Stored::Content(content.clone()),
        remembered: None,
        bundles,
    };
    plan(&sight, at(second), &rules())
}

fn told(content: &Content) -> Vec<String> {
    vec![content.bundle(), content.bundle()]
}

/// As `serves old; rests until 700`.
fn summary(plan: &Plan) -> String {
    let name = |pair: &Pair| {
        let mut words = pair.certificate().trim_end().split(' ');
        words.next_back().unwrap_or_default().to_owned()
    };
    let seconds = |time: SystemTime| time.duration_since(at(0)).expect("later").as_secs();
    let list = |names: &Names| names.iter().cloned().collect::<Vec<_>>().join("+");
    let serves = plan.serve.as_ref().map_or("nothing".to_owned(), name);
    let step = match &plan.step {
        Step::Rest(until) => format!("rests until {}", seconds(*until)),
        Step::Write(Draft::First(names)) => format!("writes a pair for {}", list(names)),
        Step::Write(Draft::Successor { current, names }) => {
            format!("writes {} and a pair for {}", name(current), list(names))
        }
        Step::Write(Draft::Known(content)) => match &content.next {
            None => format!("writes {}", name(&content.current)),
            Some(next) => {
                let since = next.trusted_since.map_or("not yet".to_owned(), |since| {
                    format!("since {}", seconds(since))
                });
                let (current, next) = (name(&content.current), name(&next.pair));
                format!("writes {current} and {next}, trusted {since}")
            }
        },
    };
    format!("serves {serves}; {step}")
}

#[test]
fn a_pair_alone_is_served_until_it_nears_its_end() {
    let old = Content::of(pair("old", 0));
    for (second, expected) in [
        (0, "serves old; rests until 700"),
        (699, "serves old; rests until 700"),
        (700, "serves old; writes old and a pair for a"),
        (1000, "serves old; writes old and a pair for a"),
        (1001, "serves nothing; writes a pair for a"),
        (9999, "serves nothing; writes a pair for a"),
    ] {
        let plan = planned(&old, Some(&told(&old)), second);
        assert_eq!(summary(&plan), expected, "at {second}");
        assert_eq!(plan.trust.as_deref(), Some("ca of old\n"));
    }
}

#[test]
fn a_next_pair_waits_until_all_configurations_trust_it() {
    let content = both(None);
    let old = Content::of(pair("old", 0)).bundle();
    let none = String::new();
    let bundle = content.bundle();
    let waits = "serves old; rests until 715";
    let goes_on = "serves old; writes old and new, trusted since 705";
    let cases: [(Option<&[&String]>, &str); 7] = [
        (None, waits),
        (Some(&[&old, &old]), waits),
        (Some(&[&bundle, &old]), waits),
        (Some(&[&none, &bundle]), waits),
        (Some(&[&bundle, &bundle]), goes_on),
        (Some(&[&bundle]), goes_on),
        // Nobody calls.
        (Some(&[]), goes_on),
    ];
    for (bundles, expected) in cases {
        let bundles = bundles.map(|all| all.iter().map(|one| (*one).clone()).collect::<Vec<_>>());
        let plan = planned(&content, bundles.as_deref(), 705);
        assert_eq!(summary(&plan), expected, "{bundles:?}");
        assert_eq!(plan.trust.as_deref(), Some("ca of old\nca of new\n"));
    }
}

#[test]
fn a_next_pair_that_is_trusted_is_served_once_that_has_settled() {
    let content = both(Some(705));
    for (second, expected) in [
        (705, "serves old; rests until 715"),
        (714, "serves old; rests until 715"),
        (715, "serves new; rests until 725"),
        (750, "serves new; rests until 760"),
        (764, "serves new; rests until 765"),
        (765, "serves new; writes new"),
        (1000, "serves new; writes new"),
    ] {
        for bundles in [None, Some(told(&content))] {
            let plan = planned(&content, bundles.as_deref(), second);
            assert_eq!(summary(&plan), expected, "at {second}");
            assert_eq!(plan.trust.as_deref(), Some("ca of old\nca of new\n"));
        }
    }
}

#[test]
fn a_pair_that_has_expired_is_not_waited_for() {
    let cases = [
        (both(None), 1001, "serves new; writes new"),
        (both(Some(999)), 1000, "serves old; rests until 1001"),
        (both(Some(999)), 1001, "serves new; writes new"),
        (both(Some(990)), 1000, "serves new; rests until 1001"),
        (both(None), 1701, "serves nothing; writes a pair for a"),
        (both(Some(705)), 1701, "serves nothing; writes a pair for a"),
    ];
    for (content, second, expected) in cases {
        let plan = planned(&content, None, second);
        assert_eq!(summary(&plan), expected, "{content:?} at {second}");
    }
}

#[test]
fn a_next_pair_that_cannot_be_used_is_replaced_while_nobody_serves_it() {
    let stuck = with_next(pair("old", 0), pair("new", 0), None);
    let expired = with_next(pair("old", 500), pair("new", 0), Some(705));
    let for_others = with_next(pair("old", 0), pair_for("new", 700, &["b"]), None);
    let cases = [
        (
            &stuck,
            699,
            "serves old; writes old and new, trusted since 699",
        ),
        (&stuck, 700, "serves old; writes old and a pair for a"),
        (&expired, 1001, "serves old; writes old and a pair for a"),
        (
            &for_others,
            701,
            "serves old; writes old and a pair for a+b",
        ),
    ];
    for (content, second, expected) in cases {
        let plan = planned(content, Some(&told(content)), second);
        assert_eq!(summary(&plan), expected, "{content:?} at {second}");
    }
    let served = with_next(pair("old", 0), pair_for("new", 700, &["b"]), Some(705));
    let plan = planned(&served, Some(&told(&served)), 750);
    assert_eq!(
        summary(&plan),
        "serves new; rests until 760",
        "others serve it"
    );
}

#[test]
fn a_pair_that_is_not_for_all_names_is_replaced_at_once_and_loses_no_name() {
    let cases = [
        (&["a"][..], "serves old; rests until 700"),
        (&["a", "b"], "serves old; rests until 700"),
        (&["b"], "serves old; writes old and a pair for a+b"),
        (&[], "serves old; writes old and a pair for a"),
    ];
    for (names, expected) in cases {
        let content = Content::of(pair_for("old", 0, names));
        let plan = planned(&content, Some(&told(&content)), 5);
        assert_eq!(summary(&plan), expected, "{names:?}");
    }
    let more = Content::of(pair_for("old", 0, &["a", "b"]));
    let plan = planned(&more, Some(&told(&more)), 700);
    assert_eq!(
        summary(&plan),
        "serves old; writes old and a pair for a",
        "what nobody needs goes with age"
    );
}

#[test]
fn what_is_not_valid_yet_is_left_to_those_whose_clock_is_right() {
    let early = Content::of(pair("old", 100));
    let plan = planned(&early, Some(&told(&early)), 50);
    assert_eq!(summary(&plan), "serves nothing; rests until 100");
    let complaint = plan.complaint.expect("a complaint");
    assert!(complaint.contains("valid only from"), "{complaint}");

    let content = with_next(pair("old", 0), pair("new", 800), Some(700));
    let plan = planned(&content, None, 750);
    assert_eq!(summary(&plan), "serves old; rests until 760");
}

#[test]
fn a_time_far_ahead_is_not_waited_for() {
    let content = both(Some(900));
    let plan = planned(&content, Some(&told(&content)), 705);
    assert_eq!(
        summary(&plan),
        "serves old; writes old and new, trusted since 705"
    );
}

#[test]
fn what_is_lost_is_stored_again_as_long_as_it_is_valid() {
    let old = Content::of(pair("old", 0));
    let (waiting, trusted) = (both(None), both(Some(705)));
    let damaged = |rest: Option<Pair>| Stored::Damaged {
        why: "x".to_owned(),
        rest,
    };
    let left = || Some(pair("left", 0));
    let cases = [
        (
            Stored::Nothing,
            None,
            5,
            "serves nothing; writes a pair for a",
        ),
        (
            damaged(None),
            None,
            5,
            "serves nothing; writes a pair for a",
        ),
        (
            damaged(left()),
            None,
            5,
            "serves left; writes left and a pair for a",
        ),
        (
            damaged(left()),
            None,
            1001,
            "serves nothing; writes a pair for a",
        ),
        (
            Stored::Nothing,
            Some(&old),
            5,
            "serves old; writes old and a pair for a",
        ),
        (
            Stored::Nothing,
            Some(&old),
            1001,
            "serves nothing; writes a pair for a",
        ),
        (
            damaged(left()),
            Some(&old),
            5,
            "serves old; writes old and a pair for a",
        ),
        (
            damaged(None),
            Some(&waiting),
            706,
            "serves old; writes old and new, trusted not yet",
        ),
        (
            damaged(None),
            Some(&trusted),
            706,
            "serves old; writes old and new, trusted not yet",
        ),
        (
            damaged(None),
            Some(&trusted),
            716,
            "serves new; writes old and new, trusted since 705",
        ),
        (
            damaged(None),
            Some(&trusted),
            1701,
            "serves nothing; writes a pair for a",
        ),
    ];
    for (stored, remembered, second, expected) in cases {
        let sight = Sight {
            stored: &stored,
            remembered,
            bundles: None,
        };
        let plan = plan(&sight, at(second), &rules());
        assert_eq!(
            summary(&plan),
            expected,
            "{stored:?}, {remembered:?} at {second}"
        );
        assert_eq!(plan.trust, None);
        assert_eq!(plan.complaint.is_some(), stored != Stored::Nothing);
    }
}

#[test]
fn replicas_begin_one_after_the_other() {
    let old = Content::of(pair("old", 0));
    let sight = Sight {
        stored: &Stored::Content(old.clone()),
        remembered: None,
        bundles: None,
    };
    for (share, expected) in [
        (0.0, "rests until 700"),
        (0.5, "rests until 707"),
        (1.0, "rests until 715"),
    ] {
        let rules = Rules {
            share: Share(share),
            ..rules()
        };
        let said = summary(&plan(&sight, at(5), &rules));
        assert_eq!(said, format!("serves old; {expected}"));
    }
}

#[test]
fn times_that_are_stored_are_whole_seconds_and_not_earlier() {
    let half = at(5) - Duration::from_millis(500);
    for (time, expected) in [
        (at(5), at(5)),
        (half, at(5)),
        (at(4) + Duration::from_nanos(1), at(5)),
    ] {
        assert_eq!(whole_second(time), expected);
    }
}
