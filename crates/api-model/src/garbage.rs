// SPDX-License-Identifier: Apache-2.0

//! The controllers of the control plane on which the lives of objects depend: the garbage collector and the namespace
//! controller.

use serde_json::{Value, json};

use super::meta::{self, FOREGROUND, ORPHAN};
use super::request::{Delete, Policy};
use super::write::Part;
use super::{Phase, Server, uid};

/// What one owner of an object is to the garbage collector.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// It is there.
    Solid,
    /// It is not.
    Gone,
    /// It is being deleted, and goes after what it owns.
    Waiting,
}

impl<K: Copy + Ord> Server<K> {
    /// The garbage collector's round: it looks at each object that there is, once.
    pub fn collect(&mut self) {
        for (kind, name) in self.names() {
            self.collect_one(kind, &name);
        }
    }

    /// As [`Self::collect`], until there is nothing left to do.
    pub fn collect_all(&mut self) {
        loop {
            let before = self.newest();
            self.collect();
            if self.newest() == before {
                return;
            }
        }
    }

    fn collect_one(&mut self, kind: K, name: &str) {
        let Some(object) = self.get(kind, name).cloned() else {
            return;
        };
        if meta::is_deleting(&object) {
            return self.finish(kind, name, &object);
        }
        let owners: Vec<(Owner, Value)> = owners(&object)
            .map(|owner| (self.owner(owner), owner.clone()))
            .collect();
        let any = |is: Owner| owners.iter().any(|(owner, _)| *owner == is);
        if any(Owner::Solid) {
            let solid = owners.iter().filter(|(owner, _)| *owner == Owner::Solid);
            let solid: Vec<&Value> = solid.map(|(_, reference)| reference).collect();
            if solid.len() < owners.len() {
                let patch = json!({ "metadata": { "ownerReferences": solid } });
                self.write(kind, name, &patch, Part::Main);
            }
        } else if !owners.is_empty() {
            let own = any(Owner::Waiting) && !self.owned(&object).is_empty();
            let held = |name: &str| meta::finalizers(&object).any(|held| held == name);
            let policy = if own || held(FOREGROUND) {
                Policy::Foreground
            } else if held(ORPHAN) {
                Policy::Orphan
            } else {
                Policy::Background
            };
            // It was read just now: there is nothing to be refused for.
            let delete = Delete {
                policy: Some(policy),
                ..Delete::default()
            };
            let _ = self.write_delete(kind, name, &delete);
        }
    }

    /// Takes the collector's finalizers off an object that is being deleted, once what they are for is done.
    fn finish(&mut self, kind: K, name: &str, object: &Value) {
        let held = |name: &str| meta::finalizers(object).any(|held| held == name);
        if held(ORPHAN) {
            for (kind, name, owned) in self.owned(object) {
                let rest: Vec<&Value> = owners(&owned)
                    .filter(|owner| owner["uid"] != uid(object))
                    .collect();
                let patch = json!({ "metadata": { "ownerReferences": rest } });
                self.write(kind, &name, &patch, Part::Main);
            }
            self.take_off(kind, name, object, ORPHAN);
        } else if held(FOREGROUND) {
            let blocks =
                |owner: &&Value| owner["uid"] == uid(object) && owner["blockOwnerDeletion"] == true;
            let blocked = self
                .owned(object)
                .iter()
                .any(|(_, _, owned)| owners(owned).any(|owner| blocks(&owner)));
            if !blocked {
                self.take_off(kind, name, object, FOREGROUND);
            }
        }
    }

    fn take_off(&mut self, kind: K, name: &str, object: &Value, finalizer: &str) {
        let rest: Vec<&str> = meta::finalizers(object)
            .filter(|name| *name != finalizer)
            .collect();
        let patch = json!({ "metadata": { "finalizers": rest } });
        self.write(kind, name, &patch, Part::Main);
    }

    /// What there is of an owner: an object of that kind, name and uid.
    fn owner(&self, reference: &Value) -> Owner {
        let same = |object: &Value| {
            let kind = object
                .get("kind")
                .is_none_or(|kind| *kind == reference["kind"]);
            kind && object["metadata"]["name"] == reference["name"]
                && object["metadata"]["uid"] == reference["uid"]
        };
        let mut objects = self.objects.values().flat_map(|objects| objects.values());
        match objects.find(|stored| same(&stored.object)) {
            None => Owner::Gone,
            Some(stored)
                if meta::is_deleting(&stored.object)
                    && meta::finalizers(&stored.object).any(|name| name == FOREGROUND) =>
            {
                Owner::Waiting
            }
            Some(_) => Owner::Solid,
        }
    }

    /// What an object owns.
    fn owned(&self, object: &Value) -> Vec<(K, String, Value)> {
        let uid = uid(object);
        let all = self.names().into_iter().filter_map(|(kind, name)| {
            let owned = self.get(kind, &name)?.clone();
            Some((kind, name, owned))
        });
        all.filter(|(_, _, owned)| owners(owned).any(|owner| owner["uid"] == uid))
            .collect()
    }

    /// Deletes the namespace, and what is in it as far as no finalizers hold it.
    pub fn begin_to_delete(&mut self) {
        self.phase = Phase::Terminating;
        for (kind, name) in self.names() {
            self.purge(kind, &name);
        }
    }

    /// What finalizers held goes, and the namespace.
    pub fn finish_to_delete(&mut self) {
        for (kind, name) in self.names() {
            self.purge(kind, &name);
            self.release(kind, &name);
        }
        self.phase = Phase::Gone;
    }

    /// Deletes an object as the namespace controller does: whatever its owner may have said, nothing waits for what it owns.
    fn purge(&mut self, kind: K, name: &str) {
        let delete = Delete {
            policy: Some(Policy::Background),
            ..Delete::default()
        };
        // It was there just now: there is nothing to be refused for.
        let _ = self.write_delete(kind, name, &delete);
    }

    /// All kinds and names that are taken.
    fn names(&self) -> Vec<(K, String)> {
        let kinds = self.objects.iter();
        kinds
            .flat_map(|(kind, objects)| objects.keys().map(|name| (*kind, name.to_string())))
            .collect()
    }
}

fn owners(object: &Value) -> impl Iterator<Item = &Value> {
    object["metadata"]["ownerReferences"]
        .as_array()
        .into_iter()
        .flatten()
}
