// SPDX-License-Identifier: Apache-2.0

//! `/metrics`, `/livez` and `/readyz`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use ni_runtime::listen;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::metrics::Metrics;

/// How long the loop may take to answer before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the loop to refresh the metrics and to say whether it is ready.
pub type Probe = oneshot::Sender<bool>;

#[derive(Clone)]
struct Shared {
    probes: mpsc::Sender<Probe>,
    metrics: Metrics,
}

impl Shared {
    /// Whether the loop is ready; `None` where it does not answer.
    async fn probe(&self) -> Option<bool> {
        let (ask, answer) = oneshot::channel();
        let asked = async {
            self.probes.send(ask).await.ok()?;
            answer.await.ok()
        };
        tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
    }
}

/// Listens on `listen`, and serves in the background; answers the address.
pub async fn serve(
    listen: SocketAddr,
    probes: mpsc::Sender<Probe>,
    metrics: Metrics,
) -> anyhow::Result<SocketAddr> {
    let listener = listen::listen(listen, TcpListener::bind)
        .await
        .with_context(|| {
            format!("cannot listen on {listen}: choose another address with --listen")
        })?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .route("/metrics", get(scrape))
        .route("/livez", get(live))
        .route("/readyz", get(ready))
        .with_state(Shared { probes, metrics });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn scrape(State(shared): State<Shared>) -> impl IntoResponse {
    shared.probe().await;
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, format)], shared.metrics.encode())
}

async fn live(State(shared): State<Shared>) -> impl IntoResponse {
    match shared.probe().await {
        Some(_) => (StatusCode::OK, "ok"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the loop does not answer"),
    }
}

async fn ready(State(shared): State<Shared>) -> impl IntoResponse {
    match shared.probe().await {
        Some(true) => (StatusCode::OK, "ok"),
        Some(false) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "not all lists are complete, or it is shutting down",
        ),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the loop does not answer"),
    }
}
