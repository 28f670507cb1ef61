// SPDX-License-Identifier: Apache-2.0

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

use Stage::{Judging, Receiving, Sending};

/// A table whose entries are opened a second apart, and its clock.
struct Timed {
    table: Table,
    begun: Instant,
}

impl Timed {
    fn new(capacity: usize) -> Self {
        Self {
            table: Table::new(capacity),
            begun: Instant::now(),
        }
    }

    fn at(&self, seconds: f64) -> Instant {
        self.begun + Duration::from_secs_f64(seconds)
    }

    /// Entries that were opened at these times, and secured.
    fn open<const N: usize>(&mut self, times: [f64; N]) -> [Id; N] {
        times.map(|time| {
            let id = self.table.open(self.at(time)).expect("room");
            self.table.secured(id);
            id
        })
    }

    /// One request, from its beginning at `from` until its answer is sent at `to`.
    fn answer(&mut self, id: Id, from: f64, to: f64) {
        let (from, to) = (self.at(from), self.at(to));
        let table = &mut self.table;
        assert!(table.advance(id, None, Some(Receiving), from));
        assert!(table.advance(id, Some(Receiving), Some(Judging), from));
        assert!(table.advance(id, Some(Judging), Some(Sending), from));
        assert!(table.advance(id, Some(Sending), None, to));
    }

    fn begin(&mut self, id: Id, stages: &[Stage], time: f64) {
        let (mut before, now) = (None, self.at(time));
        for stage in stages {
            assert!(self.table.advance(id, before, Some(*stage), now));
            before = Some(*stage);
        }
    }

    fn evict(&mut self, time: f64) -> Option<(Id, Reason)> {
        let evicted = self.table.evict(self.at(time));
        if let Some((id, _)) = evicted {
            assert!(self.table.close(id));
        }
        evicted
    }
}

/// A table that is full: so many that are secured, then handshakes, opened one after the other at `time`.
fn with_handshakes(secured: usize, handshakes: usize, time: f64) -> (Timed, Vec<Id>, Vec<Id>) {
    let mut timed = Timed::new(secured + handshakes);
    let idle = (0..secured).map(|_| timed.open([0.0])[0]).collect();
    let begun = timed.at(time);
    let shaking = (0..handshakes).map(|_| timed.table.open(begun).expect("room"));
    let shaking = shaking.collect();
    assert_eq!(timed.table.open(begun), None);
    (timed, idle, shaking)
}

#[test]
fn handshakes_that_take_more_than_half_of_the_room_go_before_who_is_idle_longer() {
    let (mut timed, idle, shaking) = with_handshakes(2, 4, 10.0);
    assert_eq!(timed.evict(10.0), Some((shaking[0], Reason::Handshake)));
    assert_eq!(timed.evict(10.0), Some((idle[0], Reason::Idle)));
    assert_eq!(timed.evict(10.0), Some((idle[1], Reason::Idle)));
    assert_eq!(timed.evict(10.0), Some((shaking[1], Reason::Handshake)));
}

#[test]
fn a_handshake_is_not_driven_out_by_connections_that_are_held_open() {
    let (mut timed, idle, shaking) = with_handshakes(3, 1, 10.0);
    timed.begin(idle[0], &[Receiving], 9.0);
    let order = [
        (idle[1], Reason::Idle),
        (idle[2], Reason::Idle),
        (idle[0], Reason::Incomplete),
        (shaking[0], Reason::Handshake),
    ];
    for expected in order {
        assert_eq!(timed.evict(10.0), Some(expected));
    }
    assert_eq!(timed.evict(10.0), None);
}

#[test]
fn a_slow_handshake_goes_first() {
    let (mut timed, idle, shaking) = with_handshakes(3, 1, 10.0);
    assert_eq!(timed.evict(12.0), Some((shaking[0], Reason::Handshake)));
    assert_eq!(timed.evict(12.0), Some((idle[0], Reason::Idle)));
}

#[test]
fn of_the_idle_the_one_goes_whose_last_answer_is_oldest() {
    let mut timed = Timed::new(3);
    let [answered, never, twice] = timed.open([0.0, 1.0, 2.0]);
    timed.answer(twice, 2.0, 2.0);
    timed.answer(answered, 3.0, 3.0);
    timed.answer(twice, 4.0, 4.0);
    let order = [never, answered, twice];
    for id in order {
        assert_eq!(timed.evict(9.0), Some((id, Reason::Idle)));
    }
}

#[test]
fn a_request_that_never_became_whole_refreshes_nothing() {
    let mut timed = Timed::new(2);
    let [trickles, idle] = timed.open([0.0, 1.0]);
    timed.begin(trickles, &[Receiving], 5.0);
    let ended = timed.at(5.5);
    assert!(timed.table.advance(trickles, Some(Receiving), None, ended));
    assert_eq!(timed.evict(6.0), Some((trickles, Reason::Idle)));
    assert_eq!(timed.evict(6.0), Some((idle, Reason::Idle)));
}

