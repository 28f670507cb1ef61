// SPDX-License-Identifier: Apache-2.0

use super::*;

const TIMES: Times = Times {
    duration: Duration::from_secs(15),
    renew_deadline: Duration::from_secs(10),
    retry_period: Duration::from_secs(2),
};

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn elector() -> Elector {
    Elector::new("me".to_owned(), TIMES)
}

fn all_taken(versions: &[u64]) -> Vec<Taken> {
    let taken = versions.iter().map(|version| Taken {
        version: *version,
        at: Timestamp::UNIX_EPOCH,
    });
    taken.collect()
}

/// A Lease of this holder, renewed for the `renewal`th time.
fn shown(holder: Option<&str>, renewal: i64) -> Shown {
    let record = Record {
        holder: holder.map(str::to_owned),
        duration: Some(Duration::from_secs(15)),
        acquired: Some(Timestamp::UNIX_EPOCH),
        renewed: Timestamp::from_second(renewal).ok(),
        transitions: 4,
        taken: all_taken(&[3]),
    };
    Shown {
        record,
        version: renewal.to_string(),
        uid: "lease".to_owned(),
    }
}

fn held(holder: &str, renewal: i64) -> Answer {
    Answer::Shown(shown(Some(holder), renewal))
}

fn request(elector: &Elector, now: Duration) -> Request {
    match elector.next(now, Timestamp::UNIX_EPOCH) {
        Step::Send(request) => request,
        other => panic!("{other:?} at {now:?}"),
    }
}

/// What it sends at this time, answered at once like this.
fn answer(elector: &mut Elector, now: Duration, answer: Answer) -> Request {
    let sent = request(elector, now);
    elector.answer(&sent, answer, now, now);
    sent
}

/// What it has just written, as the API server shows it.
fn written(elector: &mut Elector, now: Duration, version: i64) -> Record {
    let sent = request(elector, now);
    let (Request::Create(record) | Request::Patch(record, _)) = &sent else {
        panic!("{sent:?}");
    };
    let shown = Shown {
        record: record.clone(),
        version: version.to_string(),
        uid: "lease".to_owned(),
    };
    elector.answer(&sent, Answer::Shown(shown), now, now);
    record.clone()
}

/// One that leads since second 0.
fn leader() -> Elector {
    let mut elector = elector();
    answer(&mut elector, at(0), Answer::Missing);
    written(&mut elector, at(0), 1);
    assert_eq!(elector.role(at(0)), Role::Leading);
    elector
}

/// One that has seen another's Lease at second 0.
fn standby() -> Elector {
    let mut elector = elector();
    answer(&mut elector, at(0), held("other", 1));
    elector
}

fn restores(elector: &Elector) -> u64 {
    elector.went_back().0
}

fn standing_by(holder: Option<&str>) -> Role {
    Role::Standby(holder.map(str::to_owned))
}

#[test]
fn where_there_is_no_lease_it_makes_one_and_leads() {
    let mut elector = elector();
    assert_eq!(answer(&mut elector, at(0), Answer::Missing), Request::Read);
    let made = written(&mut elector, at(0), 1);
    assert_eq!((made.holder.as_deref(), made.transitions), (Some("me"), 0));
    assert_eq!(elector.leads_until(), Some(at(10)));
}

#[test]
fn who_loses_the_race_for_a_new_lease_looks_before_it_tries_again() {
    let mut elector = elector();
    answer(&mut elector, at(0), Answer::Missing);
    answer(&mut elector, at(0), Answer::Conflict);
    let sent = answer(&mut elector, at(2), held("other", 1));
    assert_eq!(sent, Request::Read);
    assert_eq!(elector.role(at(2)), standing_by(Some("other")));
}

