// SPDX-License-Identifier: Apache-2.0

//! Writes, as the API server's registry does them: the same steps in the same order.

use std::sync::Arc;

use serde_json::{Value, json};

use super::limits::Verb;
use super::merge::merge;
use super::meta::{self, FOREGROUND, ORPHAN};
use super::request::{Answer, Delete, Policy, Refusal};
use super::schema::{Cause, fill};
use super::watch::What;
use super::{Phase, Server, Stored};

/// What a write is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All but the status.
    Main,
    /// The status alone.
    Status,
    /// All of it, by a test that does as if both had been written, whatever the definition says.
    Whole,
}

type Answered = Result<Answer, Answer>;

fn refuse<T>(refusal: Refusal) -> Result<T, Answer> {
    Err(Answer::Refused(refusal))
}

fn accept(causes: Vec<Cause>) -> Result<(), Answer> {
    if causes.is_empty() {
        Ok(())
    } else {
        Err(Answer::Invalid(causes))
    }
}

impl<K: Copy + Ord> Server<K> {
    /// Creates an object by its body, which may name it or say how its name begins.
    pub(crate) fn write_new(&mut self, kind: K, body: &Value, part: Part) -> Answered {
        let mut object = body.clone();
        self.decode(kind, &mut object);
        meta::keep_owners_once(&mut object);
        self.check_namespace(&object)?;
        match self.phase {
            Phase::Active => {}
            Phase::Terminating => return refuse(Refusal::NamespaceTerminating),
            Phase::Gone => return refuse(Refusal::NotFound),
        }
        self.name(&mut object);
        let metadata = meta::of(&mut object);
        for unset in [
            "uid",
            "resourceVersion",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "creationTimestamp",
        ] {
            metadata.remove(unset);
        }
        metadata.insert("namespace".to_owned(), self.namespace.into());
        metadata.insert("generation".to_owned(), 1.into());
        let status = object
            .as_object_mut()
            .and_then(|fields| fields.remove("status"));
        if part != Part::Whole {
            self.judge(kind, &object, None, Part::Main)?;
        }
        if self.limits.is_full(kind) {
            return refuse(Refusal::Forbidden);
        }
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        if self.get(kind, name).is_some() {
            return refuse(Refusal::AlreadyExists);
        }
        let name = Arc::from(name);
        self.identify(&mut object);
        put(
            &mut object,
            "status",
            status.filter(|_| part == Part::Whole),
        );
        let stored = object.clone();
        self.decode(kind, &mut object);
        let same = object == stored;
        Ok(Answer::Object(self.store(
            kind,
            &name,
            object,
            same,
            What::Added,
        )))
    }

    /// Gives it what only the server gives: uid and time.
    fn identify(&mut self, object: &mut Value) {
        self.uids += 1;
        let metadata = meta::of(object);
        metadata.insert(
            "uid".to_owned(),
            format!("uid-{}-{}", self.namespace, self.uids).into(),
        );
        metadata.insert(
            "creationTimestamp".to_owned(),
            super::time(self.uids).into(),
        );
    }

    /// Makes a name where the body has only the beginning of one.
    fn name(&mut self, object: &mut Value) {
        let metadata = meta::of(object);
        if let (None, Some(begin)) = (metadata.get("name"), metadata.get("generateName")) {
            let begin: String = begin
                .as_str()
                .unwrap_or_default()
                .chars()
                .take(58)
                .collect();
            let end = self.suffix.take().unwrap_or_else(|| {
                self.generated += 1;
                format!("{:05}", self.generated)
            });
            metadata.insert("name".to_owned(), format!("{begin}{end}").into());
        }
    }

