// SPDX-License-Identifier: Apache-2.0

//! Histories for tests, written by hand.

use serde_json::{Value, json};

use super::super::world::{Key, Kind, World};
use super::{Broken, Rules, Taken, View};

/// A world that is written to, and what that has broken.
#[derive(Default)]
pub(super) struct Scene {
    pub(super) world: World,
    rules: Rules,
    taken: Taken,
    revision: i64,
    broken: Vec<Broken>,
}

impl Scene {
    pub(super) fn key(kind: Kind, name: &str) -> Key {
        Key::new(kind, "ns", name)
    }

    /// Writes an object; its uid is its name, unless it says otherwise.
    pub(super) fn write(&mut self, kind: Kind, name: &str, mut object: Value) {
        let metadata = object.as_object_mut().expect("an object").entry("metadata");
        let metadata = metadata.or_insert_with(|| json!({}));
        metadata["name"] = name.into();
        if metadata["uid"].is_null() {
            metadata["uid"] = name.into();
        }
        self.put(kind, name, Some(object));
    }

    pub(super) fn delete(&mut self, kind: Kind, name: &str) {
        self.put(kind, name, None);
    }

    /// A user deletes an object, whose uid is its name.
    pub(super) fn take(&mut self, kind: Kind, name: &str) {
        self.taken.insert((Self::key(kind, name), name.to_owned()));
        self.delete(kind, name);
    }

    fn put(&mut self, kind: Kind, name: &str, object: Option<Value>) {
        self.revision += 1;
        let change = self
            .world
            .write(self.revision, Self::key(kind, name), object);
        let view = View {
            world: &self.world,
            taken: &self.taken,
        };
        self.broken.extend(self.rules.see(&change, &view));
    }

    /// As after a restore: what was before is not known.
    pub(super) fn begin(&mut self) {
        self.rules.begin(&self.world, self.revision);
    }

    /// What was broken so far is another test's.
    pub(super) fn forget(&mut self) {
        self.broken.clear();
    }

    /// What was broken since the last time.
    pub(super) fn expect(&mut self, rules: &[&str]) {
        let broken: Vec<_> = self.broken.drain(..).collect();
        let found: Vec<_> = broken.iter().map(|broken| broken.rule).collect();
        assert_eq!(found, rules, "{broken:#?}");
    }
}

/// Metadata of a child of this owner that is managed.
pub(super) fn managed(kind: Kind, owner: &str) -> Value {
    json!({
        "annotations": { "common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager" },
        "ownerReferences": [{ "kind": kind.name(), "name": owner, "uid": owner, "controller": true }],
    })
}
