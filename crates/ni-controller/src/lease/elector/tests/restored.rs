// SPDX-License-Identifier: Apache-2.0

//! A Lease of another history: how a restored API server is noticed, and who may lead after that.

use super::*;

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
fn a_leader_that_finds_the_server_gone_back_ends_its_term_and_takes_its_lease_again() {
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