    /// Merges a patch into a part of an object.
    pub(crate) fn write_patch(
        &mut self,
        kind: K,
        name: &str,
        patch: &Value,
        part: Part,
    ) -> Answered {
        let Some(stored) = self.stored(kind, name).cloned() else {
            return refuse(Refusal::NotFound);
        };
        let old = &*stored.object;
        let mut new = old.clone();
        merge(&mut new, patch);
        self.decode(kind, &mut new);
        meta::keep_owners_once(&mut new);
        if new["metadata"]["name"] != old["metadata"]["name"] {
            return refuse(Refusal::BadRequest);
        }
        self.check_namespace(&new)?;
        match &new["metadata"]["resourceVersion"] {
            Value::Null => accept(vec![Cause::invalid("metadata.resourceVersion")])?,
            version if *version != old["metadata"]["resourceVersion"] => {
                return refuse(Refusal::Conflict);
            }
            _ => {}
        }
        let new = prepare(new, old, part);
        if part != Part::Whole {
            self.judge(kind, &new, Some(old), part)?;
        } else if !meta::faults(&new, Some(old)).is_empty() {
            return refuse(Refusal::BadRequest);
        }
        if meta::is_deleting(old) && meta::finalizers(&new).next().is_none() {
            // What is answered was never stored, and what is reported is what was stored before.
            self.remove(kind, name);
            return Ok(Answer::Object(Arc::new(new)));
        }
        if new == *old && stored.same {
            return Ok(Answer::Object(stored.object));
        }
        Ok(Answer::Object(self.store(
            kind,
            &Arc::from(name),
            new,
            true,
            What::Modified,
        )))
    }

    /// Deletes an object, or marks it as one that finalizers hold.
    pub(crate) fn write_delete(&mut self, kind: K, name: &str, delete: &Delete<'_>) -> Answered {
        let Some(stored) = self.stored(kind, name).cloned() else {
            return refuse(Refusal::NotFound);
        };
        let metadata = &stored.object["metadata"];
        let differs = |wanted: Option<&str>, name: &str| {
            wanted.is_some_and(|wanted| metadata[name] != wanted)
        };
        if differs(delete.uid, "uid") || differs(delete.version, "resourceVersion") {
            return refuse(Refusal::Conflict);
        }
        let finalizers = finalizers_for_deletion(&stored.object, delete.policy);
        if finalizers.is_empty() {
            // A server that takes the collector's finalizers off on the way has lost the version by then, and finds that none is
            // stored.
            if delete.version.is_some() && meta::finalizers(&stored.object).next().is_some() {
                return refuse(Refusal::Conflict);
            }
            self.remove(kind, name);
            return Ok(Answer::Gone);
        }
        let mut new = (*stored.object).clone();
        let metadata = meta::of(&mut new);
        metadata.insert("finalizers".to_owned(), finalizers.into());
        if metadata.get("deletionTimestamp").is_none() {
            next_generation(metadata);
            metadata.insert("deletionTimestamp".to_owned(), super::time(0).into());
        }
        metadata.insert("deletionGracePeriodSeconds".to_owned(), 0.into());
        if new == *stored.object && stored.same {
            return Ok(Answer::Object(stored.object));
        }
        Ok(Answer::Object(self.store(
            kind,
            &Arc::from(name),
            new,
            true,
            What::Modified,
        )))
    }

    /// What an object becomes by being read: from a request as well as from etcd.
    fn decode(&self, kind: K, object: &mut Value) {
        meta::keep_known(object);
        if let Some(definition) = self.definitions.get(&kind) {
            object["apiVersion"] = definition.api_version.clone().into();
            object["kind"] = definition.kind.clone().into();
            fill(definition, object);
        }
    }

    fn check_namespace(&self, object: &Value) -> Result<(), Answer> {
        match object["metadata"]["namespace"].as_str() {
            Some(namespace) if namespace != self.namespace => refuse(Refusal::BadRequest),
            _ => Ok(()),
        }
    }

    fn judge(&self, kind: K, new: &Value, old: Option<&Value>, part: Part) -> Result<(), Answer> {
        let mut causes = meta::faults(new, old);
        if let Some(definition) = self.definitions.get(&kind) {
            let schema = &definition.schema;
            causes.extend(match part {
                Part::Status => schema.status_faults(new),
                Part::Main | Part::Whole => schema.faults(new),
            });
            if let (true, Some(rules)) = (causes.is_empty(), definition.rules) {
                causes = rules(new, old);
            }
        }
        accept(causes)
    }

