// SPDX-License-Identifier: Apache-2.0

//! An API server with Networks in the namespace `ns`, as far as references go.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use futures::stream;
use http::request::Parts;
use http::{Request, Response, header};
use kube::Client;
use ni_runtime::scope::Scopes;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::References;
use crate::metrics::Metrics;

/// Long enough that only what is broken takes longer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What it does, and what it was asked.
#[derive(Default)]
pub(crate) struct Server {
    /// The names that its lists show.
    pub(crate) networks: Mutex<Vec<&'static str>>,
    /// Whether it has no streaming lists.
    pub(crate) old: bool,
    /// Whether lists fail.
    pub(crate) broken: AtomicBool,
    /// What it lets nobody list: whatever has this in its path.
    pub(crate) forbidden: Option<&'static str>,
    /// Lists that it refused as forbidden.
    pub(crate) refused: AtomicUsize,
    /// Lists of Networks that it was asked for, of either form.
    pub(crate) lists: AtomicUsize,
    /// Paths of the Networks that it was asked to list.
    pub(crate) listed: Mutex<BTreeSet<String>>,
    /// Paths of the single objects that it was asked for.
    pub(crate) asked: Mutex<Vec<String>>,
    /// Its open watches of Networks.
    pub(crate) watches: Mutex<Vec<UnboundedSender<String>>>,
}

impl Server {
    /// A client of it.
    pub(crate) fn client(self: &Arc<Self>) -> Client {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let server = server.clone();
            let (request, _) = request.into_parts();
            async move { Ok::<_, Infallible>(server.answer(&request).await) }
        });
        Client::new(service, "default")
    }

    /// What asks it; nothing is watched, and an answer is waited for.
    pub(crate) fn references(self: &Arc<Self>) -> References {
        References::watch_for(self.client(), &Scopes::All, Metrics::default(), PATIENCE).0
    }

    /// Sends an event to whoever watches Networks; a failure that is no event ends the watch.
    pub(crate) fn send(&self, event: &str, name: &str) {
        let line = line(event, &network(name));
        self.watches
            .lock()
            .expect("watches")
            .retain(|watch| watch.send(line.clone()).is_ok());
    }

    /// Lets watches expire: they list again.
    pub(crate) fn expire(&self) {
        let status = json!({"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired", "message": "too old"});
        for watch in std::mem::take(&mut *self.watches.lock().expect("watches")) {
            let _ = watch.send(line("ERROR", &status));
        }
    }

    async fn answer(&self, request: &Parts) -> Response<Body> {
        let (path, query) = (request.uri.path(), request.uri.query().unwrap_or_default());
        let accepts = request.headers.get(header::ACCEPT);
        let accepts = accepts.and_then(|value| value.to_str().ok());
        assert!(
            accepts.is_some_and(|text| text.contains("as=PartialObjectMetadata")),
            "{path} is asked for whole"
        );
        // One object of a namespace, and not a list.
        if path.split('/').count() > 7 {
            self.asked.lock().expect("asked").push(path.to_owned());
            return one(path.rsplit('/').next().unwrap_or_default()).await;
        }
        let networks = path.ends_with("/networks");
        let initial = query.contains("sendInitialEvents=true");
        if self.old && initial {
            return failure(422, "Invalid");
        }
        if initial || !query.contains("watch=") {
            if self.forbidden.is_some_and(|part| path.contains(part)) {
                self.refused.fetch_add(1, Ordering::Relaxed);
                return failure(403, "Forbidden");
            }
            self.lists
                .fetch_add(usize::from(networks), Ordering::Relaxed);
            if networks {
                self.listed.lock().expect("listed").insert(path.to_owned());
            }
            if self.broken.load(Ordering::Relaxed) {
                return failure(500, "InternalError");
            }
        }
        let has_them = !path.contains("/namespaces/") || path.contains("/namespaces/ns/");
        let shown = if networks && has_them {
            self.networks.lock().expect("networks").clone()
        } else {
            Vec::new()
        };
        if query.contains("watch=") {
            self.watch(networks, initial.then_some(shown))
        } else {
            let items: Vec<_> = shown.into_iter().map(network).collect();
            list(&items)
        }
    }

    fn watch(&self, networks: bool, shown: Option<Vec<&'static str>>) -> Response<Body> {
        let (sender, receiver) = unbounded_channel();
        if let Some(shown) = shown {
            for name in shown {
                let _ = sender.send(line("ADDED", &network(name)));
            }
            let annotations = json!({"k8s.io/initial-events-end": "true"});
            let bookmark = json!({
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                "metadata": {"resourceVersion": "1", "annotations": annotations},
            });
            let _ = sender.send(line("BOOKMARK", &bookmark));
        }
        if networks {
            self.watches.lock().expect("watches").push(sender.clone());
        }
        // Other watches stay open as well: the stream holds its own sender.
        let state = (receiver, (!networks).then_some(sender));
        let lines = stream::unfold(state, async |(mut receiver, open)| {
            let line: String = receiver.recv().await?;
            Some((Ok::<_, Infallible>(line), (receiver, open)))
        });
        Response::new(Body::from_stream(lines))
    }
}

fn network(name: &str) -> Value {
    json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
        "metadata": {"name": name, "namespace": "ns", "resourceVersion": "1", "labels": {"a": "b"}, "managedFields": []},
    })
}

fn line(event: &str, object: &Value) -> String {
    json!({"type": event, "object": object}).to_string() + "\n"
}

fn list(items: &[Value]) -> Response<Body> {
    let list = json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList",
        "metadata": {"resourceVersion": "1"}, "items": items,
    });
    Response::new(Body::from(list.to_string()))
}

fn failure(code: u16, reason: &str) -> Response<Body> {
    let status = json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": reason});
    let mut response = Response::new(Body::from(status.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(code).expect("a status");
    response
}

/// Answers by the name of the object.
async fn one(name: &str) -> Response<Body> {
    match name {
        "found" => Response::new(Body::from(network(name).to_string())),
        "forbidden" => failure(403, "Forbidden"),
        "broken" => failure(500, "InternalError"),
        "busy" => failure(429, "TooManyRequests"),
        "silent" => std::future::pending().await,
        _ => failure(404, "NotFound"),
    }
}

/// Waits until `holds`.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
