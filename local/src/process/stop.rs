// SPDX-License-Identifier: Apache-2.0

//! Ending processes, by themselves if they can and by force if they do not.

use std::time::Duration;

use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::Identity;

/// Asks the process to end and kills it when it has not within `grace`. Returns once it is gone.
pub async fn stop(process: &Identity, grace: Duration) {
    if !grace.is_zero() {
        process.signal(Signal::TERM);
        gone_within(process, grace).await;
    }
    process.signal_group(Signal::KILL);
    gone_within(process, Duration::from_secs(5)).await;
}

async fn gone_within(process: &Identity, time: Duration) {
    let deadline = Instant::now() + time;
    while process.is_alive() && Instant::now() < deadline {
        // Not our child, perhaps: there is nothing portable to wait on.
        sleep(Duration::from_millis(10)).await;
    }
}
