// SPDX-License-Identifier: Apache-2.0

//! Lists and watches of one kind.

use std::sync::Arc;

use anyhow::Result;
use api_model::Reported;
use http::Method;
use ironcore_api::KINDS;
use serde_json::Value;

use super::At;
use super::same;
use super::shard::Shard;
use super::watching::Watch;
use super::wire::{self, Seen};

const STREAMING: &str =
    "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

impl Shard {
    async fn get(&mut self, kind: At, parameters: &str) -> Result<Seen> {
        let path = format!("{}?{parameters}", wire::collection(kind, &self.namespace));
        wire::send(&self.client, Method::GET, &path, &Value::Null, false).await
    }

    /// A list, which shows all that was done before.
    pub(super) async fn list(&mut self) -> Result<()> {
        let kind = self.rng.usize(..KINDS.len());
        self.figures.requests += 1;
        if let Some((name, difference)) = self.list_difference(kind).await? {
            self.differs(kind, &name, &difference);
        }
        Ok(())
    }

    /// How the server's list of a kind differs from the model's: an object's name, and what is to say.
    pub(super) async fn list_difference(&mut self, kind: At) -> Result<Option<(String, String)>> {
        let real = self.get(kind, "").await?;
        let items = real.body["items"].as_array().cloned().unwrap_or_default();
        let model: Vec<Value> = self.model.list(kind).cloned().collect();
        Ok(self.lists_difference("LIST", &model, &items))
    }

    fn lists_difference(
        &mut self,
        what: &str,
        model: &[Value],
        real: &[Value],
    ) -> Option<(String, String)> {
        let names = |list: &[Value]| {
            let names = list.iter().map(|object| text(object, "name").to_owned());
            names.collect::<Vec<_>>()
        };
        let (ours, theirs) = (names(model), names(real));
        if ours != theirs {
            let difference = format!("{what}: the model has {ours:?}, the server {theirs:?}");
            return Some((String::new(), difference));
        }
        model.iter().zip(real).find_map(|(model, real)| {
            let difference = same::object_difference(model, real, &self.namespace, &mut self.twins);
            difference.map(|difference| {
                let name = text(model, "name").to_owned();
                (name, format!("{what}: {difference}"))
            })
        })
    }

    /// A list that may be old, but never older than one that was shown before.
    pub(super) async fn old_list(&mut self) -> Result<()> {
        let kind = self.rng.usize(..KINDS.len());
        self.figures.requests += 1;
        let real = self.get(kind, "resourceVersion=0").await?;
        let items = real.body["items"].as_array().cloned().unwrap_or_default();
        let shown: Vec<_> = items.iter().map(|item| self.key(item, false)).collect();
        let since = self.model.events_since(kind, self.shown[kind]);
        let mut versions = vec![self.shown[kind]];
        versions.extend(since.map(Reported::version));
        let mut lists = versions.into_iter().rev().filter_map(|version| {
            let list = self.model.list_at(kind, version)?;
            Some((version, list))
        });
        let is_shown = |list: &[Arc<Value>]| {
            let keys = list.iter().map(|object| self.key(object, true));
            keys.eq(shown.iter().cloned())
        };
        let Some((version, list)) = lists.find(|(_, list)| is_shown(list)) else {
            let difference = format!("LIST resourceVersion=0: it was never so: {}", real.body);
            self.differs(kind, "", &difference);
            return Ok(());
        };
        self.shown[kind] = version;
        let model: Vec<Value> = list.iter().map(|object| (**object).clone()).collect();
        let difference = self.lists_difference("LIST resourceVersion=0", &model, &items);
        if let Some((name, difference)) = difference {
            self.differs(kind, &name, &difference);
        }
        Ok(())
    }

    /// Name and version, as the server says it.
    fn key(&self, object: &Value, of_model: bool) -> (String, String) {
        let version = text(object, "resourceVersion");
        let version = if of_model {
            self.twins.real_version(version)
        } else {
            version.to_owned()
        };
        (text(object, "name").to_owned(), version)
    }

    /// A watch that begins with all objects, and a bookmark.
    pub(super) async fn streaming_list(&mut self) -> Result<()> {
        let kind = self.rng.usize(..KINDS.len());
        let mut watch = self.watch(kind, STREAMING).await?;
        self.model.stream_list(0, kind);
        self.compare_watch(kind, &mut watch).await
    }

    /// A watch from some version, which shows what happened since, or that the server does not remember.
    pub(super) async fn resumed_watch(&mut self) -> Result<()> {
        let kind = self.rng.usize(..KINDS.len());
        let back = self.rng.usize(1..30);
        let newest = self.model.newest() + 1;
        // Of a delete no version is known before its event, so it is one of those that are.
        let Some(from) = self.twins.versions_before(newest).rev().nth(back) else {
            return Ok(());
        };
        let real = self.twins.real_version(&from.to_string());
        let remembered = self.model.resume_watch(0, kind, from);
        if remembered && self.model.events_since(kind, from).next().is_none() {
            // Nothing would come, and one can't wait for that.
            return Ok(());
        }
        let mut watch = self.watch(kind, &format!("resourceVersion={real}")).await?;
        if remembered {
            return self.compare_watch(kind, &mut watch).await;
        }
        let event = watch.next_in_time().await?;
        if event.object["code"] != 410 {
            let difference =
                format!("a watch from {real} is not refused but begins with {event:?}");
            self.differs(kind, "", &difference);
        }
        Ok(())
    }

    pub(super) async fn watch(&mut self, kind: At, parameters: &str) -> Result<Watch> {
        self.figures.requests += 1;
        let collection = wire::collection(kind, &self.namespace);
        Watch::open(&self.client, &collection, parameters).await
    }

    /// Compares what the model's client has yet to hear with what the server says.
    async fn compare_watch(&mut self, kind: At, watch: &mut Watch) -> Result<()> {
        while let Some(reported) = self.model.next_event(0, kind) {
            let event = watch.next_in_time().await?;
            self.compare_event(kind, &reported, &event);
        }
        Ok(())
    }
}

pub(super) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object["metadata"][field].as_str().unwrap_or_default()
}