    /// Stores an object under the next version and reports it. `same`: what is stored is what is read.
    fn store(
        &mut self,
        kind: K,
        name: &Arc<str>,
        mut object: Value,
        same: bool,
        what: What,
    ) -> Arc<Value> {
        object["metadata"]["resourceVersion"] = self.tick().into();
        let object = Arc::new(object);
        let stored = Stored {
            object: object.clone(),
            same,
        };
        self.objects
            .entry(kind)
            .or_default()
            .insert(name.clone(), stored);
        self.report(kind, what, object.clone());
        object
    }

    /// Removes an object, which is reported as it was last, with a version of its own.
    fn remove(&mut self, kind: K, name: &str) {
        let of_kind = self.objects.get_mut(&kind);
        if let Some(stored) = of_kind.and_then(|objects| objects.remove(name)) {
            let mut object = (*stored.object).clone();
            object["metadata"]["resourceVersion"] = self.tick().into();
            self.report(kind, What::Deleted, Arc::new(object));
        }
    }

    /// Whether the right to this is lacking.
    pub(crate) fn check_right(&self, kind: K, verb: Verb) -> Result<(), Answer> {
        if self.limits.may(kind, verb) {
            Ok(())
        } else {
            refuse(Refusal::Forbidden)
        }
    }
}

/// What is left of an update once each part has kept what it may not change.
fn prepare(mut new: Value, old: &Value, part: Part) -> Value {
    match part {
        Part::Status => {
            let status = new
                .as_object_mut()
                .and_then(|fields| fields.remove("status"));
            new = old.clone();
            put(&mut new, "status", status);
        }
        Part::Main => {
            put(&mut new, "status", old.get("status").cloned());
            meta::keep_stored(&mut new, old);
        }
        Part::Whole => meta::keep_stored(&mut new, old),
    }
    if part != Part::Status && differs(&new, old) {
        next_generation(meta::of(&mut new));
    }
    new
}

/// Whether anything but metadata and status differs.
fn differs(new: &Value, old: &Value) -> bool {
    let counts = |object: &Value| {
        let fields = object.as_object().into_iter().flatten();
        let counted = fields.filter(|(name, _)| !["metadata", "status"].contains(&name.as_str()));
        counted
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Vec<_>>()
    };
    counts(new) != counts(old)
}

fn next_generation(metadata: &mut serde_json::Map<String, Value>) {
    let generation = metadata.get("generation").and_then(Value::as_i64);
    metadata.insert(
        "generation".to_owned(),
        (generation.unwrap_or(0) + 1).into(),
    );
}

fn put(object: &mut Value, name: &str, value: Option<Value>) {
    let fields = object.as_object_mut();
    match (fields, value) {
        (Some(fields), Some(value)) => drop(fields.insert(name.to_owned(), value)),
        (Some(fields), None) => drop(fields.remove(name)),
        (None, _) => {}
    }
}

/// The finalizers that an object has once it is deleted in this way: those for the garbage collector as the policy says, or
/// as they are where it says nothing.
fn finalizers_for_deletion(object: &Value, policy: Option<Policy>) -> Vec<Value> {
    let present: Vec<&str> = meta::finalizers(object).collect();
    let collectors = match policy {
        Some(Policy::Orphan) => Some(ORPHAN),
        Some(Policy::Foreground) => Some(FOREGROUND),
        Some(Policy::Background) => None,
        None => present
            .iter()
            .copied()
            .find(|name| [ORPHAN, FOREGROUND].contains(name)),
    };
    let others = present
        .iter()
        .filter(|name| ![ORPHAN, FOREGROUND].contains(name));
    let wanted: Vec<&str> = others.copied().chain(collectors).collect();
    let as_before = present.iter().all(|name| wanted.contains(name))
        && wanted.iter().all(|name| present.contains(name));
    let finalizers = if as_before { present } else { wanted };
    finalizers.into_iter().map(|name| json!(name)).collect()
}
