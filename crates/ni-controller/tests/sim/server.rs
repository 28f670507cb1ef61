//! A namespace of an API server in a few lines: names, uids, versions, preconditions, finalizers, owners. No clock but a counter.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use k8s_openapi::jiff::Timestamp;
use ni_controller::core::{Failure, Outcome};
use ni_controller::plan::Request;
use ni_controller::world::{AnyObject, Event, Kind};
use serde_json::{Value, json};

/// One namespace of the server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) namespace: &'static str,
    pub(crate) phase: Phase,
    objects: BTreeMap<(Kind, String), Value>,
    /// All namespaces have one clock.
    clock: Rc<Cell<u64>>,
    /// Up to which version the watches of each replica show nothing, by kind: they go on from there since a restore.
    blind: [BTreeMap<Kind, u64>; 2],
    uids: u64,
    /// What the watches of each replica have yet to deliver, by kind.
    pub(crate) events: [BTreeMap<Kind, VecDeque<Reported>>; 2],
    /// Every change of the controller's to an object that was there, with the object as it was before.
    pub(crate) writes: Vec<(Kind, Request, Value)>,
    /// The routes of an interface, as a cloud provider read them last.
    pub(crate) read_routes: Vec<Value>,
}

/// What a namespace was like.
#[derive(Clone, Debug)]
pub(crate) struct Backup {
    namespace: &'static str,
    objects: BTreeMap<(Kind, String), Value>,
    clock: u64,
}

/// How many histories a server can have, one restore after the other.
const HISTORIES: u64 = 4;

/// What there is of a namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Active,
    /// It is being deleted: nothing is created in it.
    Terminating,
    Gone,
}

/// An event that a watch has yet to deliver.
#[derive(Clone, Debug)]
pub(crate) struct Reported {
    gone: bool,
    object: Value,
}

impl Reported {
    pub(crate) fn typed(&self, kind: Kind) -> Event {
        let object = any(kind, &self.object);
        if self.gone {
            Event::Deleted(object)
        } else {
            Event::Applied(object)
        }
    }
}

/// The object as the controller's world keeps it.
pub(crate) fn any(kind: Kind, object: &Value) -> AnyObject {
    AnyObject::decode(kind, &object.to_string()).expect("metadata decodes")
}

impl Default for Server {
    fn default() -> Self {
        Self {
            namespace: "ns",
            phase: Phase::Active,
            objects: BTreeMap::new(),
            clock: Rc::default(),
            blind: Default::default(),
            uids: 0,
            events: Default::default(),
            writes: Vec::new(),
            read_routes: Vec::new(),
        }
    }
}

impl Server {
    /// Another namespace of the same server, with nothing in it.
    pub(crate) fn other(&self) -> Self {
        Self {
            namespace: "other",
            clock: self.clock.clone(),
            ..Self::default()
        }
    }

    /// The next version. Those of two histories are never the same, as they hardly are where others write as well.
    fn tick(&mut self) -> String {
        self.clock.set(self.clock.get() + HISTORIES);
        self.clock.get().to_string()
    }

    pub(crate) fn back_up(&self) -> Backup {
        Backup {
            namespace: self.namespace,
            objects: self.objects.clone(),
            clock: self.clock.get(),
        }
    }

    /// Goes back to what it was like when one of these was made of it, in a history of this number. Watches do not notice:
    /// each goes on from the version that it had come to.
    pub(crate) fn restore(&mut self, backups: &[Backup], newest: u64) {
        let mut backups = backups.iter();
        let backup = backups.find(|backup| backup.namespace == self.namespace);
        self.objects = backup.expect("of each namespace").objects.clone();
        self.events = Default::default();
        self.blind = [0, 1].map(|_| Kind::ALL.map(|kind| (kind, newest)).into());
    }

    /// The next history begins, with the next version after that of the backup, or after all that ever were.
    pub(crate) fn begin_history(&self, number: u64, backup: &Backup, overtakes: bool) {
        let clock = if overtakes {
            self.clock.get()
        } else {
            backup.clock
        };
        let number = number % HISTORIES;
        self.clock.set(clock / HISTORIES * HISTORIES + number);
    }

    /// The newest version.
    pub(crate) fn newest(&self) -> u64 {
        self.clock.get()
    }

    /// A watch begins anew: what it had yet to deliver is lost.
    pub(crate) fn begin_watch(&mut self, watches: usize, kind: Kind) {
        self.events[watches].remove(&kind);
        self.blind[watches].remove(&kind);
    }

    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&Value> {
        self.objects.get(&(kind, name.to_owned()))
    }

    pub(crate) fn list(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        self.objects
            .iter()
            .filter(move |((of, _), _)| *of == kind)
            .map(|(_, object)| object)
    }

    /// All objects of a kind, as its watch would report them.
    pub(crate) fn reported(&self, kind: Kind) -> VecDeque<Reported> {
        self.list(kind)
            .map(|object| Reported {
                gone: false,
                object: object.clone(),
            })
            .collect()
    }

