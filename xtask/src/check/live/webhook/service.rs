// SPDX-License-Identifier: Apache-2.0

//! A Service on loopback: it passes connections on to the replicas that are ready.

use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// The Service. It ends with this.
pub(super) struct Service {
    pub(super) port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Default)]
struct Shared {
    /// Ports of replicas that are ready.
    ready: Mutex<Vec<u16>>,
    next: AtomicUsize,
    /// Where the last piece went.
    last: AtomicU16,
    /// How long each piece is on its way.
    delay: Mutex<Duration>,
}

impl Service {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::<Shared>::default();
        let task = tokio::spawn(serve(listener, shared.clone()));
        Ok(Self { port, shared, task })
    }

    /// Sends new connections to this port, or no longer.
    pub(super) fn set_ready(&self, port: u16, ready: bool) {
        let mut ports = locked(&self.shared.ready);
        ports.retain(|other| *other != port);
        if ready {
            ports.push(port);
        }
    }

    /// The port that is spoken to: the API server keeps one connection.
    pub(super) fn busiest(&self) -> u16 {
        self.shared.last.load(Ordering::Relaxed)
    }

    pub(super) fn delay(&self, delay: Duration) {
        *locked(&self.shared.delay) = delay;
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass(stream, shared.clone()));
        }
    }
}

/// Passes a connection on; where there is nobody it ends, which the API server sees.
async fn pass(stream: TcpStream, shared: Arc<Shared>) {
    let port = {
        let ready = locked(&shared.ready);
        let turn = shared.next.fetch_add(1, Ordering::Relaxed);
        (!ready.is_empty()).then(|| ready[turn % ready.len()])
    };
    let Some(port) = port else { return };
    let Ok(replica) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let (from, to) = (stream.into_split(), replica.into_split());
    let up = copy(from.0, to.1, &shared, port);
    let down = copy(to.0, from.1, &shared, port);
    tokio::join!(up, down);
}

async fn copy(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    shared: &Shared,
    port: u16,
) {
    let mut piece = vec![0; 16 << 10];
    while let Ok(size @ 1..) = from.read(&mut piece).await {
        shared.last.store(port, Ordering::Relaxed);
        let delay = *locked(&shared.delay);
        if !delay.is_zero() {
            sleep(delay).await;
        }
        if to.write_all(&piece[..size]).await.is_err() {
            break;
        }
    }
    // Whoever is gone needs no word of the end.
    let _ = to.shutdown().await;
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
