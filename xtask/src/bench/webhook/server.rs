// SPDX-License-Identifier: Apache-2.0

//! A server as it runs, the webhook or the no-op: a process of its own, so that what it uses is its own.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::pki_types::CertificateDer;
use xtask::control_plane::free_port;

use super::client::{Client, HOST_NAME};
use super::review::Endpoint;
use crate::bench::harness::program::Running;

/// A certificate with its key, in files for the server.
pub(crate) struct Identity {
    /// The certificate, as its own CA (PEM).
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    certificate: PathBuf,
    key: PathBuf,
}

impl Identity {
    /// Makes one for loopback, in `dir`.
    pub(crate) fn make(dir: &Path) -> Result<Self> {
        let names = [HOST_NAME.to_owned(), Ipv4Addr::LOCALHOST.to_string()];
        let made = rcgen::generate_simple_self_signed(names)?;
        let pem = made.cert.pem();
        let (certificate, key) = (dir.join("tls.crt"), dir.join("tls.key"));
        fs::write(&certificate, &pem).context("writing the certificate")?;
        fs::write(&key, made.signing_key.serialize_pem()).context("writing the key")?;
        Ok(Self {
            pem,
            der: made.cert.der().clone(),
            certificate,
            key,
        })
    }
}

/// How to start a server.
#[derive(Clone, Copy)]
pub(crate) struct Program<'a> {
    /// For people, and of its log.
    pub(crate) name: &'static str,
    pub(crate) path: &'a Path,
    pub(crate) identity: &'a Identity,
    /// Where its log goes.
    pub(crate) dir: &'a Path,
}

/// A server that runs; it is killed on drop.
pub(crate) struct Server {
    /// Sends it reviews.
    pub(crate) client: Arc<Client>,
    /// Where it answers reviews.
    pub(crate) port: u16,
    /// Its process.
    pub(crate) running: Running,
}

impl Program<'_> {
    /// Starts it without a cluster: all that is referred to counts as there.
    pub(crate) async fn start(&self) -> Result<Server> {
        self.start_with("--references=off", None).await
    }

    /// Starts it on the cluster of a kubeconfig, whose objects it watches.
    pub(crate) async fn start_watching(&self, kubeconfig: &Path) -> Result<Server> {
        let watch = "--references=watch";
        self.start_with(watch, Some(kubeconfig)).await
    }

    async fn start_with(&self, references: &str, kubeconfig: Option<&Path>) -> Result<Server> {
        let (port, health) = (free_port()?, free_port()?);
        let mut command = Command::new(self.path);
        command
            .arg(references)
            .arg("--log=info")
            .arg(format!("--listen=127.0.0.1:{port}"))
            .arg(format!("--health-listen=127.0.0.1:{health}"))
            .arg("--tls-cert")
            .arg(&self.identity.certificate)
            .arg("--tls-key")
            .arg(&self.identity.key);
        match kubeconfig {
            Some(kubeconfig) => command.env("KUBECONFIG", kubeconfig),
            None => command.env_remove("KUBECONFIG"),
        };
        let log = self.dir.join(format!("{}.log", self.name));
        let mut running = Running::start(self.name, command, &log, health)?;
        running.ready().await?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Ok(Server {
            client: Arc::new(Client::new(address, &self.identity.der)?),
            port,
            running,
        })
    }
}

impl Server {
    /// Reviews that it answered at an endpoint.
    pub(crate) async fn reviews(&self, endpoint: Endpoint) -> Result<f64> {
        let label = format!("endpoint=\"{}\"", endpoint.name());
        let metrics = self.running.metrics().await?;
        Ok(metrics.sum("ni_webhook_reviews_total", &label))
    }
}
