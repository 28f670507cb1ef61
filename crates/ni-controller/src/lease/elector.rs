// SPDX-License-Identifier: Apache-2.0

//! Who leads, as one replica sees it: a state machine without I/O. Times come in as arguments: `now` since the start,
//! never going back, and `wall` for people to read in the Lease.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;

use super::history::Newest;
use super::{Record, Shown, Taken, Times};
use crate::restored::WentBack;

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// To ask again at this time.
    Wait(Duration),
    /// To send this, and hand in its answer.
    Send(Request),
    /// Nothing: it has left.
    Done,
}

/// A request about the Lease.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// What does it say?
    Read,
    /// It is to be there, and say this.
    Create(Record),
    /// It is to say this, if it is still of this version.
    Patch(Record, String),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The Lease.
    Shown(Shown),
    /// There is none.
    Missing,
    /// It is of another version, or there is one already.
    Conflict,
    /// None that is of use; a write may have been done.
    Failed,
}

/// What a replica is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It leads.
    Leading,
    /// Another one leads, or nobody that is known.
    Standby(Option<String>),
}

/// The newest that is known of the Lease.
#[derive(Debug)]
enum Known {
    /// It may be another than what was seen last: it is to be read first.
    Outdated,
    /// There is none.
    Missing,
    /// It is as seen last, and of this version.
    Version(String),
}

/// What the Lease said last, and since when it has said so.
#[derive(Debug)]
struct Seen {
    record: Record,
    since: Duration,
}

/// One replica's view of who leads.
#[derive(Debug)]
pub struct Elector {
    identity: String,
    times: Times,
    known: Known,
    newest: Option<Newest>,
    seen: Option<Seen>,
    /// Before this time it does not take the Lease, whatever that says.
    not_before: Duration,
    /// How often the API server went back to an older state, and how that showed last.
    went_back: (u64, Option<WentBack>),
    /// When the write was sent that made or kept the Lease ours.
    held: Option<Duration>,
    due: Duration,
    waits: u32,
    leaving: bool,
}

impl Elector {
    /// One that knows nothing yet. No other process, past or present, may have the same `identity`.
    pub fn new(identity: String, times: Times) -> Self {
        Self {
            identity,
            times,
            known: Known::Outdated,
            newest: None,
            seen: None,
            not_before: Duration::ZERO,
            went_back: (0, None),
            held: None,
            due: Duration::ZERO,
            waits: 0,
            leaving: false,
        }
    }

    /// Until when it leads, unless it renews the Lease; `None` where it does not.
    pub fn leads_until(&self) -> Option<Duration> {
        self.ends().filter(|_| !self.leaving)
    }

    /// When its term is over, or was.
    fn ends(&self) -> Option<Duration> {
        Some(self.held? + self.times.renew_deadline)
    }

    /// How often the API server was found to have gone back to an older state, and what has shown it last. What is known of
    /// other objects is then of another history.
    pub fn went_back(&self) -> &(u64, Option<WentBack>) {
        &self.went_back
    }

    /// What it is at this time.
    pub fn role(&self, now: Duration) -> Role {
        if self.leads_until().is_some_and(|until| now < until) {
            return Role::Leading;
        }
        let holder = self.holder().filter(|holder| **holder != self.identity);
        Role::Standby(holder.cloned())
    }

    /// Ends the term and releases the Lease. Call only when no write is in flight.
    pub fn leave(&mut self, now: Duration) {
        self.leaving = true;
        self.due = now;
    }

    /// What to do next.
    pub fn next(&self, now: Duration, wall: Timestamp) -> Step {
        if now < self.due {
            return Step::Wait(self.due);
        }
        if self.leaving {
            return self.give_up(now, wall);
        }
        Step::Send(match &self.known {
            Known::Missing if self.may_take(now) => Request::Create(self.claim(now, wall)),
            Known::Version(version) if self.may_take(now) => {
                Request::Patch(self.claim(now, wall), version.clone())
            }
            Known::Outdated | Known::Missing | Known::Version(_) => Request::Read,
        })
    }

    /// Takes in the answer to what was sent at `sent`.
    pub fn answer(&mut self, request: &Request, answer: Answer, sent: Duration, now: Duration) {
        match answer {
            Answer::Shown(shown) => {
                let newest = self.newest.as_ref();
                let proof = newest.and_then(|newest| newest.contradicted_by(&shown));
                let sound = proof.is_none();
                if let Some(proof) = proof {
                    self.distrust(proof, now);
                }
                self.see(shown, now);
                if sound && self.is_holder() && *request != Request::Read {
                    self.held = Some(sent);
                    self.due = sent + self.times.retry_period;
                }
            }
            Answer::Missing => {
                if let Some(newest) = self.newest.take() {
                    self.distrust(newest.missing(), now);
                }
                self.known = Known::Missing;
                self.take_or_wait(now);
            }
            Answer::Conflict if self.role(now) == Role::Leading => {
                self.known = Known::Outdated;
                self.due = now;
            }
            Answer::Conflict | Answer::Failed => {
                self.known = Known::Outdated;
                self.wait(now);
            }
        }
    }

