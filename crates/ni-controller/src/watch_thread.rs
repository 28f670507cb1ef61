// SPDX-License-Identifier: Apache-2.0

//! A thread of the watches' own: while it decodes what comes, the loop takes in what came before.

use anyhow::Context;
use kube::Client;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::watch::Source;

/// The thread. Its watches end with it.
#[derive(Debug)]
pub struct WatchThread {
    handle: Handle,
    /// Dropped to end it.
    _end: oneshot::Sender<()>,
}

impl WatchThread {
    /// Starts it.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start() -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot start the runtime of the watches")?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("watches".to_owned());
        let run = move || {
            // Nothing is sent: the sender is dropped.
            let _ = runtime.block_on(ended);
            runtime.shutdown_background();
        };
        thread
            .spawn(run)
            .context("cannot start the thread of the watches")?;
        Ok(Self { handle, _end: end })
    }

    /// Has watches run on it, by a client that is made there: so its connections are served there too.
    ///
    /// # Errors
    /// Those of `connect`.
    pub async fn source(
        &self,
        connect: impl Future<Output = anyhow::Result<Client>> + Send + 'static,
    ) -> anyhow::Result<Source> {
        let client = self.handle.spawn(connect).await??;
        Ok(Source::on(client, self.handle.clone()))
    }
}
