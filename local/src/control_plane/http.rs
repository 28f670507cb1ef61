// SPDX-License-Identifier: Apache-2.0

//! Talking to the servers.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use http::Request;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

/// A client for the API server of a kubeconfig.
pub async fn client_of(kubeconfig: &Path) -> Result<Client> {
    let what = || format!("reading the kubeconfig {}", kubeconfig.display());
    let parsed = Kubeconfig::read_from(kubeconfig).with_context(what)?;
    let config = Config::from_custom_kubeconfig(parsed, &KubeConfigOptions::default()).await;
    Ok(Client::try_from(config.with_context(what)?)?)
}

/// A client for something that speaks HTTP, without TLS, on a port of loopback: etcd, health ports.
pub fn plain_client(port: u16) -> Result<Client> {
    let mut config = Config::new(format!("http://127.0.0.1:{port}").parse()?);
    config.connect_timeout = Some(Duration::from_secs(2));
    config.proxy_url = None;
    // Whoever waits for a server to be ready asks again at once.
    config.default_retry = false;
    Ok(Client::try_from(config)?)
}

/// Whether a health path answers with a success now.
pub async fn is_ok(client: &Client, path: &str) -> bool {
    answers_ok(client, path, Duration::from_secs(3))
        .await
        .is_ok()
}

/// Whether a health path answers with a success within this time; otherwise the error is what it answers.
pub(super) async fn answers_ok(client: &Client, path: &str, within: Duration) -> Result<()> {
    let request = Request::get(path).body(Vec::new())?;
    let answer = tokio::time::timeout(within, client.request_text(request)).await;
    answer
        .with_context(|| format!("{path} does not answer within {within:?}"))?
        .with_context(|| format!("{path} answers with a failure"))?;
    Ok(())
}

/// Asks etcd's JSON gateway, as no client for its own protocol is needed for one call.
pub(super) async fn etcd(
    port: u16,
    path: &str,
    body: &serde_json::Value,
) -> Result<serde_json::Value> {
    let request = Request::post(path).body(serde_json::to_vec(body)?)?;
    let answer = plain_client(port)?.request(request).await;
    answer.with_context(|| format!("asking etcd for {path}"))
}