#[test]
fn a_leader_renews_every_period_and_leads_from_when_it_sent_that() {
    let mut elector = leader();
    assert_eq!(
        elector.next(at(1), Timestamp::UNIX_EPOCH),
        Step::Wait(at(2))
    );
    let sent = request(&elector, at(2));
    let Request::Patch(record, version) = &sent else {
        panic!("{sent:?}");
    };
    assert_eq!((record.transitions, &**version), (0, "1"));
    let renewed = Shown {
        record: record.clone(),
        version: "2".to_owned(),
        uid: "lease".to_owned(),
    };
    elector.answer(&sent, Answer::Shown(renewed), at(2), at(5));
    assert_eq!(elector.leads_until(), Some(at(12)));
}

#[test]
fn a_leader_that_cannot_renew_stops_at_the_deadline_and_may_lead_again() {
    let mut elector = leader();
    for second in 2..10 {
        answer(&mut elector, at(second), Answer::Failed);
        assert_eq!(elector.role(at(second)), Role::Leading, "{second}");
    }
    assert_eq!(elector.role(at(10)), standing_by(None));
    // Nobody took it meanwhile.
    answer(&mut elector, at(30), held("me", 1));
    written(&mut elector, at(30), 2);
    assert_eq!(elector.role(at(30)), Role::Leading);
}

#[test]
fn a_leader_whose_write_had_no_answer_looks_before_it_writes_again() {
    let mut elector = leader();
    answer(&mut elector, at(2), Answer::Failed);
    let sent = answer(&mut elector, at(3), held("me", 7));
    assert_eq!(sent, Request::Read);
    let Request::Patch(_, version) = request(&elector, at(3)) else {
        panic!("no renewal");
    };
    assert_eq!(version, "7");
    // That it is the holder is no promise yet: the write that made it so was sent long ago, who knows when.
    assert_eq!(elector.leads_until(), Some(at(10)));
}

#[test]
fn a_leader_that_sees_another_holder_stops_at_once() {
    let mut elector = leader();
    answer(&mut elector, at(2), Answer::Conflict);
    // It looks at once: as long as it does not know better it leads.
    answer(&mut elector, at(2), held("other", 2));
    assert_eq!(elector.role(at(2)), standing_by(Some("other")));
    assert_eq!(elector.leads_until(), None);
    assert_eq!(restores(&elector), 0);
}

#[test]
fn a_leader_makes_its_lease_again_that_somebody_has_deleted() {
    let mut elector = leader();
    answer(&mut elector, at(2), Answer::Missing);
    // As if the server had gone back to before the Lease was made.
    assert_eq!((elector.leads_until(), restores(&elector)), (None, 1));
    written(&mut elector, at(2), 9);
    assert_eq!(elector.leads_until(), Some(at(12)));
    assert_eq!(restores(&elector), 1);
}

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

#[test]
fn who_leaves_stops_leading_first_and_then_gives_the_lease_up() {
    let mut elector = leader();
    elector.leave(at(1));
    assert_eq!(elector.leads_until(), None);
    let released = written(&mut elector, at(1), 2);
    assert_eq!(released.holder, None);
    assert_eq!(elector.next(at(1), Timestamp::UNIX_EPOCH), Step::Done);
}

#[test]
fn who_leaves_gives_up_only_what_is_its_own() {
    let mut other = standby();
    other.leave(at(1));
    assert_eq!(other.next(at(1), Timestamp::UNIX_EPOCH), Step::Done);

    let mut deposed = leader();
    deposed.leave(at(1));
    answer(&mut deposed, at(1), Answer::Conflict);
    answer(&mut deposed, at(3), held("other", 2));
    assert_eq!(deposed.next(at(5), Timestamp::UNIX_EPOCH), Step::Done);
}

/// As `shown`, of a Lease that was taken at these versions.
fn shown_taken(holder: &str, renewal: i64, taken: &[u64]) -> Shown {
    let mut shown = shown(Some(holder), renewal);
    shown.record.taken = all_taken(taken);
    shown
}

