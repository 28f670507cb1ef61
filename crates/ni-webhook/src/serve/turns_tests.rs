// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const STALL: Duration = Duration::from_millis(500);

#[test]
fn the_pace_is_that_of_the_request_timeout() {
    let pace = Pace::of(Duration::from_secs(4));
    assert_eq!(pace.stall, STALL);
    assert_eq!(pace.grace, Duration::from_secs(2));
    assert_eq!(Pace::of(Duration::from_secs(16)).stall, 4 * STALL);
    assert_eq!(
        Pace::of(Duration::from_hours(1)).grace,
        Duration::from_secs(15)
    );
}

#[test]
fn bodies_come_in_the_order_in_which_they_asked() {
    let (mut turns, now) = (Turns::new(10, STALL), Instant::now());
    let (first, granted) = turns.join(6, now);
    assert!(granted);
    let (large, granted) = turns.join(5, now);
    assert!(!granted);
    let (small, granted) = turns.join(1, now);
    assert!(!granted, "there is room, and another was first");
    assert_eq!(turns.leave(first, now), [large, small]);
    assert_eq!(turns.taken(), 6);
}

#[test]
fn who_leaves_the_line_lets_the_next_one_on() {
    let (mut turns, now) = (Turns::new(10, STALL), Instant::now());
    let (first, _) = turns.join(6, now);
    let (large, _) = turns.join(5, now);
    let (small, _) = turns.join(1, now);
    assert_eq!(turns.leave(large, now), [small]);
    assert!(turns.leave(small, now).is_empty());
    assert!(turns.leave(first, now).is_empty());
    assert_eq!(turns.taken(), 0);
}

#[test]
fn one_that_is_larger_than_all_there_is_waits_for_all_of_it() {
    let (mut turns, now) = (Turns::new(10, STALL), Instant::now());
    let (first, _) = turns.join(1, now);
    let (giant, granted) = turns.join(1000, now);
    assert!(!granted);
    assert_eq!(turns.leave(first, now), [giant]);
    assert_eq!(turns.taken(), 10);
}

#[test]
fn who_stalls_loses_its_turn_only_while_others_wait() {
    let (mut turns, begun) = (Turns::new(10, STALL), Instant::now());
    let (stalls, _) = turns.join(5, begun);
    let (comes_on, _) = turns.join(5, begun);
    let late = begun + STALL;
    turns.progress(comes_on, begun + STALL / 2);
    assert_eq!(turns.overdue(late), None, "nobody waits");
    let (_waits, granted) = turns.join(1, late);
    assert!(!granted);
    assert_eq!(turns.overdue(begun + STALL / 2), None);
    assert_eq!(turns.overdue(late), Some(stalls));
    assert_eq!(turns.overdue(late + STALL), Some(stalls), "the older one");
}

#[test]
fn a_body_that_is_here_keeps_its_turn() {
    let (mut turns, begun) = (Turns::new(10, STALL), Instant::now());
    let (here, _) = turns.join(10, begun);
    turns.complete(here);
    let (_waits, _) = turns.join(1, begun);
    assert_eq!(turns.overdue(begun + Duration::from_hours(1)), None);
    turns.expect_by(here, Some(begun));
    assert_eq!(turns.overdue(begun), Some(here));
}

proptest! {
    /// Whatever happens: no more is given than there is, in the order of asking, and all of it comes back.
    #[test]
    fn it_holds_of_any_history(steps in vec((any::<bool>(), 0..15_usize, any::<prop::sample::Index>()), 0..100)) {
        let (mut turns, now) = (Turns::new(10, STALL), Instant::now());
        let mut asked: BTreeMap<Id, usize> = BTreeMap::new();
        let mut having: BTreeSet<Id> = BTreeSet::new();
        for (joins, bytes, index) in steps {
            if joins {
                let (id, granted) = turns.join(bytes, now);
                asked.insert(id, bytes.min(10));
                if granted {
                    having.insert(id);
                }
            } else if !asked.is_empty() {
                let id = *asked.keys().nth(index.index(asked.len())).expect("one of them");
                asked.remove(&id);
                having.remove(&id);
                having.extend(turns.leave(id, now));
            }
            let taken: usize = having.iter().map(|id| asked[id]).sum();
            prop_assert!(taken <= 10);
            prop_assert_eq!(turns.taken(), taken);
            let first_waiting = asked.keys().find(|id| !having.contains(id));
            if let Some(first) = first_waiting {
                prop_assert!(taken + asked[first] > 10, "the first in line would fit");
                prop_assert!(having.iter().all(|id| id < first), "somebody went before");
            }
        }
        for id in asked.into_keys() {
            turns.leave(id, now);
        }
        prop_assert_eq!(turns.taken(), 0);
    }
}
