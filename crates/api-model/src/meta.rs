// SPDX-License-Identifier: Apache-2.0

//! Metadata: what is kept of it, what a write may change of it, and when it is malformed.

use serde_json::{Map, Value, json};

use super::schema::Cause;

/// The finalizers by which the garbage collector is told what to do with what the object owns.
pub(crate) const ORPHAN: &str = "orphan";
/// As [`ORPHAN`].
pub(crate) const FOREGROUND: &str = "foregroundDeletion";

/// What may not change, each with its path.
const FROZEN: [(&str, &str); 4] = [
    ("uid", "metadata.uid"),
    ("creationTimestamp", "metadata.creationTimestamp"),
    ("deletionTimestamp", "metadata.deletionTimestamp"),
    (
        "deletionGracePeriodSeconds",
        "metadata.deletionGracePeriodSeconds",
    ),
];

/// The object's metadata; none counts as empty.
pub(crate) fn of(object: &mut Value) -> &mut Map<String, Value> {
    let metadata = &mut object["metadata"];
    if !metadata.is_object() {
        *metadata = json!({});
    }
    metadata.as_object_mut().expect("it was just made one")
}

/// Keeps what all objects of Kubernetes have, and leaves out what is empty, as it does not go over the wire.
pub(crate) fn keep_known(object: &mut Value) {
    let metadata = of(object);
    metadata.retain(|name, value| match name.as_str() {
        "name" | "generateName" | "namespace" | "uid" | "resourceVersion" => {
            value.as_str().is_some_and(|text| !text.is_empty())
        }
        "creationTimestamp" | "deletionTimestamp" => value.is_string(),
        "generation" | "deletionGracePeriodSeconds" => value.is_i64(),
        "labels" | "annotations" => value.as_object().is_some_and(|map| !map.is_empty()),
        // Who manages which field is for those who write it to say.
        "finalizers" | "ownerReferences" | "managedFields" => {
            value.as_array().is_some_and(|list| !list.is_empty())
        }
        _ => false,
    });
    for map in ["labels", "annotations"] {
        let texts = metadata.get_mut(map).and_then(Value::as_object_mut);
        for text in texts.into_iter().flat_map(Map::values_mut) {
            if text.is_null() {
                *text = "".into();
            }
        }
    }
    let owners = metadata
        .get_mut("ownerReferences")
        .and_then(Value::as_array_mut);
    owners.into_iter().flatten().for_each(keep_known_of_owner);
}

fn keep_known_of_owner(owner: &mut Value) {
    let Value::Object(fields) = owner else { return };
    let texts = ["apiVersion", "kind", "name", "uid"];
    fields.retain(|name, value| {
        texts.contains(&name.as_str())
            || ["controller", "blockOwnerDeletion"].contains(&name.as_str()) && value.is_boolean()
    });
    for text in texts {
        fields.entry(text).or_insert_with(|| "".into());
    }
}

/// Of owners that are named twice in the same words one is kept.
pub(crate) fn keep_owners_once(object: &mut Value) {
    let owners = of(object)
        .get_mut("ownerReferences")
        .and_then(Value::as_array_mut);
    if let Some(owners) = owners {
        let mut once = Vec::with_capacity(owners.len());
        for owner in owners.drain(..) {
            if !once.contains(&owner) {
                once.push(owner);
            }
        }
        *owners = once;
    }
}

