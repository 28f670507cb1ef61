// SPDX-License-Identifier: Apache-2.0

//! The server: [`gate`] accepts connections, [`tls`] secures them, [`reviews`] answers; [`health`] reports on all of it.
//!
//! [`budget`] says how much clients may make it hold. Where that is used up, [`eviction`] chooses the connection or the
//! request that goes, and [`turns`] the body that comes in next; both only decide.

pub mod body;
pub mod budget;
pub mod connections;
pub mod eviction;
pub mod gate;
pub mod health;
pub mod pool;
pub mod requests;
pub mod reviews;
pub mod tls;
pub mod turns;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use axum_server::{AddrListener, Handle, Server};
use tokio::task::JoinHandle;
use tracing::debug;

use crate::metrics::Metrics;
use budget::{BUFFER, CONNECTION_WINDOW, CONNECTIONS, HEADERS, STREAM_WINDOW, STREAMS};
use connections::Connections;
use gate::{Door, Gate, Over};
use tls::{Plain, Secured};

/// What a client may take. Past a time, its connection is closed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections that are open at once. A further one takes the place of one that is idle.
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
            connections: CONNECTIONS,
            handshake: Duration::from_secs(5),
            first_request: Duration::from_secs(10),
            // Longer than the API server keeps a connection that it does not use (90 s): it closes first, so that no
            // request meets a connection that is just being closed.
            silence: Duration::from_mins(2),
        }
    }
}

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
    let server = prepare(gate, &handle, limits)
        .acceptor(Secured::new(tls, limits.handshake))
        .accept_error_handler(move |from: Option<&Door>, error| {
            debug!(from = ?from.map(|door| door.address), %error, "no connection");
            metrics.connection_failed();
        });
    Ok(Running {
        address,
        handle,
        task: tokio::spawn(server.serve(router.into_make_service_with_connect_info::<Over>())),
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
    let server = prepare(gate, &handle, limits).acceptor(Plain);
    Ok(Running {
        address,
        handle,
        task: tokio::spawn(server.serve(router.into_make_service())),
    })
}

async fn open(listen: SocketAddr, limits: Limits, metrics: Option<Metrics>) -> io::Result<Gate> {
    let capacity = usize::try_from(limits.connections).unwrap_or(usize::MAX);
    Gate::bind_to(Door {
        address: listen,
        connections: Connections::new(capacity, metrics),
        connection: None,
        silence: limits.silence,
    })
    .await
}

fn prepare(gate: Gate, handle: &Handle<Door>, limits: Limits) -> Server<Door> {
    let mut server = Server::from_listener(gate)
        .handle(handle.clone())
        .first_request_timeout(limits.first_request);
    let http = server.http_builder();
    // Its time begins when the last answer ends, not with the first byte: so it is the limit of an idle connection.
    http.http1()
        .header_read_timeout(limits.silence)
        .max_buf_size(BUFFER);
    http.http2()
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADERS)
        .max_send_buf_size(BUFFER);
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
