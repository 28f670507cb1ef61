// SPDX-License-Identifier: Apache-2.0

//! Watches: each client hears what happened to the objects of a kind, in order, at its own pace.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Server;

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// There is an object that was not there, or that a streaming list begins with.
    Added,
    /// It changed.
    Modified,
    /// It is gone.
    Deleted,
    /// Nothing happened up to this version, and what was to be listed has been.
    Bookmark,
}

/// An event of a watch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reported {
    /// What it says.
    pub what: What,
    /// The object as it is, or was last, with the version of the event.
    pub object: Arc<Value>,
}

impl Reported {
    /// Whether the object is gone.
    pub fn gone(&self) -> bool {
        self.what == What::Deleted
    }

    /// The version of the event.
    pub fn version(&self) -> u64 {
        version(&self.object)
    }
}

/// The version in an object's metadata.
pub fn version(object: &Value) -> u64 {
    let version = object["metadata"]["resourceVersion"].as_str();
    version
        .and_then(|version| version.parse().ok())
        .unwrap_or(0)
}

/// What happened to the objects of a kind, as far as the server remembers it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Log {
    /// What there was before the first event.
    pub(crate) before: BTreeMap<Arc<str>, Arc<Value>>,
    /// The version up to which events are forgotten.
    forgotten: u64,
    pub(crate) events: VecDeque<Reported>,
}

/// The watches of one client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Watch<K> {
    /// What each has come to.
    at: BTreeMap<K, u64>,
    /// What a watch of any other kind has come to.
    elsewhere: u64,
    /// What comes before any event: the objects that a streaming list begins with, and bookmarks.
    first: BTreeMap<K, VecDeque<Reported>>,
}

impl<K> Default for Watch<K> {
    fn default() -> Self {
        Self {
            at: BTreeMap::new(),
            elsewhere: 0,
            first: BTreeMap::new(),
        }
    }
}

impl<K: Copy + Ord> Watch<K> {
    /// The server went back; the watch does not notice, and shows nothing before this version.
    pub(crate) fn go_on_from(&mut self, version: u64) {
        *self = Self {
            elsewhere: version,
            ..Self::default()
        };
    }

    fn at(&self, kind: K) -> u64 {
        self.at.get(&kind).copied().unwrap_or(self.elsewhere)
    }
}

impl<K: Copy + Ord> Server<K> {
    /// A client's watch of a kind begins with a list: what it had yet to deliver is lost.
    pub fn begin_watch(&mut self, client: usize, kind: K) {
        let newest = self.newest();
        self.go_to(client, kind, newest);
    }

    /// As [`Self::begin_watch`] from a list, or an event, of this version. Answers whether the server remembers what came
    /// since; otherwise it says 410 Gone, and the client has to list.
    pub fn resume_watch(&mut self, client: usize, kind: K, version: u64) -> bool {
        let remembered = self
            .logs
            .get(&kind)
            .is_none_or(|log| log.forgotten <= version);
        if remembered {
            self.go_to(client, kind, version);
        }
        remembered
    }

    /// A client's watch of a kind begins with `sendInitialEvents`: it shows all objects as they are, by name, and then a
    /// bookmark that says so.
    pub fn stream_list(&mut self, client: usize, kind: K) {
        self.begin_watch(client, kind);
        let objects = self.objects(kind).values();
        let mut first: VecDeque<Reported> = objects.map(|stored| added(&stored.object)).collect();
        first.push_back(self.bookmark_of(kind, true));
        self.watches[client].first.insert(kind, first);
    }

    /// Sends a bookmark to a client that has heard everything; answers whether it has.
    pub fn bookmark(&mut self, client: usize, kind: K) -> bool {
        let heard = self.peek(client, kind).is_none();
        if heard {
            let bookmark = self.bookmark_of(kind, false);
            let newest = self.newest();
            self.go_to(client, kind, newest);
            self.watches[client].first.insert(kind, [bookmark].into());
        }
        heard
    }

    /// The next event of a client's watch of a kind. Nothing is shown to one that fell behind what the server remembers: it
    /// has to list.
    pub fn next_event(&mut self, client: usize, kind: K) -> Option<Reported> {
        let event = self.peek(client, kind)?.clone();
        let watch = &mut self.watches[client];
        let first = watch.first.get_mut(&kind).and_then(VecDeque::pop_front);
        if first.is_none() {
            watch.at.insert(kind, event.version());
        }
        Some(event)
    }

