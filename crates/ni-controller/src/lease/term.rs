// SPDX-License-Identifier: Apache-2.0

//! Whether this process may write, at any moment.

use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use tokio::sync::watch;

use crate::restored::WentBack;

/// Where the election stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Until when this process may write, by its own monotonic clock, if at all; that goes on while the process is stopped.
    pub until: Option<Instant>,
    /// How often the API server was found to have gone back to an older state, and what has shown it last.
    pub went_back: (u64, Option<WentBack>),
}

/// Whether this process may write; clones share it.
#[derive(Clone, Debug)]
pub struct Term(Option<watch::Receiver<Standing>>);

impl Term {
    /// A term that never ends, for a process that takes part in no election.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// As what is sent says.
    pub(super) fn of(standing: watch::Receiver<Standing>) -> Self {
        Self(Some(standing))
    }

    /// Whether it may write now.
    pub fn holds(&self) -> bool {
        let Some(standing) = &self.0 else {
            return true;
        };
        let until = standing.borrow().until;
        until.is_some_and(|until| Instant::now() < until)
    }

    /// How often the API server was found to have gone back to an older state. What was planned before is not to be sent, also
    /// where the term holds again.
    pub fn restores(&self) -> u64 {
        let standing = self.0.as_ref();
        standing.map_or(0, |all| all.borrow().went_back.0)
    }

    /// What has shown that last.
    pub fn proof(&self) -> Option<WentBack> {
        let standing = self.0.as_ref()?;
        standing.borrow().went_back.1.clone()
    }

    /// Resolves when a term has begun, was prolonged or has ended, or when the API server went back.
    pub async fn changed(&mut self) {
        let Some(standing) = &mut self.0 else {
            return std::future::pending().await;
        };
        let until = standing.borrow().until;
        let until = until.filter(|until| Instant::now() < *until);
        let end = async move {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        let news = async {
            if standing.changed().await.is_err() {
                // Nobody keeps the Lease any more: it is not prolonged again.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = end => {}
            () = news => {}
        }
    }

    /// What `writing` gives, as long as this term lasts. It is asked before every step: who was stopped while it waited
    /// for a connection does not send when it wakes.
    pub async fn guard<F: Future>(&self, writing: F) -> Option<F::Output> {
        let mut writing = pin!(writing);
        let restores = self.restores();
        std::future::poll_fn(|context| {
            if self.holds() && self.restores() == restores {
                writing.as_mut().poll(context).map(Some)
            } else {
                Poll::Ready(None)
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn until(end: Instant) -> Standing {
        Standing {
            until: Some(end),
            ..Standing::default()
        }
    }

    #[tokio::test]
    async fn it_holds_until_its_time_and_no_step_is_taken_after() {
        assert!(Term::unlimited().holds());
        let (set, standing) = watch::channel(Standing::default());
        let mut term = Term::of(standing);
        assert!(!term.holds());
        assert_eq!(term.guard(async { 1 }).await, None);
        set.send_replace(until(Instant::now() + Duration::from_mins(1)));
        term.changed().await;
        assert_eq!(term.guard(async { 1 }).await, Some(1));

        let mut steps = 0;
        let ended = term
            .guard(std::future::poll_fn(|context| {
                steps += 1;
                // As a process that is stopped now, and wakes when its term is over.
                set.send_replace(until(Instant::now()));
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            }))
            .await;
        assert_eq!((ended, steps), (None, 1));
    }

    #[tokio::test]
    async fn what_was_planned_before_the_server_went_back_is_not_sent_in_the_next_term() {
        let end = Instant::now() + Duration::from_mins(1);
        let (set, standing) = watch::channel(until(end));
        let term = Term::of(standing);
        let mut steps = 0;
        let ended = term
            .guard(std::future::poll_fn(|context| {
                steps += 1;
                set.send_modify(|standing| standing.went_back.0 += 1);
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            }))
            .await;
        assert_eq!((ended, steps, term.holds()), (None, 1, true));
        assert_eq!(term.guard(async { 1 }).await, Some(1));
    }

    #[tokio::test]
    async fn the_end_of_a_term_is_a_change() {
        let end = Instant::now() + Duration::from_millis(200);
        let (_set, standing) = watch::channel(until(end));
        let mut term = Term::of(standing);
        term.changed().await;
        assert!(Instant::now() >= end && !term.holds());
    }

    #[tokio::test]
    async fn nothing_changes_any_more_once_nobody_keeps_the_lease() {
        let (set, standing) = watch::channel(Standing::default());
        let mut term = Term::of(standing);
        drop(set);
        let changed = futures::FutureExt::now_or_never(term.changed());
        assert_eq!(changed, None);
    }
}
