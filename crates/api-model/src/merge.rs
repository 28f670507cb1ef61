// SPDX-License-Identifier: Apache-2.0

//! Merge patches as the API server applies them. RFC 7386 leaves what is in a list as it is; this takes nulls away there, too.

use serde_json::Value;

/// Merges a patch into an object.
pub(crate) fn merge(value: &mut Value, patch: &Value) {
    let (Value::Object(fields), Value::Object(changes)) = (&mut *value, patch) else {
        *value = without_nulls(patch);
        return;
    };
    for (name, change) in changes {
        match fields.get_mut(name).filter(|old| !old.is_null()) {
            _ if change.is_null() => drop(fields.remove(name)),
            // What replaces an object is taken as it is, what replaces anything else without its nulls.
            Some(old) if old.is_object() && !change.is_object() => *old = change.clone(),
            Some(old) => merge(old, change),
            None => drop(fields.insert(name.clone(), without_nulls(change))),
        }
    }
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(name, value)| (name.clone(), without_nulls(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}
