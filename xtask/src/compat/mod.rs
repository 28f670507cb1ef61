// SPDX-License-Identifier: Apache-2.0

//! What a change of the definitions means to stored objects and to clients: pure.
//!
//! A definition is compared keyword by keyword, so that nothing is passed over: a keyword that is not known here is told
//! where it differs.

mod keyword;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A difference that somebody may notice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// How bad it is.
    pub weight: Weight,
    /// The kind that it is in.
    pub kind: String,
    /// Where: a field, as `spec.ips[].value` (`{}` stands for the keys of a map), or a part of the definition.
    pub path: String,
    /// What is different, in words.
    pub what: String,
}

/// How bad a change is, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Stored objects or working clients stop working.
    Breaks,
    /// It depends on the objects. What is stored stays, and its parts that an update leaves alone are not validated again
    /// (ratcheting), but it can't be made once more.
    MayRefuse,
    /// Objects that leave something open come out different.
    Differs,
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaks => "incompatible",
            Self::MayRefuse => "may refuse",
            Self::Differs => "differs",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            weight,
            kind,
            path,
            what,
        } = self;
        write!(f, "{weight}: {kind} `{path}`: {what}")
    }
}

impl Change {
    /// Whether a text, as the changelog's, names it: kind and path, as they are displayed.
    pub fn is_named_in(&self, text: &str) -> bool {
        text.contains(&format!("{} `{}`", self.kind, self.path))
    }
}

/// Compares definitions, as they are on the wire, with those that come after them; the worst change first.
pub fn compare(old: &[Value], new: &[Value]) -> Vec<Change> {
    let by_name = |all: &[Value]| -> BTreeMap<String, Value> {
        all.iter()
            .map(|crd| (crd["metadata"]["name"].to_string(), crd.clone()))
            .collect()
    };
    let new = by_name(new);
    let mut changes = Vec::new();
    for (name, old) in by_name(old) {
        let kind = old["spec"]["names"]["kind"].as_str().unwrap_or(&name);
        let mut found = Found::of(kind);
        match new.get(&name) {
            Some(new) => definition(&mut found, &old["spec"], &new["spec"]),
            None => found.add(Weight::Breaks, "definition", "is gone"),
        }
        changes.extend(found.changes);
    }
    changes.sort();
    changes
}

/// The changes of one kind.
struct Found {
    kind: String,
    changes: Vec<Change>,
}

impl Found {
    fn of(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            changes: Vec::new(),
        }
    }

    fn add(&mut self, weight: Weight, path: &str, what: impl Into<String>) {
        self.changes.push(Change {
            weight,
            kind: self.kind.clone(),
            path: path.to_owned(),
            what: what.into(),
        });
    }
}

/// All but columns, which only people read.
fn definition(found: &mut Found, old: &Value, new: &Value) {
    for path in ["scope", "names.kind", "names.singular", "names.listKind"] {
        let pointer = format!("/{}", path.replace('.', "/"));
        let (old, new) = (old.pointer(&pointer), new.pointer(&pointer));
        if old != new {
            found.add(Weight::Breaks, path, keyword::said("it", old, new));
        }
    }
    for list in ["shortNames", "categories"] {
        for gone in missing(&old["names"][list], &new["names"][list]) {
            found.add(
                Weight::Differs,
                &format!("names.{list}"),
                format!("{gone} is gone"),
            );
        }
    }
    for old in items(&old["versions"]) {
        let new = items(&new["versions"]).find(|new| new["name"] == old["name"]);
        version(found, old, new);
    }
}

/// What is not served is nobody's.
fn version(found: &mut Found, old: &Value, new: Option<&Value>) {
    if old["served"] != true {
        return;
    }
    let path = format!("versions[{}]", old["name"].as_str().unwrap_or_default());
    let Some(new) = new.filter(|new| new["served"] == true) else {
        return found.add(Weight::Breaks, &path, "is no longer served");
    };
    if old["storage"] != new["storage"] {
        let what = "stored objects must be written again before the old version can go";
        found.add(Weight::Differs, &format!("{path}.storage"), what);
    }
    for subresource in ["status", "scale"] {
        let (old, new) = (
            &old["subresources"][subresource],
            &new["subresources"][subresource],
        );
        if old != new {
            let what = keyword::said("it", present(old), present(new));
            found.add(
                Weight::Breaks,
                &format!("{path}.subresources.{subresource}"),
                what,
            );
        }
    }
    for gone in missing(&old["selectableFields"], &new["selectableFields"]) {
        let selector = gone["jsonPath"].as_str().unwrap_or_default();
        found.add(
            Weight::Breaks,
            &format!("{path}.selectableFields"),
            format!("{selector} is gone"),
        );
    }
    let schema = |of: &Value| of["schema"]["openAPIV3Schema"].clone();
    schema::compare(found, "", &schema(old), &schema(new));
}

fn present(value: &Value) -> Option<&Value> {
    (!value.is_null()).then_some(value)
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// What the first list has and the second has not.
fn missing<'a>(old: &'a Value, new: &'a Value) -> impl Iterator<Item = &'a Value> {
    items(old).filter(|old| !items(new).any(|new| new == *old))
}
