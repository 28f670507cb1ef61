// SPDX-License-Identifier: Apache-2.0

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use std::vec::IntoIter;

use futures::FutureExt;
use http::{Request, Response};
use ironcore_api::networking::Network;
use kube::Client;
use kube::client::Body;
use kube::core::Status;
use serde_json::{Value, json};

use super::*;

/// A status code, and lines.
type Answer = (u16, Vec<Value>);

/// An API server that answers in this order, each time with a status code and lines.
#[derive(Clone)]
struct Server {
    answers: Arc<Mutex<IntoIter<Answer>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn answering(answers: Vec<Answer>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter())),
            asked: Arc::default(),
        }
    }

    fn watch(&self) -> impl Stream<Item = Event<Network>> + use<> {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            let query = request.uri().query().unwrap_or_default().to_owned();
            async move { Ok::<_, Infallible>(server.answer(&query).await) }
        });
        let api = Api::<Network>::all(Client::new(service, "default"));
        watch(api, "Network", Scope::All)
    }

    async fn answer(&self, query: &str) -> Response<Body> {
        let way = match (
            query.contains("sendInitialEvents"),
            query.contains("watch="),
        ) {
            (true, _) => "list and watch",
            (false, true) => "watch",
            (false, false) => "list",
        };
        self.asked.lock().expect("asked").push(way.to_owned());
        let answer = self.answers.lock().expect("answers").next();
        let Some((code, lines)) = answer else {
            return std::future::pending().await;
        };
        let lines = lines.iter().map(|line| line.to_string() + "\n");
        let text: String = lines.collect();
        let mut response = Response::new(Body::from(text.into_bytes()));
        *response.status_mut() = code.try_into().expect("a code");
        response
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("asked").clone()
    }
}

fn network(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "ns", "resourceVersion": "1"}, "spec": {}})
}

/// All that a streaming list of one Network sends.
fn streamed(name: &str) -> (u16, Vec<Value>) {
    let end = json!({"type": "BOOKMARK", "object": {
        "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "Network",
        "metadata": {"resourceVersion": "1", "annotations": {"k8s.io/initial-events-end": "true"}},
    }});
    let added = json!({"type": "ADDED", "object": network(name)});
    (200, vec![added, end])
}

fn failure(code: u16) -> (u16, Vec<Value>) {
    let status =
        json!({"kind": "Status", "status": "Failure", "code": code, "message": "no", "reason": ""});
    (code, vec![status])
}

/// The names up to the end of a list.
async fn listed(events: &mut (impl Stream<Item = Event<Network>> + Unpin)) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Event::InitApply(network) => names.extend(network.metadata.name),
            Event::InitDone => break,
            Event::Init | Event::Apply(_) | Event::Delete(_) => {}
        }
    }
    names
}

#[tokio::test]
async fn a_server_without_streaming_lists_is_read_in_pages_at_once() {
    let list = json!({"metadata": {"resourceVersion": "1"}, "items": [network("a")]});
    let server = Server::answering(vec![failure(422), (200, vec![list])]);
    let mut events = Box::pin(server.watch());
    let begun = Instant::now();
    assert_eq!(listed(&mut events).await, ["a"]);
    assert!(begun.elapsed() < ATTEMPTS.0);
    assert_eq!(server.asked(), ["list and watch", "list"]);
}

#[tokio::test]
async fn after_an_error_nothing_is_requested_before_its_wait_whoever_looks_meanwhile() {
    let server = Server::answering(vec![failure(403), streamed("a")]);
    let mut events = Box::pin(server.watch());
    let begun = Instant::now();
    let names = loop {
        match events.next().now_or_never().flatten() {
            Some(Event::InitApply(network)) => break network.metadata.name,
            Some(_) => {}
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!(names.as_deref(), Some("a"));
    assert!(begun.elapsed() >= ATTEMPTS.0, "{:?}", begun.elapsed());
    assert_eq!(server.asked(), ["list and watch"; 2]);
}

#[tokio::test]
async fn a_watch_that_found_no_etcd_begins_with_another_list() {
    let answers = vec![streamed("a"), failure(503), streamed("b")];
    let server = Server::answering(answers);
    let mut events = Box::pin(server.watch());
    assert_eq!(listed(&mut events).await, ["a"]);
    assert_eq!(listed(&mut events).await, ["b"]);
    assert_eq!(
        server.asked(),
        ["list and watch", "watch", "list and watch"]
    );
}

#[test]
fn a_watch_begins_anew_where_there_was_no_api_server_or_one_without_etcd() {
    let answer = |code| kube::Error::Api(Status::failure("no", "").with_code(code).boxed());
    let nothing = || kube::Error::Service(Box::new(std::io::Error::other("refused")));
    for (error, expected) in [
        (Error::WatchStartFailed(nothing()), true),
        (Error::WatchStartFailed(answer(500)), true),
        (Error::WatchStartFailed(answer(503)), true),
        // It is there, and says no, or not now.
        (Error::WatchStartFailed(answer(403)), false),
        (Error::WatchStartFailed(answer(429)), false),
        // Ends of a connection alone: another server may have what comes next.
        (Error::WatchFailed(nothing()), false),
        // These start over by themselves.
        (Error::InitialListFailed(nothing()), false),
        (Error::NoResourceVersion, false),
    ] {
        assert_eq!(found_nobody(&error), expected, "{error}");
    }
}
