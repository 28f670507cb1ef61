// SPDX-License-Identifier: Apache-2.0

//! A model of the API server for tests: what it stores, answers and reports. Pure, without a clock but a counter and without
//! chance, so that tests can put any step between any two others. A cluster test holds it to the real one.
//!
//! It speaks JSON, as the real server does. `K` is whatever tells kinds apart.

mod direct;
mod garbage;
mod history;
mod limits;
mod merge;
mod meta;
mod request;
mod schema;
mod watch;
mod write;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

pub use history::{Backup, HISTORIES};
pub use limits::Verb;
pub use request::{Answer, Delete, Policy, Refusal, Request};
pub use schema::{Cause, Definition, Rules};
pub use watch::{Reported, What, version};

use limits::Limits;
use watch::{Log, Watch};

/// One namespace of the server.
#[derive(Clone, Debug)]
pub struct Server<K> {
    namespace: &'static str,
    phase: Phase,
    definitions: Arc<BTreeMap<K, Definition>>,
    objects: BTreeMap<K, BTreeMap<Arc<str>, Stored>>,
    limits: Limits<K>,
    /// The version of the last write. All namespaces have one clock.
    clock: Arc<AtomicU64>,
    uids: u64,
    /// How many names were made.
    generated: u64,
    /// How the next name ends that is made.
    suffix: Option<String>,
    logs: BTreeMap<K, Log>,
    watches: Vec<Watch<K>>,
}

/// An object, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stored {
    object: Arc<Value>,
    /// Whether it is stored as it is read. What is filled in only when it is read, as the status of a new object, is stored
    /// by the next write, even if that changes nothing.
    same: bool,
}

/// What there is of a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It is there.
    #[default]
    Active,
    /// It is being deleted: nothing is created in it.
    Terminating,
    /// It is not there.
    Gone,
}

impl<K: Copy + Ord> Server<K> {
    /// An empty namespace, and so many clients that watch each kind. Of its kinds nothing is known, so that all fields are
    /// kept and none is filled in.
    pub fn new(namespace: &'static str, clients: usize) -> Self {
        Self {
            namespace,
            phase: Phase::Active,
            definitions: Arc::default(),
            objects: BTreeMap::new(),
            limits: Limits::default(),
            clock: Arc::default(),
            uids: 0,
            generated: 0,
            suffix: None,
            logs: BTreeMap::new(),
            watches: (0..clients).map(|_| Watch::default()).collect(),
        }
    }

    /// With these definitions of its kinds.
    #[must_use]
    pub fn with_definitions(self, definitions: Arc<BTreeMap<K, Definition>>) -> Self {
        Self {
            definitions,
            ..self
        }
    }

    /// Another namespace of the same server, with nothing in it.
    #[must_use]
    pub fn another(&self, namespace: &'static str) -> Self {
        Self {
            clock: self.clock.clone(),
            ..Self::new(namespace, self.watches.len()).with_definitions(self.definitions.clone())
        }
    }

    /// A copy that goes on by itself: its clock is its own. A plain clone shares the clock, as another namespace does.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            clock: Arc::new(AtomicU64::new(self.newest())),
            ..self.clone()
        }
    }

    /// Lets the clock go on, as if others had written this often.
    pub fn pass(&self, writes: u64) {
        self.clock.fetch_add(writes * HISTORIES, Ordering::Relaxed);
    }

    /// The namespace's name.
    pub fn namespace(&self) -> &'static str {
        self.namespace
    }

    /// What there is of the namespace.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Says what there is of the namespace.
    pub fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
    }

    /// Says how the next name ends that is made of `generateName`. Otherwise such names are counted.
    pub fn set_suffix(&mut self, suffix: &str) {
        self.suffix = Some(suffix.to_owned());
    }

    /// The object `name` of `kind`.
    pub fn get(&self, kind: K, name: &str) -> Option<&Value> {
        self.stored(kind, name).map(|stored| &*stored.object)
    }

    /// All objects of a kind, in the order of their names.
    pub fn list(&self, kind: K) -> impl Iterator<Item = &Value> {
        let objects = self.objects.get(&kind).into_iter().flatten();
        objects.map(|(_, stored)| &*stored.object)
    }

    /// The newest version.
    pub fn newest(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    fn stored(&self, kind: K, name: &str) -> Option<&Stored> {
        self.objects.get(&kind)?.get(name)
    }

    fn objects(&self, kind: K) -> &BTreeMap<Arc<str>, Stored> {
        static NONE: BTreeMap<Arc<str>, Stored> = BTreeMap::new();
        self.objects.get(&kind).unwrap_or(&NONE)
    }

    /// The next version. Those of two histories are never the same, as they hardly are where others write as well.
    fn tick(&mut self) -> String {
        self.pass(1);
        self.newest().to_string()
    }
}

/// All that later answers and events depend on, but the versions and uids to come.
impl<K: Ord + Hash> Hash for Server<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.namespace, self.phase).hash(state);
        (&self.objects, &self.limits, &self.logs, &self.watches).hash(state);
    }
}

/// The object's UID.
pub fn uid(object: &Value) -> String {
    let uid = object["metadata"]["uid"].as_str();
    uid.unwrap_or_default().to_owned()
}

/// The time of the so-manieth object.
fn time(number: u64) -> String {
    let seconds = i64::try_from(number).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds)
        .unwrap_or(Timestamp::MAX)
        .to_string()
}

#[cfg(test)]
mod tests;