#[test]
fn a_lease_of_another_history_is_known_by_version_uid_and_who_took_it() {
    let other_uid = Shown {
        uid: "another".to_owned(),
        ..shown(Some("other"), 60)
    };
    let renewed_by_another = Shown {
        record: shown(Some("third"), 60).record,
        ..shown(Some("other"), 60)
    };
    let mut same_version = shown(Some("third"), 60);
    same_version.record.taken[0].at = Timestamp::MAX;
    let older = |version: &str| Shown {
        version: version.to_owned(),
        ..shown(Some("other"), 60)
    };
    for (now, expected) in [
        (shown(Some("other"), 49), 1),
        (older("9"), 1),
        (other_uid, 1),
        // It was taken at a version before the one that was seen, and is newer again.
        (shown_taken("other", 60, &[3, 49]), 1),
        (shown_taken("me", 60, &[3, 49]), 1),
        (shown_taken("other", 90, &[3, 49, 60, 70]), 1),
        // The term that was seen is none of this history, also where one began with the same version of the Lease.
        (shown_taken("other", 90, &[2, 60]), 1),
        (same_version, 1),
        (shown_taken("other", 90, &[]), 1),
        // As it should be: it stays, is renewed, is taken by others and given up.
        (shown(Some("other"), 50), 0),
        (shown(Some("other"), 51), 0),
        (shown(None, 51), 0),
        (renewed_by_another, 0),
        (shown_taken("third", 60, &[3, 50]), 0),
        (shown_taken("third", 90, &[2, 3, 59, 70]), 0),
        // Not known to be older.
        (older("abc"), 0),
    ] {
        let mut elector = elector();
        answer(&mut elector, at(0), held("other", 50));
        answer(&mut elector, at(1), Answer::Shown(now.clone()));
        assert_eq!(restores(&elector), expected, "{now:?}");
        // The next is compared with this one.
        answer(&mut elector, at(30), Answer::Shown(now.clone()));
        assert_eq!(restores(&elector), expected, "{now:?}, again");
    }
}

#[test]
fn a_term_that_goes_on_is_no_sign_of_another_history() {
    let mut elector = elector();
    for (second, holder) in [(0, Some("other")), (1, Some("other")), (2, None)] {
        let shown = shown(holder, 50 + second);
        answer(
            &mut elector,
            at(second.unsigned_abs()),
            Answer::Shown(shown),
        );
    }
    let taken = written(&mut elector, at(2), 53);
    assert_eq!(taken.taken, all_taken(&[3, 52]));
    let renewed = written(&mut elector, at(4), 54);
    assert_eq!(renewed.taken, taken.taken, "as long as the term lasts");
    assert_eq!(restores(&elector), 0);
}

#[test]
fn a_leader_that_finds_the_server_gone_back_ends_its_term_and_takes_its_lease_anew() {
    let mut elector = leader();
    written(&mut elector, at(2), 50);
    answer(&mut elector, at(4), Answer::Conflict);
    answer(&mut elector, at(4), held("me", 20));
    assert_eq!((elector.leads_until(), restores(&elector)), (None, 1));
    let taken = written(&mut elector, at(4), 61).taken;
    assert_eq!(
        taken,
        all_taken(&[3, 20]),
        "so that others who have seen 50 know"
    );
    assert_eq!(elector.leads_until(), Some(at(14)));
}

#[test]
fn whoever_did_not_lead_when_the_server_went_back_waits_for_the_term_of_who_did() {
    // By the restored Lease it is free, or this one's own.
    for holder in [None, Some("me")] {
        let mut elector = elector();
        answer(&mut elector, at(0), held("other", 50));
        answer(&mut elector, at(1), Answer::Shown(shown(holder, 20)));
        assert_eq!(elector.role(at(1)), standing_by(None));
        assert_eq!(request(&elector, at(15)), Request::Read, "{holder:?}");
        let taken = written(&mut elector, at(16), 61);
        assert_eq!((taken.taken, restores(&elector)), (all_taken(&[3, 20]), 1));
    }
}
