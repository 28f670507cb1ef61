//! Whether this process may write, at any moment.

use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use tokio::sync::watch;

/// Whether this process may write; clones share it.
#[derive(Clone, Debug)]
pub struct Term(Option<watch::Receiver<Option<Instant>>>);

impl Term {
    /// Without an election: for ever.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Until the time that is sent, by this process's monotonic clock; that goes on while the process is stopped.
    pub(super) fn until(times: watch::Receiver<Option<Instant>>) -> Self {
        Self(Some(times))
    }

    /// Whether it may write now.
    pub fn holds(&self) -> bool {
        let Some(times) = &self.0 else { return true };
        times.borrow().is_some_and(|until| Instant::now() < until)
    }

    /// Resolves when a term has begun, was prolonged or has ended.
    pub async fn changed(&mut self) {
        let Some(times) = &mut self.0 else {
            return std::future::pending().await;
        };
        let until = times.borrow().filter(|until| Instant::now() < *until);
        let end = async move {
            match until {
                Some(until) => tokio::time::sleep_until(until.into()).await,
                None => std::future::pending().await,
            }
        };
        let news = async {
            if times.changed().await.is_err() {
                // Nobody keeps the Lease any more: it is not prolonged again.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = end => {}
            () = news => {}
        }
    }

    /// What `writing` gives, as long as the term lasts. It is asked before every step: who was stopped while it waited
    /// for a connection does not send when it wakes.
    pub async fn guard<F: Future>(&self, writing: F) -> Option<F::Output> {
        let mut writing = pin!(writing);
        std::future::poll_fn(|context| {
            if self.holds() {
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

    #[tokio::test]
    async fn it_holds_until_its_time_and_no_step_is_taken_after() {
        assert!(Term::unlimited().holds());
        let (set, times) = watch::channel(None);
        let mut term = Term::until(times);
        assert!(!term.holds());
        assert_eq!(term.guard(async { 1 }).await, None);
        set.send_replace(Some(Instant::now() + Duration::from_mins(1)));
        term.changed().await;
        assert_eq!(term.guard(async { 1 }).await, Some(1));

        let mut steps = 0;
        let ended = term
            .guard(std::future::poll_fn(|context| {
                steps += 1;
                // As a process that is stopped now, and wakes when its term is over.
                set.send_replace(Some(Instant::now()));
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            }))
            .await;
        assert_eq!((ended, steps), (None, 1));
    }

    #[tokio::test]
    async fn the_end_of_a_term_is_a_change() {
        let until = Instant::now() + Duration::from_millis(200);
        let (_set, times) = watch::channel(Some(until));
        let mut term = Term::until(times);
        term.changed().await;
        assert!(Instant::now() >= until && !term.holds());
    }

    #[tokio::test]
    async fn nothing_changes_any_more_once_nobody_keeps_the_lease() {
        let (set, times) = watch::channel(None);
        let mut term = Term::until(times);
        drop(set);
        let changed = futures::FutureExt::now_or_never(term.changed());
        assert_eq!(changed, None);
    }
}