/// Takes over from what is stored what no update decides.
pub(crate) fn keep_stored(new: &mut Value, old: &Value) {
    let (new, old) = (of(new), &old["metadata"]);
    let mut keep = |name: &str| match old.get(name) {
        Some(value) => drop(new.insert(name.to_owned(), value.clone())),
        None => drop(new.remove(name)),
    };
    keep("generation");
    keep("creationTimestamp");
    for name in ["uid", "deletionGracePeriodSeconds"] {
        if let (None, Some(value)) = (new.get(name), old.get(name)) {
            new.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(time) = old.get("deletionTimestamp") {
        new.insert("deletionTimestamp".to_owned(), time.clone());
    }
}

/// What is wrong with an object's metadata, and, if it replaces another, with the change.
pub(crate) fn faults(object: &Value, old: Option<&Value>) -> Vec<Cause> {
    let metadata = &object["metadata"];
    let mut faults = well_formed(metadata);
    if old.is_none() {
        faults.extend(names(metadata));
    }
    if let Some(old) = old.map(|old| &old["metadata"]) {
        let changed = FROZEN
            .iter()
            .filter(|(name, _)| metadata.get(*name) != old.get(*name));
        faults.extend(changed.map(|(_, path)| Cause::invalid(*path)));
        let added =
            || finalizers(object).any(|name| !texts(&old["finalizers"]).any(|known| known == name));
        if !old["deletionTimestamp"].is_null() && added() {
            faults.push(Cause::new("FieldValueForbidden", "metadata.finalizers"));
        }
    }
    faults
}

/// What is wrong with the name of a new object, and with what its name begins with.
fn names(metadata: &Value) -> Vec<Cause> {
    let mut faults = Vec::new();
    match metadata["name"].as_str() {
        None => faults.push(Cause::new("FieldValueRequired", "metadata.name")),
        Some(name) if !is_subdomain(name) => faults.push(Cause::invalid("metadata.name")),
        Some(_) => {}
    }
    // Its last character may be a dash: there is more to come.
    let begin = metadata["generateName"].as_str();
    let whole = |begin: &str| match begin.strip_suffix('-') {
        Some(cut) => format!("{cut}a"),
        None => begin.to_owned(),
    };
    if begin.is_some_and(|begin| !is_subdomain(&whole(begin))) {
        faults.push(Cause::invalid("metadata.generateName"));
    }
    faults
}

fn well_formed(metadata: &Value) -> Vec<Cause> {
    let mut faults = Vec::new();
    let mut check = |good: bool, path: &str| {
        if !good {
            faults.push(Cause::invalid(path));
        }
    };
    let map = |name: &str| metadata[name].as_object().into_iter().flatten();
    let labels =
        |(key, value): (&String, &Value)| is_qualified(key) && value.as_str().is_some_and(is_label);
    check(map("labels").all(labels), "metadata.labels");
    check(
        map("annotations").all(|(key, _)| is_qualified(&key.to_lowercase())),
        "metadata.annotations",
    );
    let names: Vec<&str> = texts(&metadata["finalizers"]).collect();
    let both = [ORPHAN, FOREGROUND].iter().all(|name| names.contains(name));
    check(
        !both && names.into_iter().all(is_qualified),
        "metadata.finalizers",
    );
    let owners = metadata["ownerReferences"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    check(
        owners
            .iter()
            .filter(|owner| owner["controller"] == true)
            .count()
            < 2,
        "metadata.ownerReferences",
    );
    for part in ["apiVersion", "kind", "name", "uid"] {
        check(
            owners.iter().all(|owner| owner[part] != ""),
            &format!("metadata.ownerReferences.{part}"),
        );
    }
    faults
}

/// The object's finalizers.
pub(crate) fn finalizers(object: &Value) -> impl Iterator<Item = &str> {
    texts(&object["metadata"]["finalizers"])
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Whether the object is being deleted.
pub(crate) fn is_deleting(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}

/// A DNS subdomain.
fn is_subdomain(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty()
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

/// The key of a label: a name, which may have a DNS subdomain and `/` before it.
fn is_qualified(text: &str) -> bool {
    let (prefix, name) = text
        .split_once('/')
        .map_or((None, text), |(prefix, name)| (Some(prefix), name));
    prefix.is_none_or(is_subdomain) && !name.is_empty() && is_label(name)
}

/// The value of a label.
fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let end = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && text.chars().all(inner)
        && end(text.chars().next())
        && end(text.chars().last())
}
