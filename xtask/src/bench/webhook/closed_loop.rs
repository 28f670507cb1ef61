//! A closed loop: so many callers, each with one call under way, the next when the answer is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// What comes in much later than the loop ends does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a loop ends: at whichever comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) time: Duration,
    pub(crate) calls: u64,
}

impl Limit {
    /// The same with at most `calls`.
    pub(crate) fn at_most(self, calls: u64) -> Self {
        Self {
            calls: self.calls.min(calls),
            ..self
        }
    }
}

/// Makes one call after the other.
pub(crate) trait Caller: Send + 'static {
    /// Resolves when the answer is there; an error ends the loop.
    fn call(&mut self) -> impl Future<Output = Result<()>> + Send;
}

/// What came of a loop.
pub(crate) struct Driven<C> {
    /// To go on with.
    pub(crate) callers: Vec<C>,
    /// Of each call.
    pub(crate) latencies: Vec<Duration>,
    /// From the first call to the last answer.
    pub(crate) wall: Duration,
}

/// Has all of them call until `limit`.
pub(crate) async fn drive<C: Caller>(callers: Vec<C>, limit: Limit) -> Result<Driven<C>> {
    let left = Arc::new(AtomicU64::new(limit.calls));
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in callers {
        tasks.spawn(work(caller, begun + limit.time, left.clone()));
    }
    let (mut callers, mut latencies) = (Vec::new(), Vec::new());
    let all = async {
        while let Some(done) = tasks.join_next().await {
            let (caller, mut taken) = done??;
            callers.push(caller);
            latencies.append(&mut taken);
        }
        Ok::<(), anyhow::Error>(())
    };
    let ended = timeout(limit.time + PATIENCE, all).await;
    ended.context("a call was not answered")??;
    Ok(Driven {
        callers,
        latencies,
        wall: begun.elapsed(),
    })
}

async fn work<C: Caller>(
    mut caller: C,
    end: Instant,
    left: Arc<AtomicU64>,
) -> Result<(C, Vec<Duration>)> {
    let mut latencies = Vec::new();
    while Instant::now() < end && take_one(&left) {
        let begun = Instant::now();
        caller.call().await?;
        latencies.push(begun.elapsed());
    }
    Ok((caller, latencies))
}

fn take_one(left: &AtomicU64) -> bool {
    let order = Ordering::Relaxed;
    left.fetch_update(order, order, |left| left.checked_sub(1))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use anyhow::ensure;

    use super::*;

    struct Counter {
        calls: u64,
        most: u64,
    }

    impl Caller for Counter {
        async fn call(&mut self) -> Result<()> {
            self.calls += 1;
            ensure!(self.calls <= self.most, "once too often");
            tokio::task::yield_now().await;
            Ok(())
        }
    }

    fn counters(most: u64) -> Vec<Counter> {
        (0..3).map(|_| Counter { calls: 0, most }).collect()
    }

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn it_makes_no_more_calls_than_it_may_and_times_each() {
        let limit = Limit {
            time: LONG,
            calls: 100,
        }
        .at_most(50);
        let driven = drive(counters(u64::MAX), limit).await.expect("calls");
        assert_eq!(driven.latencies.len(), 50);
        let calls: u64 = driven.callers.iter().map(|caller| caller.calls).sum();
        assert_eq!(calls, 50);
    }

    #[tokio::test]
    async fn it_ends_in_time() {
        let limit = Limit {
            time: Duration::from_millis(20),
            calls: u64::MAX,
        };
        let driven = drive(counters(u64::MAX), limit).await.expect("calls");
        assert_eq!(driven.callers.len(), 3);
        assert!(driven.wall < LONG);
    }

    #[tokio::test]
    async fn one_error_ends_it() {
        let limit = Limit {
            time: LONG,
            calls: u64::MAX,
        };
        let error = drive(counters(5), limit).await.err().expect("an error");
        assert_eq!(error.to_string(), "once too often");
    }
}
