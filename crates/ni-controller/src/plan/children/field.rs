// SPDX-License-Identifier: Apache-2.0

//! How a child differs from its template, field by field, and the patch that brings it back.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use crate::seeded::{self, Fault};
use crate::world::{Meta, Pairs};

/// A field of a child that its template names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A field of the spec that can't be changed: the child has to be replaced.
    Fixed(&'static str),
    /// A field of the spec that can.
    Spec(&'static str),
    /// The label of this key.
    Label(String),
    /// The annotation of this key.
    Annotation(String),
    /// Whether the owner is the controller owner.
    Owner,
}

impl Field {
    /// Whether this merge patch writes the field.
    pub(super) fn is_in(&self, patch: &Value) -> bool {
        let (parent, key) = match self {
            Self::Owner => (&patch["metadata"], "ownerReferences"),
            Self::Fixed(key) | Self::Spec(key) => (&patch["spec"], *key),
            Self::Label(key) => (&patch["metadata"]["labels"], key.as_str()),
            Self::Annotation(key) => (&patch["metadata"]["annotations"], key.as_str()),
        };
        parent.get(key).is_some()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(name) | Self::Spec(name) => write!(f, "spec.{name}"),
            Self::Label(key) => write!(f, "metadata.labels[{key}]"),
            Self::Annotation(key) => write!(f, "metadata.annotations[{key}]"),
            Self::Owner => f.write_str("metadata.ownerReferences"),
        }
    }
}

/// The fields in which a child differs from its template, each with what a merge patch says to bring it back; null for
/// those that can't be changed.
pub(in crate::plan) type Difference = BTreeMap<Field, Value>;

/// What of the wanted labels and annotations is missing or different. Other keys are left alone, and so are annotations that a
/// template can't set: the controller's `marks`.
pub(in crate::plan) fn different_metadata<'a>(
    (labels, annotations): (
        impl Iterator<Item = (&'a str, &'a str)>,
        impl Iterator<Item = (&'a str, &'a str)>,
    ),
    (has_labels, has_annotations): (&Pairs, &Pairs),
    marks: &[&str],
) -> Difference {
    let labels = labels.filter(|(key, value)| has_labels.get(key) != Some(value));
    let labels = labels.map(|(key, value)| (Field::Label(key.to_owned()), value.into()));
    let annotations = annotations
        .filter(|(key, value)| !marks.contains(key) && has_annotations.get(key) != Some(value));
    let annotations =
        annotations.map(|(key, value)| (Field::Annotation(key.to_owned()), value.into()));
    labels.chain(annotations).collect()
}

/// The merge patch that brings back what can be; `None` if there is nothing. One that writes a field which others write as
/// well, as `shared` says, holds only for the version that it was made from.
pub(super) fn patch(
    meta: &Meta,
    difference: &Difference,
    shared: impl Fn(&Field) -> bool,
) -> Option<Value> {
    let mut patch = json!({ "metadata": { "uid": &*meta.uid } });
    let mut any = false;
    for (field, value) in difference {
        if *field == Field::Owner || shared(field) {
            patch["metadata"]["resourceVersion"] = meta.version.to_string().into();
        }
        let place = match field {
            Field::Fixed(_) => continue,
            Field::Spec(name) => &mut patch["spec"][*name],
            Field::Label(key) => &mut patch["metadata"]["labels"][key],
            Field::Annotation(key) => &mut patch["metadata"]["annotations"][key],
            Field::Owner => &mut patch["metadata"]["ownerReferences"],
        };
        *place = value.clone();
        any = true;
    }
    seeded::drop_precondition(&mut patch, "uid", Fault::RepairWithoutUid);
    any.then_some(patch)
}

/// As JSON.
pub(in crate::plan) fn value<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
