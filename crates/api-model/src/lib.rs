//! A model of the Kubernetes API server: names, uids, versions, preconditions, finalizers, owners, namespaces that go, watches,
//! restores from backups. Pure, without a clock but a counter, so that tests can put any step between any two others.
//!
//! It speaks JSON, as the real server does. `K` is whatever tells kinds apart.

mod history;
mod request;
mod watch;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

pub use history::{Backup, HISTORIES};
pub use request::{Answer, Refusal, Request};
pub use watch::Reported;
use watch::Watch;

/// One namespace of the server.
#[derive(Clone, Debug)]
pub struct Server<K> {
    namespace: &'static str,
    phase: Phase,
    objects: BTreeMap<(K, String), Value>,
    /// The version of the last write. All namespaces have one clock.
    clock: Rc<Cell<u64>>,
    uids: u64,
    watches: Vec<Watch<K>>,
}

/// What there is of a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// An empty namespace, and so many clients that watch each kind.
    pub fn new(namespace: &'static str, clients: usize) -> Self {
        Self {
            namespace,
            phase: Phase::Active,
            objects: BTreeMap::new(),
            clock: Rc::default(),
            uids: 0,
            watches: (0..clients).map(|_| Watch::default()).collect(),
        }
    }

    /// Another namespace of the same server, with nothing in it.
    #[must_use]
    pub fn another(&self, namespace: &'static str) -> Self {
        Self {
            clock: self.clock.clone(),
            ..Self::new(namespace, self.watches.len())
        }
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

    /// The object `name` of `kind`.
    pub fn get(&self, kind: K, name: &str) -> Option<&Value> {
        self.objects.get(&(kind, name.to_owned()))
    }

    /// All objects of a kind, in the order of their names.
    pub fn list(&self, kind: K) -> impl Iterator<Item = &Value> {
        let objects = self.objects.iter();
        objects
            .filter(move |((of, _), _)| *of == kind)
            .map(|(_, object)| object)
    }

    /// Creates an object; answers whether the name was free and the namespace takes it.
    pub fn create(&mut self, kind: K, name: &str, body: &Value) -> bool {
        let key = (kind, name.to_owned());
        if self.phase != Phase::Active || self.objects.contains_key(&key) {
            return false;
        }
        self.uids += 1;
        let seconds = i64::try_from(self.uids).unwrap_or(i64::MAX);
        let created = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let mut object = body.clone();
        json_patch::merge(
            &mut object,
            &json!({ "metadata": {
                "name": name, "namespace": self.namespace, "uid": format!("uid-{}-{}", self.namespace, self.uids),
                "generation": 1, "creationTimestamp": created.to_string(),
            }}),
        );
        self.store(key, object);
        true
    }

    /// Merges a patch; a change of the spec is a new generation. Preconditions in it are not looked at.
    pub fn patch(&mut self, kind: K, name: &str, patch: &Value) {
        let key = (kind, name.to_owned());
        let Some(old) = self.objects.get(&key) else {
            return;
        };
        let mut new = old.clone();
        let mut patch = patch.clone();
        if let Some(metadata) = patch.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("resourceVersion");
        }
        json_patch::merge(&mut new, &patch);
        if new["spec"] != old["spec"] {
            let generation = old["metadata"]["generation"].as_i64().unwrap_or(0);
            new["metadata"]["generation"] = (generation + 1).into();
        }
        if new != *old {
            self.store(key, new);
        }
    }

    /// Deletes an object: at once, or when its finalizers are gone.
    pub fn delete(&mut self, kind: K, name: &str) {
        let key = (kind, name.to_owned());
        let Some(object) = self.objects.get(&key) else {
            return;
        };
        let finalizers = object["metadata"]["finalizers"].as_array();
        if finalizers.is_some_and(|all| !all.is_empty()) {
            let deleting = json!({ "metadata": { "deletionTimestamp": "1970-01-01T00:00:00Z" } });
            return self.patch(kind, name, &deleting);
        }
        if let Some(mut object) = self.objects.remove(&key) {
            object["metadata"]["resourceVersion"] = self.tick().into();
            self.report(kind, true, &object);
        }
    }

    /// Takes the finalizers off; an object that is being deleted goes.
    pub fn release(&mut self, kind: K, name: &str) {
        self.patch(kind, name, &json!({ "metadata": { "finalizers": null } }));
        let deleting = |object: &Value| object["metadata"]["deletionTimestamp"].is_string();
        if self.get(kind, name).is_some_and(deleting) {
            self.delete(kind, name);
        }
    }

    /// The garbage collector's round.
    pub fn collect(&mut self) {
        let uids: Vec<String> = self.objects.values().map(uid).collect();
        let is_orphan = |object: &Value| {
            let owner = object["metadata"]["ownerReferences"][0]["uid"].as_str();
            owner.is_some_and(|owner| !uids.iter().any(|uid| uid == owner))
        };
        let objects = self.objects.iter();
        let orphans: Vec<(K, String)> = objects
            .filter(|(_, object)| is_orphan(object))
            .map(|(key, _)| key.clone())
            .collect();
        for (kind, name) in orphans {
            self.delete(kind, &name);
        }
    }

    /// Deletes the namespace, and what is in it as far as no finalizers hold it.
    pub fn begin_to_delete(&mut self) {
        self.phase = Phase::Terminating;
        for (kind, name) in self.objects.clone().into_keys() {
            self.delete(kind, &name);
        }
    }

    /// What finalizers held goes, and the namespace.
    pub fn finish_to_delete(&mut self) {
        for (kind, name) in self.objects.clone().into_keys() {
            self.delete(kind, &name);
            self.release(kind, &name);
        }
        self.phase = Phase::Gone;
    }

    /// The newest version.
    pub fn newest(&self) -> u64 {
        self.clock.get()
    }

    /// The next version. Those of two histories are never the same, as they hardly are where others write as well.
    fn tick(&mut self) -> String {
        self.clock.set(self.clock.get() + HISTORIES);
        self.clock.get().to_string()
    }

    fn store(&mut self, key: (K, String), mut object: Value) {
        object["metadata"]["resourceVersion"] = self.tick().into();
        self.report(key.0, false, &object);
        self.objects.insert(key, object);
    }
}

/// The object's UID.
pub fn uid(object: &Value) -> String {
    let uid = object["metadata"]["uid"].as_str();
    uid.unwrap_or_default().to_owned()
}
