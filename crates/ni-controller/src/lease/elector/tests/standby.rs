// SPDX-License-Identifier: Apache-2.0

//! Who does not lead: how often it looks, and when the Lease is free for it.

use super::*;

#[test]
fn a_standby_looks_more_often_than_the_leader_renews_and_not_in_step_with_others() {
    let mut pauses = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let mut elector = Elector::new(name.to_owned(), TIMES);
        answer(&mut elector, at(0), held("other", 1));
        let Step::Wait(pause) = elector.next(at(0), Timestamp::UNIX_EPOCH) else {
            panic!("no wait");
        };
        assert!((500..=1000).contains(&pause.as_millis()), "{pause:?}");
        pauses.push(pause);
    }
    pauses.sort();
    pauses.dedup();
    assert_eq!(pauses.len(), 4);
}

#[test]
fn a_standby_takes_the_lease_once_it_was_not_renewed_for_its_duration_as_seen_from_here() {
    let mut elector = standby();
    // The clock of the holder says anything; that it says something else is what counts.
    for second in 2..17 {
        let sent = answer(&mut elector, at(second), held("other", -1_000_000));
        assert_eq!(sent, Request::Read, "{second}");
    }
    let taken = written(&mut elector, at(17), 3);
    assert_eq!(taken.transitions, 5);
    assert_eq!(elector.role(at(17)), Role::Leading);
}

#[test]
fn a_standby_wakes_at_the_moment_at_which_the_lease_expires() {
    let mut elector = standby();
    let mut now = at(0);
    while let Step::Wait(until) = elector.next(now, Timestamp::UNIX_EPOCH) {
        now = until;
        if now < at(15) {
            answer(&mut elector, now, held("other", 1));
        }
    }
    assert_eq!(now, at(15));
}

#[test]
fn another_label_on_the_lease_is_no_renewal() {
    let mut elector = standby();
    let labelled = Shown {
        version: "2".to_owned(),
        ..shown(Some("other"), 1)
    };
    answer(&mut elector, at(10), Answer::Shown(labelled));
    let Request::Patch(_, version) = request(&elector, at(15)) else {
        panic!("it did not expire");
    };
    assert_eq!(version, "2");
}

#[test]
fn the_holder_says_how_long_others_wait() {
    let mut elector = elector();
    let mut longer = shown(Some("other"), 1);
    longer.record.duration = Some(at(60));
    answer(&mut elector, at(0), Answer::Shown(longer));
    assert_eq!(request(&elector, at(59)), Request::Read);
    assert!(matches!(request(&elector, at(60)), Request::Patch(..)));
}

#[test]
fn a_lease_that_is_given_up_is_taken_at_once_by_one() {
    let mut elector = standby();
    answer(&mut elector, at(1), Answer::Shown(shown(None, 2)));
    assert!(matches!(request(&elector, at(1)), Request::Patch(..)));
    answer(&mut elector, at(1), Answer::Conflict);
    assert_eq!(request(&elector, at(2)), Request::Read);
}

#[test]
fn a_lease_that_somebody_deletes_while_it_is_held_is_not_free() {
    let mut elector = standby();
    for second in 1..16 {
        let sent = answer(&mut elector, at(second), Answer::Missing);
        assert_eq!(sent, Request::Read, "{second}");
    }
    assert!(matches!(request(&elector, at(16)), Request::Create(_)));
    assert_eq!(restores(&elector), 1, "once");
}
