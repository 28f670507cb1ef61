// SPDX-License-Identifier: Apache-2.0

//! How the programs speak to the API server: what never answers is given up.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use anyhow::Context;
use http::{Request, Uri};
use hyper::rt::Executor;
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
    infer_while(silence, || true).await
}

/// As [`infer`], for a client that sends requests only while `may_send` returns true. Otherwise its connections close, and their requests
/// fail.
///
/// # Errors
/// As [`infer`].
pub async fn infer_while(silence: Duration, may_send: impl MaySend) -> anyhow::Result<Client> {
    let config = Config::infer()
        .await
        .context("cannot find a cluster: set KUBECONFIG, or run in a pod with a service account")?;
    let url = config.cluster_url.clone();
    client_while(config, silence, may_send)
        .with_context(|| format!("cannot make a client for {url}"))
}

/// A client that gives a server up which says nothing for as long as `silence`.
///
/// # Errors
/// If the configuration can't be used.
pub fn client(config: Config, silence: Duration) -> kube::Result<Client> {
    client_while(config, silence, || true)
}

fn client_while(
    mut config: Config,
    silence: Duration,
    may_send: impl MaySend,
) -> kube::Result<Client> {
    // Whoever asks decides what is tried again, and when; a request that hangs is given up by its own timeout.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(silence);
    // Else the time that a pooled connection was idle would count.
    config.reset_reader_on_write = true;
    let builder = ClientBuilder::try_from((config, While(may_send)))?;
    Ok(builder
        .with_layer(&MapRequestLayer::new(with_recent_list))
        .build())
}

/// Whether requests may be sent now.
pub trait MaySend: Fn() -> bool + Clone + Send + Sync + 'static {}

impl<F: Fn() -> bool + Clone + Send + Sync + 'static> MaySend for F {}

/// Runs the connections. Each calls `may_send` before every step: other tasks run between the decision to send a request and the step that
/// writes it, and the process may be stopped there.
#[derive(Clone)]
struct While<F>(F);

impl<F: MaySend> Executor<Pin<Box<dyn Future<Output = ()> + Send>>> for While<F> {
    fn execute(&self, mut connection: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let Self(may_send) = self.clone();
        tokio::spawn(std::future::poll_fn(move |context| {
            if may_send() {
                connection.as_mut().poll(context)
            } else {
                Poll::Ready(())
            }
        }));
    }
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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;

    use super::*;

    /// Answers each request of a connection, and counts them.
    async fn answer(mut connection: TcpStream, count: watch::Sender<usize>) {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = connection.read(&mut bytes).await {
            assert!(bytes[..read].ends_with(b"\r\n\r\n"), "one whole request");
            count.send_modify(|count| *count += 1);
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            connection.write_all(answer).await.expect("a listener");
        }
    }

    #[tokio::test]
    async fn nothing_is_sent_while_it_may_not_be_by_old_connections_or_new_ones() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (count, requests) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, count.clone()));
            }
        });
        let may_send = Arc::new(AtomicBool::new(true));
        let asked = Arc::clone(&may_send);
        let config = Config::new(url.parse().expect("a URL"));
        let client = client_while(config, ASKS, move || asked.load(Ordering::Relaxed));
        let client = client.expect("a client");
        let get = async || {
            let request = Request::get("/version").body(Vec::new());
            client.request_text(request.expect("a request")).await
        };
        assert_eq!(get().await.expect("an answer"), "{}");
        may_send.store(false, Ordering::Relaxed);
        for _ in 0..3 {
            get().await.expect_err("nothing was sent");
        }
        assert_eq!(*requests.borrow(), 1);
        may_send.store(true, Ordering::Relaxed);
        assert_eq!(get().await.expect("an answer"), "{}");
        assert_eq!(*requests.borrow(), 2);
    }

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
