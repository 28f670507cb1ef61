// SPDX-License-Identifier: Apache-2.0

//! A stand-in for the API server: it serves lists, watches and writes as fast as they can be sent, and checks nothing.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http::{Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::happenings::Happening;
use super::objects::{Kind, Objects, Place, uid};
use super::stored::Stored;

/// So much of a list is sent at once.
const CHUNK: usize = 64 << 10;

/// The stand-in's process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StandIn {
    /// How many objects it has.
    pub(crate) objects: u64,
}

type Shared = Arc<Mutex<Stored>>;

fn lock(stored: &Mutex<Stored>) -> MutexGuard<'_, Stored> {
    stored.lock().unwrap_or_else(PoisonError::into_inner)
}

impl StandIn {
    /// Says its port, and serves until it is ended.
    pub(crate) async fn run(self) -> Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let stored = Arc::new(Mutex::new(Stored::new(Objects::new(self.objects))));
        let router = Router::new().fallback(serve).with_state(stored);
        axum::serve(listener, router).await.context("serving")
    }
}

async fn serve(State(stored): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default();
    let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
    if let ["bench", rest @ ..] = &words[..] {
        return direct(&stored, rest);
    }
    let kind = |plural: &str| Kind::ALL.into_iter().find(|kind| kind.plural() == plural);
    if let ["apis", _, _, plural] = &words[..]
        && let Some(kind) = kind(plural)
    {
        return watch(stored, kind, query);
    }
    let body = axum::body::to_bytes(body, usize::MAX).await;
    let body = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or(Value::Null);
    match &words[..] {
        ["apis", _, _, "namespaces", namespace, plural, rest @ ..]
            if let Some(kind) = kind(plural) =>
        {
            let name = rest.first().copied().unwrap_or_default();
            let place = Place {
                namespace: (*namespace).to_owned(),
                name: name.to_owned(),
            };
            object(&stored, &parts.method, kind, &place, rest.len() > 1, body)
        }
        _ => other(&stored, &parts.method, path, &body),
    }
}

/// What the benchmark asks for: `writes`, `HAPPENING/COUNT/begin`, `HAPPENING/COUNT/end`.
fn direct(stored: &Mutex<Stored>, words: &[&str]) -> Response {
    let mut stored = lock(stored);
    match words {
        ["writes"] => stored.writes.to_string().into_response(),
        [happening, count, half] => {
            let (Some(happening), Ok(count)) = (Happening::named(happening), count.parse()) else {
                return StatusCode::BAD_REQUEST.into_response();
            };
            if *half == "end" {
                happening.end(&mut stored, count);
            } else if let Err(error) = happening.begin(&mut stored, count) {
                return (StatusCode::CONFLICT, error.to_string()).into_response();
            }
            StatusCode::OK.into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn object(
    stored: &Mutex<Stored>,
    method: &Method,
    kind: Kind,
    place: &Place,
    status: bool,
    body: Value,
) -> Response {
    let mut stored = lock(stored);
    let done = match *method {
        Method::GET => Ok(stored.get(kind, place)),
        Method::POST => {
            let fresh = (1 << 41) + stored.version();
            Ok(Some(stored.create(kind, body, &uid(kind, fresh))))
        }
        Method::PATCH => stored.patch(kind, place, &body, status),
        Method::DELETE => Ok(stored.remove(kind, place)),
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    match done {
        Ok(Some(object)) => answer(StatusCode::OK, &object),
        Ok(None) => missing(&place.name),
        Err(error) => {
            let status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 409, "reason": "Conflict", "message": error.to_string() });
            answer(StatusCode::CONFLICT, &status)
        }
    }
}

/// Leases, Events.
fn other(stored: &Mutex<Stored>, method: &Method, path: String, body: &Value) -> Response {
    let mut stored = lock(stored);
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    match *method {
        Method::GET => match stored.other(&path) {
            Some(other) => answer(StatusCode::OK, other),
            None => missing(&name),
        },
        // Events are not kept.
        Method::POST if name == "events" => answer(StatusCode::CREATED, body),
        Method::POST => {
            let name = body["metadata"]["name"].as_str().unwrap_or_default();
            answer(
                StatusCode::CREATED,
                stored.put_other(format!("{path}/{name}"), body),
            )
        }
        Method::PATCH | Method::PUT => answer(StatusCode::OK, stored.put_other(path, body)),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn answer(code: StatusCode, body: &Value) -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (code, json, body.to_string()).into_response()
}

fn missing(name: &str) -> Response {
    let status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 404, "reason": "NotFound", "message": "not found", "details": { "name": name } });
    answer(StatusCode::NOT_FOUND, &status)
}

/// Where a watch stands.
enum Stage {
    /// So many objects of the list were sent.
    List(u64),
    /// The list was sent, not yet its end.
    Listed,
    /// Everything up to this version was sent.
    Watch(u64),
}

/// A streaming list, and a watch that goes on from there; or from a version.
fn watch(stored: Shared, kind: Kind, query: &str) -> Response {
    let field = |name: &str| {
        let mut fields = query.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let version = field("resourceVersion").and_then(|version| version.parse().ok());
    let stage = match (field("sendInitialEvents"), version) {
        (Some("true"), _) | (_, None) => Stage::List(0),
        (_, Some(version)) => Stage::Watch(version),
    };
    let (objects, news) = {
        let stored = lock(&stored);
        (stored.objects, stored.news())
    };
    let watch = (stored, kind, objects, news, stage);
    let lines = stream::unfold(
        watch,
        |(stored, kind, objects, mut news, stage)| async move {
            let (bytes, stage) = match stage {
                Stage::List(from) => {
                    let (chunk, next) = list(objects, kind, from);
                    let done = next == objects.count(kind);
                    let stage = if done {
                        Stage::Listed
                    } else {
                        Stage::List(next)
                    };
                    (chunk, stage)
                }
                Stage::Listed => (end_of_list(kind), Stage::Watch(0)),
                Stage::Watch(version) => {
                    let lines = loop {
                        let lines = lock(&stored).lines(kind, version);
                        if !lines.is_empty() {
                            break lines;
                        }
                        news.changed().await.ok()?;
                    };
                    let version = lines.last().map_or(version, |(version, _)| *version);
                    let text: String = lines.iter().map(|(_, line)| &**line).collect();
                    (text, Stage::Watch(version))
                }
            };
            let bytes = Ok::<_, Infallible>(Bytes::from(bytes));
            Some((bytes, (stored, kind, objects, news, stage)))
        },
    );
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, Body::from_stream(lines)).into_response()
}

/// A piece of a list, from an object on; and the object from which to go on.
fn list(objects: Objects, kind: Kind, from: u64) -> (String, u64) {
    let mut chunk = String::with_capacity(CHUNK + 4096);
    let mut next = from;
    while next < objects.count(kind) && chunk.len() < CHUNK {
        write_line(objects, kind, next, &mut chunk);
        next += 1;
    }
    (chunk, next)
}

/// The line of a streaming list that shows an object.
pub(super) fn write_line(objects: Objects, kind: Kind, number: u64, out: &mut String) {
    out.push_str(r#"{"type":"ADDED","object":"#);
    objects.write(kind, number, out);
    out.push_str("}\n");
}

fn end_of_list(kind: Kind) -> String {
    let (api_version, word) = kind.head();
    let metadata = json!({ "resourceVersion": "99999999", "annotations": { "k8s.io/initial-events-end": "true" } });
    let object =
        json!({ "apiVersion": api_version, "kind": word, "metadata": metadata, "spec": {} });
    format!("{{\"type\":\"BOOKMARK\",\"object\":{object}}}\n")
}
