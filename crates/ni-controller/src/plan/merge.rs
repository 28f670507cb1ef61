// SPDX-License-Identifier: Apache-2.0

//! Merge patches (RFC 7386): what a server merges into what it has, to come to what is wanted.

use serde_json::Value;

/// The merge patch from `have` to `want`: what is new or different, and null for each key that is gone. Lists are
/// replaced whole, as a merge patch can do no better.
pub(super) fn merge_patch(want: &Value, have: &Value) -> Value {
    let (Value::Object(want), Value::Object(have)) = (want, have) else {
        return want.clone();
    };
    let gone = have.keys().filter(|key| !want.contains_key(*key));
    let changed = want
        .iter()
        .filter(|(key, value)| have.get(*key) != Some(*value));
    let patched = changed.map(|(key, value)| {
        let patch = have.get(key).map(|have| merge_patch(value, have));
        (key.clone(), patch.unwrap_or_else(|| value.clone()))
    });
    gone.map(|key| (key.clone(), Value::Null))
        .chain(patched)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_patch_leads_from_what_there_is_to_what_is_wanted_and_names_no_more() {
        let cases = [
            (json!({ "a": 1 }), json!({ "a": 1 }), json!({})),
            (json!({ "a": 1 }), json!({ "a": 2 }), json!({ "a": 1 })),
            (json!({}), json!({ "a": 1 }), json!({ "a": null })),
            (
                json!({ "a": { "b": 1, "c": 2 } }),
                json!({ "a": { "b": 1, "d": 3 } }),
                json!({ "a": { "c": 2, "d": null } }),
            ),
            (
                json!({ "a": { "b": {} } }),
                json!({}),
                json!({ "a": { "b": {} } }),
            ),
            (
                json!({ "a": [1] }),
                json!({ "a": [2] }),
                json!({ "a": [1] }),
            ),
        ];
        for (want, have, patch) in cases {
            assert_eq!(merge_patch(&want, &have), patch, "{have} to {want}");
            let mut merged = have;
            json_patch::merge(&mut merged, &patch);
            assert_eq!(merged, want);
        }
    }
}
