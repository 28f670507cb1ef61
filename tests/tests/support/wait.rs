// SPDX-License-Identifier: Apache-2.0

//! Waiting by condition, never by time.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Long enough for a busy machine: only a failing test waits for it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until the answer is good; a bad one says what is missing, and the last of them is the failure.
pub(crate) async fn eventually<T, E, F>(what: &str, ask: impl FnMut() -> F) -> T
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    eventually_within(PATIENCE, what, ask).await
}

/// As `eventually`, for what takes long by itself.
pub(crate) async fn eventually_within<T, E, F>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T
where
    E: Display,
    F: Future<Output = Result<T, E>>,
{
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(10);
    loop {
        match ask().await {
            Ok(good) => return good,
            Err(bad) if Instant::now() > deadline => {
                panic!("{what}: not within {patience:?}: {bad}")
            }
            Err(_) => sleep(pause).await,
        }
        pause = (pause * 3 / 2).min(Duration::from_millis(200));
    }
}
