//! How this program speaks to the API server: what never answers is given up.

use std::time::Duration;

use anyhow::Context;
use kube::{Client, Config};

/// How long a client waits for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long nothing may come where something is awaited, for who watches. Longer than a watch lasts (295 s in kube): a
/// server without a watch cache sends nothing by one where nothing changes.
pub const WATCHES: Duration = Duration::from_mins(5);

/// How long nothing may come for who only asks.
pub const ASKS: Duration = Duration::from_secs(30);

/// A client of the cluster that KUBECONFIG names, or, in a pod, of the pod's own.
///
/// # Errors
/// Says what is missing.
pub async fn infer(silence: Duration) -> anyhow::Result<Client> {
    let config = Config::infer()
        .await
        .context("no cluster: set KUBECONFIG, or run in a pod with a service account")?;
    let url = config.cluster_url.clone();
    client(config, silence).with_context(|| format!("cannot make a client for {url}"))
}

/// A client that gives a server up which says nothing for as long as `silence`.
///
/// # Errors
/// If the configuration can't be used.
pub fn client(mut config: Config, silence: Duration) -> kube::Result<Client> {
    // Retries are decided by the core, per object; a request that hangs is given up by its own timeout.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(silence);
    // Else the time that a pooled connection was idle would count.
    config.reset_reader_on_write = true;
    Client::try_from(config)
}
