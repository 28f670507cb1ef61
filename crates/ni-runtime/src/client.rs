// SPDX-License-Identifier: Apache-2.0

//! How the programs speak to the API server: what never answers is given up.

use std::time::Duration;

use anyhow::Context;
use http::{Request, Uri};
use kube::client::ClientBuilder;
use kube::{Client, Config};
use tower::util::MapRequestLayer;

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
        .context("cannot find a cluster: set KUBECONFIG, or run in a pod with a service account")?;
    let url = config.cluster_url.clone();
    client(config, silence).with_context(|| format!("cannot make a client for {url}"))
}

/// A client that gives a server up which says nothing for as long as `silence`.
///
/// # Errors
/// If the configuration can't be used.
pub fn client(mut config: Config, silence: Duration) -> kube::Result<Client> {
    // Whoever asks decides what is tried again, and when; a request that hangs is given up by its own timeout.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(silence);
    // Else the time that a pooled connection was idle would count.
    config.reset_reader_on_write = true;
    let builder = ClientBuilder::try_from(config)?;
    Ok(builder
        .with_layer(&MapRequestLayer::new(with_recent_list))
        .build())
}

/// Has a streaming list show what is there now. kube asks for any version, and a server that lags may then show what is long gone:
/// prefixes whose addresses are others' by now, beside interfaces that have them. (Kubernetes API concepts, streaming lists: without a
/// version the list is consistent.)
fn with_recent_list<B>(mut request: Request<B>) -> Request<B> {
    let uri = request.uri();
    let query = uri.query().unwrap_or_default();
    if !query
        .split('&')
        .any(|part| part == "sendInitialEvents=true")
    {
        return request;
    }
    let parts = query.split('&').filter(|part| *part != "resourceVersion=0");
    let parts: Vec<&str> = parts.collect();
    let recent = format!("{}?{}", uri.path(), parts.join("&"));
    let mut whole = uri.clone().into_parts();
    whole.path_and_query = recent.parse().ok();
    if let Ok(uri) = Uri::from_parts(whole) {
        *request.uri_mut() = uri;
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streaming_lists_are_of_what_is_there_now_and_all_else_is_as_it_was() {
        for (asked, sent) in [
            (
                "/apis/a/b/cs?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0",
                "/apis/a/b/cs?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
            ),
            (
                "/apis/a/b/cs?watch=true&resourceVersion=0",
                "/apis/a/b/cs?watch=true&resourceVersion=0",
            ),
            (
                "/apis/a/b/cs?watch=true&resourceVersion=7",
                "/apis/a/b/cs?watch=true&resourceVersion=7",
            ),
            ("/apis/a/b/cs/d", "/apis/a/b/cs/d"),
        ] {
            let request = Request::get(asked).body(()).expect("a request");
            assert_eq!(with_recent_list(request).uri(), sent);
        }
    }
}
