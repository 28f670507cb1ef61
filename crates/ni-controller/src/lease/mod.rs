// SPDX-License-Identifier: Apache-2.0

//! Leader election by a Lease (coordination.k8s.io/v1): of several replicas, one writes.
//!
//! The others keep a warm world and write nothing, so a takeover costs no more than the wait for the Lease.
//!
//! # Why two never write at once
//!
//! Whoever has written the Lease leads until [`Times::renew_deadline`] after *sending* that write, by its own monotonic
//! clock, and looks at that clock before each request. Whoever else has seen that write waits [`Times::duration`] from
//! *seeing* it, by its own clock, and then takes the Lease by the version that it saw. No wall clocks are compared: the
//! times in a Lease are for people, and for noticing that it was renewed. So clocks may be set, and may even run at
//! speeds that differ by duration / `renew_deadline`; a process that was stopped finds its term over when it wakes.
//!
//! What is on its way to the API server can't be called back. Preconditions on writes (ARCHITECTURE.md) cover that.
//!
//! # How a restored API server is noticed
//!
//! Every replica asks for the Lease every few seconds, and compares it with what it has seen. A Lease that is missing, of another
//! UID or of an older version shows that the API server went back to an older state (or that somebody has deleted
//! the Lease). The replica's term is over at once, and it lists everything again. A replica that sees the Lease only after
//! others have written it again, so that it is newer than ever, knows by `Record::taken`: nobody writes the Lease but by
//! the version that it has read, so who takes it first after a restore finds a version older than the one that was seen
//! before, and writes that down.
//!
//! Such a replica takes the Lease only [`Times::duration`] later: meanwhile the one that led by a Lease that is gone has
//! noticed, or its term is over. It may itself go on at once if it was that one. What this can't cover is a process
//! that had not seen the Lease since the backup, and finds it free, within [`Times::renew_deadline`] of the last renewal before
//! the restore: preconditions have to.
//!
//! # What becomes of a leader that can't renew
//!
//! It stands by again, and does not exit: an API server that is away for minutes would have all replicas restarted by
//! the kubelet, ever more slowly, and be back long before them.

mod elector;
mod history;
mod keep;
mod record;
#[cfg(test)]
mod simulation;
mod term;

use std::time::Duration;

pub use elector::{Answer, Elector, Request, Role, Step};
pub use keep::{Keeper, keep};
pub use record::{Record, Shown, Taken};
pub use term::{Standing, Term};

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// How long others wait after the last renewal that they saw. Whole seconds, as the Lease has no smaller ones.
    pub duration: Duration,
    /// How long after sending its last renewal a leader writes.
    pub renew_deadline: Duration,
    /// Time between renewals. Who does not lead looks two to four times as often.
    pub retry_period: Duration,
}

/// Times with which the Lease would not keep its promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimesError {
    /// Of the duration.
    #[error("--lease-duration must be whole seconds, at least one")]
    NotWholeSeconds,
    /// Of the deadline: others would take the Lease while its holder writes.
    #[error("--lease-renew-deadline must be less than --lease-duration")]
    DeadlineTooLate,
    /// Of the period: one renewal that fails would end a term.
    #[error("--lease-retry-period must be at most half of --lease-renew-deadline, and more than 0")]
    RetriesTooRare,
}

impl Times {
    /// These times, if they fit each other.
    ///
    /// # Errors
    /// Names the flag to change.
    pub fn new(
        duration: Duration,
        renew_deadline: Duration,
        retry_period: Duration,
    ) -> Result<Self, TimesError> {
        if duration.is_zero() || duration.subsec_nanos() != 0 {
            return Err(TimesError::NotWholeSeconds);
        }
        if renew_deadline >= duration {
            return Err(TimesError::DeadlineTooLate);
        }
        if retry_period.is_zero() || retry_period * 2 > renew_deadline {
            return Err(TimesError::RetriesTooRare);
        }
        Ok(Self {
            duration,
            renew_deadline,
            retry_period,
        })
    }

    /// How long one request about the Lease may take: half of the deadline, so that a leader whose connection hangs has
    /// time for another.
    pub fn request_timeout(&self) -> Duration {
        self.renew_deadline / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_do_not_fit_each_other_are_refused() {
        let cases = [
            (15_000, 10_000, 2000, Ok(())),
            (1000, 900, 450, Ok(())),
            (0, 0, 0, Err(TimesError::NotWholeSeconds)),
            (1500, 900, 200, Err(TimesError::NotWholeSeconds)),
            (15_000, 15_000, 2000, Err(TimesError::DeadlineTooLate)),
            (15_000, 10_000, 5001, Err(TimesError::RetriesTooRare)),
            (15_000, 10_000, 0, Err(TimesError::RetriesTooRare)),
        ];
        for (duration, deadline, retry, expected) in cases {
            let millis = Duration::from_millis;
            let times = Times::new(millis(duration), millis(deadline), millis(retry));
            assert_eq!(times.map(drop), expected, "{duration} {deadline} {retry}");
        }
    }
}
