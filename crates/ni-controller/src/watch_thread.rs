// SPDX-License-Identifier: Apache-2.0

//! A thread of the watches' own: while it decodes what comes, the loop takes in what came before.

use anyhow::Context;
use kube::Client;
use tokio::runtime::{Builder, Runtime};

use crate::watch::Source;

/// The thread. Its watches end with it.
#[derive(Debug)]
pub struct WatchThread(Option<Runtime>);

impl WatchThread {
    /// Starts it.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start() -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("watches")
            .enable_all()
            .build();
        let runtime = runtime.context("cannot start the thread of the watches")?;
        Ok(Self(Some(runtime)))
    }

    /// Has watches run on it, by a client that is made there: so its connections are served there too.
    ///
    /// # Errors
    /// Those of `connect`.
    pub async fn source(
        &self,
        connect: impl Future<Output = anyhow::Result<Client>> + Send + 'static,
    ) -> anyhow::Result<Source> {
        let runtime = self.0.as_ref().context("the watches have ended")?;
        let client = runtime.spawn(connect).await??;
        Ok(Source::on(client, runtime.handle().clone()))
    }
}

impl Drop for WatchThread {
    fn drop(&mut self) {
        // Without waiting: whoever drops it may run on a runtime, where nobody may wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
