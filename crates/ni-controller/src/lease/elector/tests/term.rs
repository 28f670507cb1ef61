// SPDX-License-Identifier: Apache-2.0

//! A term: how it begins, goes on and ends.

use super::*;

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
    // The Lease names it as holder, but that does not make it lead: nobody knows when that write was sent.
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
