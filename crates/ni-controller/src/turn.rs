// SPDX-License-Identifier: Apache-2.0

//! How long a thread is kept at a time: whatever else it has to do waits as long, on the loop's thread the Lease and probes too.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::metrics::Metrics;

/// CPU time that this thread has used. Not the time that passed: where others use the processor, no slice would help.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or(Duration::ZERO)
}

/// Runs `work`, and measures each of its turns: from where the runtime calls it to where it gives way.
pub async fn measured<T>(metrics: &Metrics, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| turn(metrics, work.as_mut(), context)).await
}

fn turn<T>(
    metrics: &Metrics,
    work: Pin<&mut impl Future<Output = T>>,
    context: &mut Context<'_>,
) -> Poll<T> {
    let begun = used();
    let poll = work.poll(context);
    metrics.turn(used().saturating_sub(begun));
    poll
}
