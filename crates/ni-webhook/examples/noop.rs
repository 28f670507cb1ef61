// SPDX-License-Identifier: Apache-2.0

//! The webhook's server without a webhook: it reads a review, and allows it unseen.
//!
//! What this costs, no webhook can save: `cargo xtask bench webhook` measures it beside `ni-webhook`. It takes the same
//! flags, of which only the addresses and the certificate count.

use std::time::Instant;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use clap::Parser;

use ni_webhook::certificate::Current;
use ni_webhook::certificate::files::Files;
use ni_webhook::metrics::Metrics;
use ni_webhook::options::Cli;
use ni_webhook::references::References;
use ni_webhook::serve::budget::LARGEST_BODY;
use ni_webhook::serve::health::{self, Health, Stopping};
use ni_webhook::serve::tls::open_to_all;
use ni_webhook::serve::{self, Limits};

/// Of the review that the benchmark sends.
const ANSWER: &str = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"705ab4f5-6393-11e8-b7cc-42010a800002","allowed":true}}"#;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Cli {
        listening,
        identity,
        ..
    } = Cli::parse();
    // Fails only where there is one already, which then is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (metrics, current) = (Metrics::default(), Current::default());
    let certificate = identity.tls_cert.context("give --tls-cert")?;
    let key = identity.tls_key.context("give --tls-key")?;
    let files = Files::open(certificate, key, current.clone(), metrics.clone())?;
    tokio::spawn(files.keep());
    let health = Health {
        current: current.clone(),
        references: References::none(),
        stopping: Stopping::default(),
        metrics: metrics.clone(),
        started: Instant::now(),
    };
    let (address, router) = (listening.health_listen, health::router(health));
    let _health = serve::plain(address, router, Limits::default()).await?;
    let tls = open_to_all(&current)?;
    let mut running = serve::secure(
        listening.listen,
        tls,
        allowing(),
        Limits::default(),
        metrics,
    )
    .await?;
    running.ended().await?;
    bail!("the server ended by itself")
}

fn allowing() -> Router {
    Router::new()
        .route("/mutate", post(allow))
        .route("/validate", post(allow))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

async fn allow(_review: Bytes) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], ANSWER)
}
