// SPDX-License-Identifier: Apache-2.0

//! `ni-webhook`: see `--help`.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use kube::Client;
use ni_runtime::client;
use ni_runtime::signals::stopped;
use tracing::{info, warn};

use ni_webhook::certificate::files::Files;
use ni_webhook::certificate::{Current, self_signed};
use ni_webhook::metrics::Metrics;
use ni_webhook::options::{Cli, Identity, Listening, ReferenceSource};
use ni_webhook::references::References;
use ni_webhook::review::Webhook;
use ni_webhook::serve::health::{self, Health, Stopping};
use ni_webhook::serve::tls::{ClientCa, open_to_all};
use ni_webhook::serve::{self, Limits, Running, reviews};

/// Those who look at health and metrics are few.
const HEALTH_CONNECTIONS: u32 = 64;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Err(error) = cli.check() {
        Cli::command()
            .error(ErrorKind::ValueValidation, error)
            .exit();
    }
    cli.logs.start()?;
    // Fails only where there is one already, which then is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let stopped = stopped()?;
    let metrics = Metrics::default();
    let stopping = Stopping::default();
    let current = identify(&cli.identity, &metrics).await?;
    let references = refer(&cli, &metrics).await?;
    let health = Health {
        current: current.clone(),
        references: references.clone(),
        stopping: stopping.clone(),
        metrics: metrics.clone(),
        started: Instant::now(),
    };
    let webhook = Arc::new(Webhook::new(references, &cli.judging, metrics.clone()));
    let health = serve_health(&cli.listening, health).await?.address;
    let running = serve_reviews(&cli, &current, webhook, metrics).await?;
    let (address, namespaces) = (running.address, &cli.judging.namespaces);
    info!(version = env!("CARGO_PKG_VERSION"), %address, %health, %namespaces, "started");
    run(running, &cli.listening, &stopping, stopped).await
}

/// Starts what publishes the certificate.
async fn identify(options: &Identity, metrics: &Metrics) -> anyhow::Result<Current> {
    let current = Current::default();
    if let (Some(certificate), Some(key)) = (&options.tls_cert, &options.tls_key) {
        let files = Files::open(
            certificate.clone(),
            key.clone(),
            current.clone(),
            metrics.clone(),
        )
        .context("cannot load the certificate: change --tls-cert or --tls-key")?;
        tokio::spawn(files.keep());
    } else {
        let client = client().await?;
        let making = options.making.clone();
        tokio::spawn(self_signed::run(
            client,
            making,
            current.clone(),
            metrics.clone(),
        ));
    }
    Ok(current)
}

/// Starts what knows the objects that others refer to.
async fn refer(cli: &Cli, metrics: &Metrics) -> anyhow::Result<References> {
    match cli.judging.references {
        ReferenceSource::Off => Ok(References::none()),
        ReferenceSource::Watch => {
            let client = client().await?;
            let scopes = &cli.judging.namespaces;
            let (references, watches) = References::watch(client, scopes, metrics.clone());
            tokio::spawn(watches);
            Ok(references)
        }
    }
}

async fn serve_health(options: &Listening, health: Health) -> anyhow::Result<Running> {
    let limits = Limits {
        connections: HEALTH_CONNECTIONS,
        ..Limits::default()
    };
    let listen = options.health_listen;
    let running = serve::plain(listen, health::router(health), limits).await;
    running.with_context(|| {
        format!("cannot listen on {listen}: choose another address with --health-listen")
    })
}

async fn serve_reviews(
    cli: &Cli,
    current: &Current,
    webhook: Arc<Webhook>,
    metrics: Metrics,
) -> anyhow::Result<Running> {
    let tls = match &cli.identity.client_ca {
        None => open_to_all(current)?,
        Some(path) => {
            let names = cli.identity.client_names.clone();
            let clients = ClientCa::open(path.clone(), names, current.clone(), metrics.clone())
                .context("cannot read the client CAs: change --client-ca")?;
            let tls = clients.tls();
            tokio::spawn(clients.keep());
            tls
        }
    };
    let limits = Limits {
        connections: cli.listening.max_connections,
        ..Limits::default()
    };
    let router = reviews::router(webhook, metrics.clone(), cli.listening.request_timeout);
    let listen = cli.listening.listen;
    let running = serve::secure(listen, tls, router, limits, metrics).await;
    running
        .with_context(|| format!("cannot listen on {listen}: choose another address with --listen"))
}

async fn run(
    mut running: Running,
    options: &Listening,
    stopping: &Stopping,
    stopped: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    tokio::select! {
        ended = running.ended() => {
            ended.context("the server ended by itself")?;
            return Err(anyhow!("the server ended by itself"));
        }
        () = stopped => {}
    }
    info!("stopping");
    stopping.begin();
    tokio::time::sleep(options.shutdown_delay).await;
    if !running.drain(options.shutdown_timeout).await? {
        warn!("requests were cut off: --shutdown-timeout has passed");
    }
    info!("stopped");
    Ok(())
}

async fn client() -> anyhow::Result<Client> {
    let client = client::infer(client::WATCHES).await;
    client.context("no API server; with --tls-cert and --references=off, none is needed")
}
