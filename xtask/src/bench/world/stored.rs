// SPDX-License-Identifier: Apache-2.0

//! What the stand-in stores: the objects that are made from their numbers, and over them what was written since.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::objects::{Kind, Objects, Place};

/// Versions of what is written, above those of what is made from numbers.
const WRITTEN: u64 = 100_000_000;

/// A line of a watch, with the version that it shows.
type Line = (u64, Arc<str>);

/// The state of the stand-in.
pub(super) struct Stored {
    pub(super) objects: Objects,
    written: HashMap<(Kind, Place), Option<Value>>,
    /// What each kind's watches show of the writes, in order.
    lines: HashMap<Kind, Vec<Line>>,
    version: u64,
    /// Writes of the controller.
    pub(super) writes: u64,
    /// Leases and whatever else is asked for, by path.
    others: HashMap<String, Value>,
    news: watch::Sender<u64>,
}

impl Stored {
    pub(super) fn new(objects: Objects) -> Self {
        Self {
            objects,
            written: HashMap::new(),
            lines: HashMap::new(),
            version: WRITTEN,
            writes: 0,
            others: HashMap::new(),
            news: watch::Sender::new(WRITTEN),
        }
    }

    /// The version of the last write.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Follows the version.
    pub(super) fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// The lines of a kind's watch after `version`.
    pub(super) fn lines(&self, kind: Kind, version: u64) -> Vec<Line> {
        let lines = self.lines.get(&kind).map_or(&[][..], Vec::as_slice);
        let from = lines.partition_point(|(shown, _)| *shown <= version);
        lines[from..].to_vec()
    }

    /// The object at a place, if there is one.
    pub(super) fn get(&self, kind: Kind, place: &Place) -> Option<Value> {
        if let Some(written) = self.written.get(&(kind, place.clone())) {
            return written.clone();
        }
        let number = self.objects.number(kind, place)?;
        serde_json::from_str(&self.objects.text(kind, number)).ok()
    }

    /// Stores an object in a new version, and has it shown.
    pub(super) fn put(&mut self, kind: Kind, mut object: Value) -> Value {
        let place = place_of(&object);
        let known = self.get(kind, &place).is_some();
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        self.show(kind, if known { "MODIFIED" } else { "ADDED" }, &object);
        self.written.insert((kind, place), Some(object.clone()));
        object
    }

    /// Removes an object, and has that shown.
    pub(super) fn remove(&mut self, kind: Kind, place: &Place) -> Option<Value> {
        let mut object = self.get(kind, place)?;
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        self.show(kind, "DELETED", &object);
        self.written.insert((kind, place.clone()), None);
        Some(object)
    }

    fn show(&mut self, kind: Kind, event: &str, object: &Value) {
        let line = format!("{{\"type\":\"{event}\",\"object\":{object}}}\n");
        let lines = self.lines.entry(kind).or_default();
        lines.push((self.version, line.into()));
        self.news.send_replace(self.version);
    }

    /// Creates what the controller sends.
    pub(super) fn create(&mut self, kind: Kind, mut object: Value, uid: &str) -> Value {
        self.writes += 1;
        let metadata = &mut object["metadata"];
        metadata["uid"] = uid.into();
        metadata["generation"] = 1.into();
        metadata["creationTimestamp"] = "2026-02-01T00:00:00Z".into();
        self.put(kind, object)
    }

    /// Merges what the controller sends.
    pub(super) fn patch(
        &mut self,
        kind: Kind,
        place: &Place,
        patch: &Value,
        status: bool,
    ) -> Result<Option<Value>> {
        self.writes += 1;
        let Some(before) = self.get(kind, place) else {
            return Ok(None);
        };
        let wanted = patch["metadata"]["resourceVersion"].as_str();
        ensure!(
            wanted.is_none_or(|wanted| before["metadata"]["resourceVersion"] == *wanted),
            "the object has been modified"
        );
        let mut object = before.clone();
        if status {
            json_patch::merge(&mut object["status"], &patch["status"]);
        } else {
            json_patch::merge(&mut object, patch);
        }
        if object["spec"] != before["spec"] {
            let generation = before["metadata"]["generation"].as_u64();
            object["metadata"]["generation"] = (generation.context("a generation")? + 1).into();
        }
        Ok(Some(self.put(kind, object)))
    }

    /// What else is stored at a path.
    pub(super) fn other(&self, path: &str) -> Option<&Value> {
        self.others.get(path)
    }

    /// Stores something else at a path.
    pub(super) fn put_other(&mut self, path: String, patch: &Value) -> &Value {
        self.version += 1;
        let other = self.others.entry(path).or_insert_with(|| json!({}));
        json_patch::merge(other, patch);
        let uid = "00000000-0000-4000-8000-000000000000";
        other["metadata"]["uid"] = uid.into();
        other["metadata"]["resourceVersion"] = self.version.to_string().into();
        other
    }
}

/// Where an object is.
pub(super) fn place_of(object: &Value) -> Place {
    let text = |field: &str| {
        let text = object["metadata"][field].as_str();
        text.unwrap_or_default().to_owned()
    };
    Place {
        namespace: text("namespace"),
        name: text("name"),
    }
}
