//! The server: [`gate`] lets connections in, [`tls`] secures them, [`reviews`] answers; [`health`] speaks for it all.

pub mod gate;
pub mod health;
pub mod reviews;
pub mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{AddrListener, Handle, Server};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tracing::debug;

use crate::metrics::Metrics;
use gate::{Door, Gate};

/// What a client may take. Past a time, its connection is closed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections that are open at once; further ones wait in the system's queue.
    pub connections: u32,
    /// From the first byte until TLS stands.
    pub handshake: Duration,
    /// From then until the first request's headers are complete.
    pub first_request: Duration,
    /// Without a byte either way; over HTTP/1, also until the next request's headers are complete.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            handshake: Duration::from_secs(5),
            first_request: Duration::from_secs(10),
            // Longer than the API server keeps a connection that it does not use (90 s): it closes first, so that no
            // request meets a connection that is just being closed.
            silence: Duration::from_mins(2),
        }
    }
}

/// Requests at once on one connection of HTTP/2; the API server opens further connections beyond.
const STREAMS: u32 = 128;

/// Bytes of the headers of one request. The API server sends a few hundred.
const HEADERS: u32 = 16 * 1024;

/// A server that runs.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: Handle<Door>,
    task: JoinHandle<io::Result<()>>,
}

/// Listens on `listen` and answers by `router` over TLS, in the background.
///
/// # Errors
/// Where it can't listen there.
pub async fn secure(
    listen: SocketAddr,
    tls: RustlsConfig,
    router: Router,
    limits: Limits,
    metrics: Metrics,
) -> io::Result<Running> {
    let gate = open(listen, limits, Some(metrics.clone())).await?;
    let address = gate.get_local_addr()?.address;
    let handle = Handle::new();
    let acceptor = RustlsAcceptor::new(tls).handshake_timeout(limits.handshake);
    let server = prepare(gate, &handle, limits)
        .acceptor(acceptor)
        .accept_error_handler(move |from: Option<&Door>, error| {
            debug!(from = ?from.map(|door| door.address), %error, "no connection");
            metrics.connection_failed();
        });
    Ok(Running {
        address,
        handle,
        task: tokio::spawn(server.serve(router.into_make_service())),
    })
}

/// Listens on `listen` and answers by `router` without TLS, in the background.
///
/// # Errors
/// Where it can't listen there.
pub async fn plain(listen: SocketAddr, router: Router, limits: Limits) -> io::Result<Running> {
    let gate = open(listen, limits, None).await?;
    let address = gate.get_local_addr()?.address;
    let handle = Handle::new();
    let server = prepare(gate, &handle, limits);
    Ok(Running {
        address,
        handle,
        task: tokio::spawn(server.serve(router.into_make_service())),
    })
}

async fn open(listen: SocketAddr, limits: Limits, metrics: Option<Metrics>) -> io::Result<Gate> {
    let slots = usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS);
    Gate::bind_to(Door {
        address: listen,
        slots: Arc::new(Semaphore::new(slots.min(Semaphore::MAX_PERMITS))),
        silence: limits.silence,
        metrics,
    })
    .await
}

fn prepare(gate: Gate, handle: &Handle<Door>, limits: Limits) -> Server<Door> {
    let mut server = Server::from_listener(gate)
        .handle(handle.clone())
        .first_request_timeout(limits.first_request);
    let http = server.http_builder();
    // Its time begins when the last answer ends, not with the first byte: so it is the limit of an idle connection.
    http.http1().header_read_timeout(limits.silence);
    http.http2()
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS);
    server
}

impl Running {
    /// Resolves when the server has ended by itself, which it does only for an error.
    ///
    /// # Errors
    /// Why it ended.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.map_err(io::Error::other)?
    }

    /// Lets nobody in any more, and resolves when what was asked is answered: whether all was, within `limit`.
    ///
    /// A connection over which nothing was asked yet is closed: let there be none that are new.
    ///
    /// # Errors
    /// Why the server ended before.
    pub async fn drain(mut self, limit: Duration) -> io::Result<bool> {
        self.handle.graceful_shutdown(None);
        if let Ok(ended) = tokio::time::timeout(limit, self.ended()).await {
            return ended.map(|()| true);
        }
        self.handle.shutdown();
        self.ended().await.map(|()| false)
    }
}
