// SPDX-License-Identifier: Apache-2.0

//! What is asked next, at random, of a namespace as the model has it.

use api_model::{Policy, Server};
use fastrand::Rng;
use ironcore_api::KINDS;
use serde_json::{Map, Value, json};

use super::At;
use super::asks::{Ask, What};
use super::bodies;
use super::twins::Twins;

/// So few that requests meet.
const NAMES: [&str; 4] = ["a", "b", "c", "d"];
const FINALIZERS: [&str; 5] = [
    "example.org/a",
    "example.org/b",
    "example.org/c",
    "orphan",
    "foregroundDeletion",
];

/// Draws requests.
pub(super) struct Draw<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) model: &'a Server<At>,
    pub(super) twins: &'a Twins,
}

impl Draw<'_> {
    /// A request about one object.
    pub(super) fn ask(&mut self) -> Ask {
        let kind = self.rng.usize(..KINDS.len());
        let name = self.name(kind);
        let what = match self.rng.u8(..100) {
            0..8 => What::Get,
            8..30 => return self.create(kind),
            30..62 => What::Patch(self.patch(kind, &name)),
            62..85 => What::PatchStatus(self.patch_status(kind, &name)),
            _ => self.delete(kind, &name),
        };
        let limited = self.one_in(30);
        Ask {
            kind,
            name,
            what,
            limited,
        }
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.rng.usize(..times) == 0
    }

    fn any<'b>(&mut self, of: &[&'b str]) -> &'b str {
        of[self.rng.usize(..of.len())]
    }

    /// Mostly of an object that is there.
    fn name(&mut self, kind: At) -> String {
        let there: Vec<&Value> = self.model.list(kind).collect();
        if there.is_empty() || self.one_in(10) {
            return self.any(&NAMES).to_owned();
        }
        let object = there[self.rng.usize(..there.len())];
        object["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    fn create(&mut self, kind: At) -> Ask {
        let mut body = bodies::object(self.rng, kind);
        let made = self.one_in(6) && self.model.list(kind).count() < 12;
        let name = if made { "" } else { self.any(&NAMES) };
        let mut metadata = self.metadata();
        if made || self.one_in(10) {
            metadata.insert(
                "generateName".to_owned(),
                self.any(&["made-", "x", "no name!"]).into(),
            );
        }
        if !made {
            metadata.insert("name".to_owned(), name.into());
        }
        if self.one_in(10) {
            metadata.insert("uid".to_owned(), "wished-for".into());
        }
        if self.one_in(60) {
            metadata.insert("namespace".to_owned(), "another".into());
        }
        put_in(&mut body["metadata"], metadata);
        let limited = self.one_in(30);
        Ask {
            kind,
            name: name.to_owned(),
            what: What::Create(body),
            limited,
        }
    }

    fn patch(&mut self, kind: At, name: &str) -> Value {
        let mut patch = if self.one_in(6) {
            self.part_of(kind, name)
        } else {
            json!({ "spec": bodies::spec_change(self.rng, kind) })
        };
        if self.one_in(12) {
            patch["status"] = bodies::status(self.rng, kind);
        }
        if self.one_in(3) {
            let metadata = self.metadata();
            put_in(&mut patch["metadata"], metadata);
        }
        if self.one_in(25) {
            let (field, value) = self.odd_metadata();
            let stored = self.model.get(kind, name).unwrap_or(&Value::Null);
            // Who writes the time of a deletion that began is noted as its manager, which the model knows nothing of.
            if field != "deletionTimestamp" || stored["metadata"][field].is_null() {
                patch["metadata"][field] = value;
            }
        }
        self.add_preconditions(kind, name, &mut patch);
        if self.one_in(12) {
            bodies::spoil(self.rng, kind, "status", &mut patch);
        }
        patch
    }

    fn patch_status(&mut self, kind: At, name: &str) -> Value {
        let mut patch = if self.one_in(6) {
            self.part_of(kind, name)
        } else {
            json!({ "status": bodies::status(self.rng, kind) })
        };
        if self.one_in(12) {
            patch["spec"] = bodies::spec_change(self.rng, kind);
        }
        if self.one_in(12) {
            let metadata = self.metadata();
            put_in(&mut patch["metadata"], metadata);
        }
        self.add_preconditions(kind, name, &mut patch);
        if self.one_in(12) {
            bodies::spoil(self.rng, kind, "spec", &mut patch);
        }
        patch
    }

    /// What the object has already: a patch that changes nothing.
    fn part_of(&mut self, kind: At, name: &str) -> Value {
        let parts = ["spec", "status", "apiVersion", "kind"];
        let object = self.model.get(kind, name).unwrap_or(&Value::Null);
        let mut patch = json!({});
        for part in parts {
            if let (Some(value), true) = (object.get(part), self.rng.bool()) {
                patch[part] = value.clone();
            }
        }
        let metadata = object["metadata"].as_object().into_iter().flatten();
        let same = [
            "labels",
            "annotations",
            "finalizers",
            "ownerReferences",
            "name",
            "namespace",
            "creationTimestamp",
        ];
        let same: Map<String, Value> = metadata
            .filter(|(name, _)| same.contains(&name.as_str()) && !name.ends_with("Timestamp"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if self.rng.bool() {
            put_in(&mut patch["metadata"], same);
        }
        patch
    }

    /// What anybody may write of it.
    fn metadata(&mut self) -> Map<String, Value> {
        let mut metadata = Map::new();
        let value = json!(self.any(&["1", "2", ""]));
        let value = if self.one_in(4) { Value::Null } else { value };
        let key = self.any(&["a", "example.org/b"]);
        for (field, value) in [
            ("labels", json!({ key: value })),
            ("annotations", json!({ key: value })),
            ("finalizers", self.finalizers()),
            ("ownerReferences", self.owners()),
        ] {
            // A null that would be a text in a new map is nobody's wish.
            if self.one_in(4) && (value != json!({ key: null }) || self.one_in(2)) {
                metadata.insert(field.to_owned(), value);
            }
        }
        metadata
    }

    fn finalizers(&mut self) -> Value {
        match self.rng.u8(..6) {
            0 => Value::Null,
            1 => json!([]),
            2 => json!([self.any(&FINALIZERS), self.any(&FINALIZERS)]),
            _ => json!([self.any(&FINALIZERS[..3])]),
        }
    }

    fn owners(&mut self) -> Value {
        match self.rng.u8(..6) {
            0 => Value::Null,
            1 => json!([]),
            2 => json!([self.owner(), self.owner()]),
            _ => json!([self.owner()]),
        }
    }

    fn owner(&mut self) -> Value {
        let kind = self.rng.usize(..KINDS.len());
        let name = self.name(kind);
        let uid = self
            .model
            .get(kind, &name)
            .map_or_else(|| "nobody".to_owned(), api_model::uid);
        let mut owner = json!({ "apiVersion": KINDS[kind].api_version(), "kind": KINDS[kind].kind, "name": name, "uid": uid });
        match self.rng.u8(..24) {
            0..4 => owner["controller"] = true.into(),
            4..6 => owner["blockOwnerDeletion"] = true.into(),
            6 => owner["color"] = "blue".into(),
            7 => owner["name"] = "".into(),
            8 => owner["controller"] = Value::Null,
            9 => {
                let lacking = self.any(&["apiVersion", "kind", "name", "uid"]);
                owner.as_object_mut().map(|owner| owner.remove(lacking));
            }
            _ => {}
        }
        owner
    }

    /// What an update can't change, or may not.
    fn odd_metadata(&mut self) -> (&'static str, Value) {
        match self.rng.u8(..9) {
            0 => ("name", json!("other")),
            1 => ("namespace", json!("other")),
            2 => ("generation", json!(99)),
            3 => ("creationTimestamp", json!("2020-01-01T00:00:00Z")),
            4 => ("creationTimestamp", Value::Null),
            5 => ("deletionTimestamp", json!("2020-01-01T00:00:00Z")),
            6 => ("deletionTimestamp", Value::Null),
            7 => ("deletionGracePeriodSeconds", json!(5)),
            _ => ("generateName", json!("other-")),
        }
    }

    fn add_preconditions(&mut self, kind: At, name: &str, patch: &mut Value) {
        for (field, value) in [
            ("uid", self.uid(kind, name)),
            ("resourceVersion", self.version(kind, name)),
        ] {
            if let Some(value) = value {
                put_in(
                    &mut patch["metadata"],
                    [(field.to_owned(), value)].into_iter().collect(),
                );
            }
        }
    }

    /// Absent, right, wrong, or null.
    fn uid(&mut self, kind: At, name: &str) -> Option<Value> {
        let right = self
            .model
            .get(kind, name)
            .map(|object| object["metadata"]["uid"].clone());
        match self.rng.u8(..20) {
            0..10 => None,
            10..16 => right,
            16..18 => Some(json!("nobody")),
            18 => {
                let kind = self.rng.usize(..KINDS.len());
                self.model
                    .list(kind)
                    .next()
                    .map(|object| object["metadata"]["uid"].clone())
            }
            _ => Some(Value::Null),
        }
    }

    fn version(&mut self, kind: At, name: &str) -> Option<Value> {
        let right = self
            .model
            .get(kind, name)
            .map(|object| object["metadata"]["resourceVersion"].clone());
        match self.rng.u8(..20) {
            0..9 => None,
            9..16 => right,
            16..19 => {
                let newest = self.model.newest();
                let back = self.rng.usize(..20);
                let old = self.twins.versions_before(newest).rev().nth(back);
                let lost = self.twins.lost().filter(|_| self.rng.bool());
                let wrong = lost.map(|(model, _)| model).or(old);
                Some(wrong.unwrap_or(1).to_string().into())
            }
            _ => Some(Value::Null),
        }
    }

    fn delete(&mut self, kind: At, name: &str) -> What {
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let policy = match self.rng.u8(..8) {
            0..3 => None,
            3..6 => Some(Policy::Background),
            6 => Some(Policy::Foreground),
            _ => Some(Policy::Orphan),
        };
        What::Delete {
            uid: text(self.uid(kind, name)),
            version: text(self.version(kind, name)),
            policy,
        }
    }
}

fn put_in(metadata: &mut Value, fields: Map<String, Value>) {
    if !metadata.is_object() {
        *metadata = json!({});
    }
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.extend(fields);
    }
}
