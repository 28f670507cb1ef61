// SPDX-License-Identifier: Apache-2.0

//! One replica and the Lease, step by step: what it sends, what it is, and for how long.

mod restored;
mod standby;
mod term;

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