    /// Creates an object; answers whether the name was free.
    pub(crate) fn create(&mut self, kind: Kind, name: &str, body: &Value) -> bool {
        let key = (kind, name.to_owned());
        if self.phase != Phase::Active || self.objects.contains_key(&key) {
            return false;
        }
        self.uids += 1;
        let created = Timestamp::from_second(i64::try_from(self.uids).unwrap()).unwrap();
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

    /// Merges a patch; a change of the spec is a new generation.
    pub(crate) fn patch(&mut self, kind: Kind, name: &str, patch: &Value) {
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
            new["metadata"]["generation"] =
                (old["metadata"]["generation"].as_i64().unwrap() + 1).into();
        }
        if new != *old {
            self.store(key, new);
        }
    }

    /// Deletes an object: at once, or when its finalizers are gone.
    pub(crate) fn delete(&mut self, kind: Kind, name: &str) {
        let key = (kind, name.to_owned());
        let Some(object) = self.objects.get(&key) else {
            return;
        };
        if object["metadata"]["finalizers"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
        {
            self.patch(
                kind,
                name,
                &json!({ "metadata": { "deletionTimestamp": "1970-01-01T00:00:00Z" } }),
            );
            return;
        }
        let mut object = self.objects.remove(&key).unwrap();
        object["metadata"]["resourceVersion"] = self.tick().into();
        self.report(kind, true, &object);
    }

    /// Deletes the namespace, and what is in it as far as no finalizers hold it.
    pub(crate) fn begin_to_delete(&mut self) {
        self.phase = Phase::Terminating;
        for (kind, name) in self.objects.clone().into_keys() {
            self.delete(kind, &name);
        }
    }

    /// What finalizers held goes, and the namespace.
    pub(crate) fn finish_to_delete(&mut self) {
        for (kind, name) in self.objects.clone().into_keys() {
            self.delete(kind, &name);
            self.release(kind, &name);
        }
        self.phase = Phase::Gone;
    }

    /// Takes the finalizers off; an object that is being deleted goes.
    pub(crate) fn release(&mut self, kind: Kind, name: &str) {
        self.patch(kind, name, &json!({ "metadata": { "finalizers": null } }));
        if self
            .get(kind, name)
            .is_some_and(|object| object["metadata"]["deletionTimestamp"].is_string())
        {
            self.delete(kind, name);
        }
    }

    /// The garbage collector's round.
    pub(crate) fn collect(&mut self) {
        let uids: Vec<String> = self.objects.values().map(uid).collect();
        let orphans: Vec<(Kind, String)> = self
            .objects
            .iter()
            .filter(|(_, object)| {
                let owner = &object["metadata"]["ownerReferences"][0]["uid"];
                owner
                    .as_str()
                    .is_some_and(|owner| !uids.iter().any(|uid| uid == owner))
            })
            .map(|(key, _)| key.clone())
            .collect();
        for (kind, name) in orphans {
            self.delete(kind, &name);
        }
    }

    /// Serves a request of the controller's, as the real server would.
    pub(crate) fn serve(&mut self, kind: Kind, name: &str, request: &Request) -> Outcome {
        let stored = self.get(kind, name).cloned();
        if let Request::Create(body) = request {
            if !self.create(kind, name, body) {
                return Outcome::Failed(match self.phase {
                    Phase::Active => Failure::AlreadyExists,
                    Phase::Terminating => Failure::NamespaceTerminating,
                    Phase::Gone => Failure::NotFound,
                });
            }
            return Outcome::Object(any(kind, self.get(kind, name).unwrap()));
        }
        let Some(stored) = stored else {
            return if *request == Request::Read {
                Outcome::Gone
            } else {
                Outcome::Failed(Failure::NotFound)
            };
        };
        let (uid_wanted, version_wanted) = match request {
            Request::Patch(body) => (text(&body["metadata"]["uid"]), version(body)),
            // As the API server does: of a status patch it ignores the uid.
            Request::PatchStatus(body) => (None, version(body)),
            Request::Delete { uid, version } => (Some(uid.to_string()), Some(version.to_string())),
            Request::Create(_) | Request::Read => (None, None),
        };
        let fits = uid_wanted.is_none_or(|wanted| wanted == uid(&stored))
            && version_wanted
                .is_none_or(|wanted| stored["metadata"]["resourceVersion"] == wanted.as_str());
        if !fits {
            return Outcome::Failed(Failure::Conflict("precondition".to_owned()));
        }
        if *request != Request::Read {
            self.writes.push((kind, request.clone(), stored));
        }
        match request {
            Request::Patch(body) | Request::PatchStatus(body) => self.patch(kind, name, body),
            Request::Delete { .. } => self.delete(kind, name),
            Request::Create(_) | Request::Read => {}
        }
        self.get(kind, name)
            .map_or(Outcome::Gone, |object| Outcome::Object(any(kind, object)))
    }

    fn store(&mut self, key: (Kind, String), mut object: Value) {
        object["metadata"]["resourceVersion"] = self.tick().into();
        self.report(key.0, false, &object);
        self.objects.insert(key, object);
    }

    fn report(&mut self, kind: Kind, gone: bool, object: &Value) {
        let version = self.clock.get();
        for (events, blind) in self.events.iter_mut().zip(&self.blind) {
            if blind.get(&kind).is_some_and(|blind| version <= *blind) {
                continue;
            }
            let event = Reported {
                gone,
                object: object.clone(),
            };
            events.entry(kind).or_default().push_back(event);
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn version(object: &Value) -> Option<String> {
    text(&object["metadata"]["resourceVersion"])
}

pub(crate) fn uid(object: &Value) -> String {
    object["metadata"]["uid"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