    /// The API server went back: the term is over. Another replica may lead by a Lease that is gone, until its own term is
    /// over; nobody else does where this one led.
    fn distrust(&mut self, proof: WentBack, now: Duration) {
        if self.role(now) != Role::Leading {
            self.not_before = now + self.times.duration;
        }
        self.held = None;
        self.went_back = (self.went_back.0 + 1, Some(proof));
    }

    fn see(&mut self, shown: Shown, now: Duration) {
        self.newest = Some(Newest::of(&shown));
        self.known = Known::Version(shown.version);
        let last = self.seen.as_ref().map(|seen| &seen.record);
        if last != Some(&shown.record) {
            // By the time of the answer: the renewal that it shows was sent before.
            self.seen = Some(Seen {
                record: shown.record,
                since: now,
            });
        }
        if !self.is_holder() {
            self.held = None;
        }
        self.take_or_wait(now);
    }

    fn holder(&self) -> Option<&String> {
        self.seen.as_ref()?.record.holder.as_ref()
    }

    fn is_holder(&self) -> bool {
        self.holder() == Some(&self.identity)
    }

    /// Whether the Lease is ours, free, or was not renewed for as long as its holder had asked for. A Lease that somebody
    /// deletes is not free by that.
    fn may_take(&self, now: Duration) -> bool {
        self.free_at() <= now
    }

    fn free_at(&self) -> Duration {
        let others = self.seen.as_ref().filter(|_| !self.is_holder());
        let others = others.filter(|seen| seen.record.holder.is_some());
        let expires = others
            .map(|seen| seen.since + seen.record.duration.unwrap_or(self.times.duration))
            .unwrap_or_default();
        expires.max(self.not_before)
    }

    fn take_or_wait(&mut self, now: Duration) {
        if self.may_take(now) {
            self.due = now;
        } else {
            self.wait(now);
        }
    }

    /// Waits for the next look, or for the Lease to expire: between a quarter and half of the period, by jitter, so that
    /// replicas that started together do not stay in step.
    fn wait(&mut self, now: Duration) {
        self.waits = self.waits.wrapping_add(1);
        let mut hasher = DefaultHasher::new();
        (&self.identity, self.waits).hash(&mut hasher);
        let share =
            f64::from(u32::try_from(hasher.finish() >> 32).unwrap_or(0)) / f64::from(u32::MAX);
        let look = now + self.times.retry_period.mul_f64(0.25 + share / 4.0);
        let free = Some(self.free_at()).filter(|at| *at > now);
        self.due = free.map_or(look, |at| at.min(look));
    }

    fn claim(&self, now: Duration, wall: Timestamp) -> Record {
        let last = self.seen.as_ref().map(|seen| &seen.record);
        let own = last.filter(|_| self.is_holder());
        // A replica whose term was over takes the Lease again, even if nobody else had it.
        let kept = own.filter(|_| self.ends().is_some_and(|end| now < end));
        let again = match &self.known {
            Known::Version(version) => version.parse().ok(),
            Known::Outdated | Known::Missing => None,
        };
        let again = again.map(|version| Taken { version, at: wall });
        Record {
            holder: Some(self.identity.clone()),
            duration: Some(self.times.duration),
            acquired: kept.and_then(|record| record.acquired).or(Some(wall)),
            renewed: Some(wall),
            transitions: match (own, last) {
                (Some(own), _) => own.transitions,
                (None, Some(last)) => last.transitions.saturating_add(1),
                (None, None) => 0,
            },
            taken: match (kept, last) {
                (Some(kept), _) => kept.taken.clone(),
                (None, Some(last)) => last.taken_again(again),
                (None, None) => Vec::new(),
            },
        }
    }

    fn give_up(&self, now: Duration, wall: Timestamp) -> Step {
        let own = self.is_holder() && self.not_before <= now;
        match &self.known {
            Known::Outdated if own => Step::Send(Request::Read),
            Known::Version(version) if own => {
                let released = Record {
                    holder: None,
                    ..self.claim(now, wall)
                };
                Step::Send(Request::Patch(released, version.clone()))
            }
            Known::Outdated | Known::Missing | Known::Version(_) => Step::Done,
        }
    }
}

#[cfg(test)]
mod tests;
