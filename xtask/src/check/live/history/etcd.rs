// SPDX-License-Identifier: Apache-2.0

//! etcd, as one who reads it directly: what the API server has stored, in the one order in which it was written.

use anyhow::{Context, Result, bail};
use http::Request;
use http_body_util::BodyExt;
use k8s_openapi::ByteString;
use kube::Client;
use kube::client::Body;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control_plane::plain_client;

use super::super::world::{Key, Kind};

/// Our groups lie between these keys, and little else.
const FIRST: &str = "/registry/compute.ironcore.dev/";
const END: &str = "/registry/networking.ironcore.dev0";
/// A key between them of which nobody else knows.
const MARK: &str = "/registry/live-check";
/// How many objects are read at once.
const PAGE: usize = 2_000;

/// One write of one object.
#[derive(Clone, Debug)]
pub(in super::super) struct Written {
    pub(in super::super) revision: i64,
    pub(in super::super) key: Key,
    /// As it was stored; `None`: it was deleted.
    pub(in super::super) object: Option<Value>,
}

/// What etcd says at once.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// All up to this revision was said.
    pub(super) revision: i64,
    pub(super) writes: Vec<Written>,
}

/// etcd's JSON gateway.
#[derive(Clone)]
pub(super) struct Etcd(Client);

impl Etcd {
    pub(super) fn new(port: u16) -> Result<Self> {
        Ok(Self(plain_client(port)?))
    }

    /// All objects of our kinds, and the revision that they are of.
    pub(super) async fn all(&self) -> Result<Said> {
        let mut said = Said::default();
        let mut from = FIRST.to_owned();
        loop {
            let body = json!({
                "key": text(&from), "range_end": text(END), "limit": PAGE, "revision": said.revision,
            });
            let page: Page = self.ask("/v3/kv/range", &body).await?;
            said.revision = said.revision.max(page.header.revision.parse()?);
            let Some(last) = page.kvs.last() else { break };
            // The next key in etcd's order.
            from = format!("{}\0", String::from_utf8_lossy(&last.key.0));
            for entry in page.kvs {
                said.writes.extend(entry.read(false)?);
            }
            if !page.more {
                break;
            }
        }
        Ok(said)
    }

    /// Writes the mark; its revision.
    pub(super) async fn mark(&self) -> Result<i64> {
        let body = json!({ "key": text(MARK) });
        let put: Put = self.ask("/v3/kv/put", &body).await?;
        Ok(put.header.revision.parse()?)
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let request = Request::post(path).body(serde_json::to_vec(body)?)?;
        let answer = self.0.request(request).await;
        answer.with_context(|| format!("asking etcd for {path}"))
    }

    /// What is written from this revision on.
    pub(super) async fn watch(&self, from: i64) -> Result<Watch> {
        let create = json!({
            "key": text(FIRST), "range_end": text(END), "start_revision": from.to_string(),
        });
        let body = json!({ "create_request": create });
        let request = Request::post("/v3/watch").body(Body::from(serde_json::to_vec(&body)?))?;
        let answer = self.0.send(request).await.context("watching etcd")?;
        Ok(Watch {
            body: answer.into_body(),
            read: Vec::new(),
        })
    }
}

fn text(text: &str) -> ByteString {
    ByteString(text.as_bytes().to_vec())
}

/// A watch of etcd.
pub(super) struct Watch {
    body: Body,
    read: Vec<u8>,
}

impl Watch {
    /// What is said next.
    pub(super) async fn next(&mut self) -> Result<Said> {
        let mut searched = 0;
        loop {
            if let Some(end) = self.read[searched..].iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=searched + end).collect();
                return Line::read(&line);
            }
            searched = self.read.len();
            let frame = self.body.frame().await.context("etcd ended the watch")??;
            self.read.extend(frame.data_ref().into_iter().flatten());
        }
    }
}

#[derive(Deserialize)]
struct Line {
    result: Answer,
}

#[derive(Deserialize)]
struct Answer {
    // Its header may be of a revision ahead of events that are still to come.
    #[serde(default)]
    canceled: bool,
    #[serde(default)]
    compact_revision: Option<String>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Header {
    revision: String,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default, rename = "type")]
    what: Option<String>,
    kv: Entry,
}

#[derive(Deserialize)]
struct Page {
    header: Header,
    #[serde(default)]
    kvs: Vec<Entry>,
    #[serde(default)]
    more: bool,
}

#[derive(Deserialize)]
struct Put {
    header: Header,
}

#[derive(Deserialize)]
struct Entry {
    key: ByteString,
    mod_revision: String,
    /// Undecoded where it is not ours.
    #[serde(default)]
    value: String,
}

impl Line {
    fn read(line: &[u8]) -> Result<Said> {
        let answer = serde_json::from_slice::<Self>(line)
            .context("what etcd says")?
            .result;
        if answer.canceled {
            bail!(
                "etcd cancels the watch, compacted at {:?}",
                answer.compact_revision
            );
        }
        let mut said = Said::default();
        for event in answer.events {
            said.revision = event.kv.mod_revision.parse()?;
            let deleted = event.what.as_deref() == Some("DELETE");
            said.writes.extend(event.kv.read(deleted)?);
        }
        Ok(said)
    }
}

impl Entry {
    /// The write of an object, if it is of one of our kinds.
    fn read(self, deleted: bool) -> Result<Option<Written>> {
        let Some(key) = key(&String::from_utf8_lossy(&self.key.0)) else {
            return Ok(None);
        };
        let object = if deleted {
            None
        } else {
            let bytes: ByteString = serde_json::from_value(Value::String(self.value))?;
            Some(serde_json::from_slice(&bytes.0).with_context(|| format!("{key}"))?)
        };
        let revision = self.mod_revision.parse()?;
        Ok(Some(Written {
            revision,
            key,
            object,
        }))
    }
}

/// As `/registry/ipam.ironcore.dev/prefixes/default/a`.
fn key(text: &str) -> Option<Key> {
    let mut parts = text.strip_prefix("/registry/")?.split('/');
    let (group, plural) = (parts.next()?, parts.next()?);
    let kind = Kind::of(group, plural)?;
    Some(Key::new(kind, parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_etcd_says_reads() {
        let value = |text: &str| json!(ByteString(text.as_bytes().to_vec()));
        let line = json!({ "result": { "header": { "revision": "9" }, "events": [
            { "kv": {
                "key": value("/registry/ipam.ironcore.dev/prefixes/ns/a"),
                "mod_revision": "7", "value": value(r#"{"kind":"Prefix"}"#),
            } },
            { "kv": { "key": value("/registry/leases/ns/a"), "mod_revision": "8", "value": value("k8s") } },
            { "type": "DELETE", "kv": {
                "key": value("/registry/compute.ironcore.dev/machines/ns/m"), "mod_revision": "9",
            } },
        ] } });
        let said = Line::read(line.to_string().as_bytes()).expect("it reads");
        assert_eq!(said.revision, 9);
        let writes: Vec<_> = said
            .writes
            .iter()
            .map(|w| (w.key.to_string(), w.revision, w.object.is_some()))
            .collect();
        let expected = [
            ("Prefix ns/a".to_owned(), 7, true),
            ("Machine ns/m".to_owned(), 9, false),
        ];
        assert_eq!(writes, expected);
    }

    #[test]
    fn a_watch_that_etcd_cancels_is_an_error() {
        let line = json!({ "result": { "header": { "revision": "9" }, "canceled": true, "compact_revision": "5" } });
        let error = Line::read(line.to_string().as_bytes()).expect_err("it ends");
        assert!(error.to_string().contains("compacted"), "{error}");
    }
}
