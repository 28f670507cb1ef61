// SPDX-License-Identifier: Apache-2.0

//! A closed loop: so many callers, each with one call under way, the next when the answer is there, or at its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

/// What comes in much later than the loop ends does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// When a loop ends: at whichever comes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) time: Duration,
    pub(crate) calls: u64,
    /// Calls a second, of all callers together; `None`: as many as they can.
    pub(crate) per_second: Option<u32>,
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
    let count = u32::try_from(callers.len())?;
    let pace = limit.per_second.map(|rate| Duration::from_secs(1) / rate);
    for (nth, caller) in (0..count).zip(callers) {
        // Callers take turns.
        let pace = pace.map(|apart| Pace {
            next: begun + apart * nth,
            apart: apart * count,
        });
        tasks.spawn(work(caller, pace, begun + limit.time, left.clone()));
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

/// When one caller calls.
struct Pace {
    next: Instant,
    apart: Duration,
}

impl Pace {
    /// Waits for the time of the next call, from which on it counts: that a call comes late because the last one took
    /// long is the callee's doing, and that a timer fires late is not.
    async fn begin(&mut self) -> Instant {
        let planned = self.next;
        self.next += self.apart;
        if planned <= Instant::now() {
            return planned;
        }
        sleep_until(planned.into()).await;
        Instant::now()
    }
}

async fn work<C: Caller>(
    mut caller: C,
    mut pace: Option<Pace>,
    end: Instant,
    left: Arc<AtomicU64>,
) -> Result<(C, Vec<Duration>)> {
    let mut latencies = Vec::new();
    while Instant::now() < end && take_one(&left) {
        let begun = match &mut pace {
            Some(pace) => pace.begin().await,
            None => Instant::now(),
        };
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
            per_second: None,
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
            per_second: None,
        };
        let driven = drive(counters(u64::MAX), limit).await.expect("calls");
        assert_eq!(driven.callers.len(), 3);
        assert!(driven.wall < LONG);
    }

    #[tokio::test]
    async fn it_keeps_to_a_rate() {
        let limit = Limit {
            time: LONG,
            calls: 50,
            per_second: Some(1000),
        };
        let driven = drive(counters(u64::MAX), limit).await.expect("calls");
        assert_eq!(driven.latencies.len(), 50);
        // The last of them is due after 49 ms.
        assert!(driven.wall >= Duration::from_millis(49));
    }

    /// Takes far longer than its pace allows.
    struct Slow;

    impl Caller for Slow {
        async fn call(&mut self) -> Result<()> {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_waits_for_a_slow_answer_counts_as_slow() {
        let limit = Limit {
            time: LONG,
            calls: 5,
            per_second: Some(1000),
        };
        let driven = drive(vec![Slow], limit).await.expect("calls");
        // Due after 4 ms, and begun after four others.
        assert!(driven.latencies[4] >= Duration::from_millis(5 * 20 - 4));
    }

    #[tokio::test]
    async fn one_error_ends_it() {
        let limit = Limit {
            time: LONG,
            calls: u64::MAX,
            per_second: None,
        };
        let error = drive(counters(5), limit).await.err().expect("an error");
        assert_eq!(error.to_string(), "once too often");
    }
}
