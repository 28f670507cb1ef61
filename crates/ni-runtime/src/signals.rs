// SPDX-License-Identifier: Apache-2.0

//! The signals that end a program.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves on SIGTERM or SIGINT, from now on: before it is awaited as well.
///
/// # Errors
/// If the process can't listen for them.
pub fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