#[test]
fn a_body_that_is_not_complete_in_time_counts_as_idle() {
    let mut timed = Timed::new(3);
    let [slow, idle, quick] = timed.open([0.0, 1.0, 0.5]);
    timed.begin(slow, &[Receiving], 5.0);
    timed.begin(quick, &[Receiving], 7.0);
    assert_eq!(timed.evict(7.5), Some((slow, Reason::Idle)));
    assert_eq!(timed.evict(7.5), Some((idle, Reason::Idle)));
    assert_eq!(timed.evict(7.5), Some((quick, Reason::Incomplete)));
}

#[test]
fn what_is_judged_stays_however_long_it_takes() {
    let mut timed = Timed::new(1);
    let [busy] = timed.open([0.0]);
    timed.begin(busy, &[Receiving, Judging], 0.0);
    timed.begin(busy, &[Receiving], 0.0);
    assert_eq!(timed.evict(1000.0), None);
    assert_eq!(timed.table.open(timed.at(1000.0)), None);
}

#[test]
fn an_answer_that_nobody_reads_protects_for_a_moment_only() {
    for (now, expected) in [(11.9, Reason::Incomplete), (12.0, Reason::Idle)] {
        let mut timed = Timed::new(1);
        let [deaf] = timed.open([0.0]);
        timed.begin(deaf, &[Receiving, Judging, Sending], 10.0);
        assert_eq!(timed.evict(now), Some((deaf, expected)));
    }
}

#[test]
fn an_answer_that_is_going_out_is_the_last_to_go() {
    let mut timed = Timed::new(3);
    let [answered, sending, judged] = timed.open([0.0, 0.0, 0.0]);
    timed.begin(answered, &[Receiving], 11.5);
    timed.begin(sending, &[Receiving, Judging, Sending], 11.0);
    timed.begin(judged, &[Receiving, Judging], 0.0);
    assert_eq!(timed.evict(11.9), Some((answered, Reason::Incomplete)));
    assert_eq!(timed.evict(11.9), Some((sending, Reason::Incomplete)));
    assert_eq!(timed.evict(11.9), None);
}

#[test]
fn one_goes_at_a_time_and_what_it_sends_then_comes_too_late() {
    let mut timed = Timed::new(2);
    let [first, _second] = timed.open([0.0, 1.0]);
    timed.begin(first, &[Receiving], 0.0);
    let now = timed.at(5.0);
    let table = &mut timed.table;
    assert_eq!(table.evict(now), Some((first, Reason::Idle)));
    assert_eq!(table.evict(now), None, "the first has not left");
    assert_eq!(table.open(now), None, "its room is still taken");
    assert!(!table.advance(first, Some(Receiving), Some(Judging), now));
    assert!(table.close(first));
    assert!(!table.close(first));
    assert!(table.open(now).is_some());
}

/// What happens to a table.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open,
    Secure,
    Advance,
    Close,
    Evict,
}

fn step() -> impl Strategy<Value = (Step, prop::sample::Index, u64)> {
    let steps = [
        Step::Open,
        Step::Secure,
        Step::Advance,
        Step::Close,
        Step::Evict,
    ];
    let step = prop::sample::select(steps.to_vec());
    (step, any::<prop::sample::Index>(), 0..3000_u64)
}

fn next(stage: Option<Stage>) -> Option<Stage> {
    match stage {
        None => Some(Receiving),
        Some(Receiving) => Some(Judging),
        Some(Judging) => Some(Sending),
        Some(Sending) => None,
    }
}

proptest! {
    /// Whatever happens: there are never too many, what is judged is never evicted, and where nothing is, somebody goes.
    #[test]
    fn it_holds_of_any_history(steps in vec(step(), 0..200)) {
        let mut table = Table::new(4);
        let mut now = Instant::now();
        let mut entries: Vec<(Id, Option<Stage>)> = Vec::new();
        for (step, index, millis) in steps {
            now += Duration::from_millis(millis);
            let chosen = (!entries.is_empty()).then(|| index.index(entries.len()));
            match (step, chosen) {
                (Step::Open, _) => {
                    let opened = table.open(now);
                    prop_assert_eq!(opened.is_some(), entries.len() < 4);
                    entries.extend(opened.map(|id| (id, None)));
                }
                (Step::Secure, Some(at)) => table.secured(entries[at].0),
                (Step::Advance, Some(at)) => {
                    let (id, stage) = entries[at];
                    table.secured(id);
                    prop_assert!(table.advance(id, stage, next(stage), now));
                    entries[at].1 = next(stage);
                }
                (Step::Close, Some(at)) => {
                    let (id, _) = entries.swap_remove(at);
                    prop_assert!(table.close(id));
                }
                (Step::Evict, _) => match table.evict(now) {
                    Some((id, _)) => {
                        let at = entries.iter().position(|entry| entry.0 == id);
                        let (_, stage) = entries.swap_remove(at.expect("one of them"));
                        prop_assert_ne!(stage, Some(Judging));
                        prop_assert!(table.close(id));
                    }
                    None => prop_assert!(
                        entries.iter().all(|entry| matches!(entry.1, Some(Judging | Sending)))
                    ),
                },
                (Step::Secure | Step::Advance | Step::Close, None) => {}
            }
            prop_assert_eq!(table.len(), entries.len());
        }
    }
}
