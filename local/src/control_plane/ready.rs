// SPDX-License-Identifier: Apache-2.0

//! Waiting for servers to be ready.

use std::time::Duration;

use anyhow::{Result, bail};
use kube::Client;
use tokio::time::{Instant, sleep};

use super::http::answers_ok;
use crate::process::{Tied, log_tail};

/// A cold start on a busy machine; a server that cannot start ends by itself much earlier.
const PATIENCE: Duration = Duration::from_mins(2);

/// Longer than the API server's own checks of etcd take together, so that an answer names the one that fails.
const ANSWER: Duration = Duration::from_secs(10);

/// Returns as soon as the server's health path answers; fails when the server ends before.
pub async fn wait_until_ok(server: &mut Tied, client: &Client, path: &str) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while let Err(reason) = answers_ok(client, path, ANSWER).await {
        server.check()?;
        if Instant::now() > deadline {
            let tail = server.log().map(log_tail).unwrap_or_default();
            let name = server.name();
            bail!("{name} is not ready after {PATIENCE:?}: {reason:#}{tail}");
        }
        sleep(Duration::from_millis(30)).await;
    }
    // Somebody else may be answering on that port.
    server.check()
}