    /// Whether a client's watch fell behind what the server remembers. What it gets is 410 Gone.
    pub fn is_expired(&self, client: usize, kind: K) -> bool {
        let watch = &self.watches[client];
        self.logs
            .get(&kind)
            .is_some_and(|log| log.forgotten > watch.at(kind))
    }

    fn peek(&self, client: usize, kind: K) -> Option<&Reported> {
        let watch = &self.watches[client];
        let first = watch.first.get(&kind).and_then(VecDeque::front);
        first.or_else(|| {
            let log = self
                .logs
                .get(&kind)
                .filter(|_| !self.is_expired(client, kind))?;
            log.since(watch.at(kind)).next()
        })
    }

    fn go_to(&mut self, client: usize, kind: K, version: u64) {
        let watch = &mut self.watches[client];
        watch.at.insert(kind, version);
        watch.first.remove(&kind);
    }

    /// Forgets what happened up to a version, as a compaction does, or a restart of a server that remembers in memory.
    pub fn forget(&mut self, version: u64) {
        for log in self.logs.values_mut() {
            log.forget(version);
        }
    }

    /// Forgets what all clients have heard, so that servers of which nothing different can be seen are equal.
    pub fn forget_heard(&mut self) {
        let Self { logs, watches, .. } = self;
        for (kind, log) in logs {
            log.forget(
                watches
                    .iter()
                    .map(|watch| watch.at(*kind))
                    .min()
                    .unwrap_or(u64::MAX),
            );
            log.forgotten = 0;
        }
    }

    /// All objects of a kind as they were at a version, in the order of their names: what a list with `resourceVersion=0`
    /// may show, after a restart too. Nothing if the server does not remember.
    pub fn list_at(&self, kind: K, version: u64) -> Option<Vec<Arc<Value>>> {
        let Some(log) = self.logs.get(&kind) else {
            return Some(Vec::new());
        };
        (log.forgotten <= version).then(|| {
            let mut objects = log.before.clone();
            let happened = log
                .events
                .iter()
                .take_while(|event| event.version() <= version);
            happened.for_each(|event| apply(&mut objects, event));
            objects.into_values().collect()
        })
    }

    /// What is remembered of a kind after a version.
    pub fn events_since(&self, kind: K, version: u64) -> impl Iterator<Item = &Reported> {
        self.logs
            .get(&kind)
            .into_iter()
            .flat_map(move |log| log.since(version))
    }

    /// All objects of a kind, as a watch would report them.
    pub fn reported(&self, kind: K) -> VecDeque<Reported> {
        self.objects(kind)
            .values()
            .map(|stored| added(&stored.object))
            .collect()
    }

    pub(crate) fn report(&mut self, kind: K, what: What, object: Arc<Value>) {
        let log = self.logs.entry(kind).or_default();
        log.events.push_back(Reported { what, object });
    }

    fn bookmark_of(&self, kind: K, ends: bool) -> Reported {
        let mut object = json!({ "metadata": { "resourceVersion": self.newest().to_string() } });
        if let Some(definition) = self.definitions.get(&kind) {
            object["kind"] = definition.kind.clone().into();
            object["apiVersion"] = definition.api_version.clone().into();
        }
        if ends {
            object["metadata"]["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        Reported {
            what: What::Bookmark,
            object: Arc::new(object),
        }
    }
}

fn added(object: &Arc<Value>) -> Reported {
    Reported {
        what: What::Added,
        object: object.clone(),
    }
}

impl Log {
    /// A memory of nothing but what there is.
    pub(crate) fn of(before: BTreeMap<Arc<str>, Arc<Value>>) -> Self {
        Self {
            before,
            ..Self::default()
        }
    }

    /// What is newer than a version.
    fn since(&self, version: u64) -> impl Iterator<Item = &Reported> {
        let known = self
            .events
            .partition_point(|event| event.version() <= version);
        self.events.range(known..)
    }

    fn forget(&mut self, version: u64) {
        while let Some(event) = self.events.pop_front_if(|event| event.version() <= version) {
            apply(&mut self.before, &event);
        }
        self.forgotten = self.forgotten.max(version);
    }
}

fn apply(objects: &mut BTreeMap<Arc<str>, Arc<Value>>, event: &Reported) {
    let name = event.object["metadata"]["name"]
        .as_str()
        .unwrap_or_default();
    if event.gone() {
        objects.remove(name);
    } else {
        objects.insert(name.into(), event.object.clone());
    }
}
