// SPDX-License-Identifier: Apache-2.0

//! Shortcuts for tests: what users and other controllers do, without preconditions, and whatever the definition says.

use serde_json::{Value, json};

use super::Server;
use super::request::{Delete, named};
use super::write::Part;

impl<K: Copy + Ord> Server<K> {
    /// Creates an object, with its status; answers whether the name was free and the namespace takes it.
    pub fn create(&mut self, kind: K, name: &str, body: &Value) -> bool {
        self.write_new(kind, &named(body, name), Part::Whole)
            .is_ok()
    }

    /// Merges a patch, into the status as well. A version in it is not looked at.
    pub fn patch(&mut self, kind: K, name: &str, patch: &Value) {
        let mut patch = patch.clone();
        if let Some(metadata) = patch.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("resourceVersion");
        }
        self.write(kind, name, &patch, Part::Whole);
    }

    /// Deletes an object: at once, or when its finalizers are gone.
    pub fn delete(&mut self, kind: K, name: &str) {
        // One that is not there is gone.
        let _ = self.write_delete(kind, name, &Delete::default());
    }

    /// Takes the finalizers off; an object that is being deleted goes.
    pub fn release(&mut self, kind: K, name: &str) {
        self.patch(kind, name, &json!({ "metadata": { "finalizers": null } }));
    }

    /// Patches an object that may not be there.
    pub(crate) fn write(&mut self, kind: K, name: &str, patch: &Value, part: Part) {
        // Who does so sees what came of it.
        let _ = self.write_patch(kind, name, patch, part);
    }
}
