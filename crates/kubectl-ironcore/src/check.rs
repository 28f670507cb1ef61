// SPDX-License-Identifier: Apache-2.0

//! Whether all is well, from one view: without locks, and without writes. What is under way at the moment may look wrong, so who
//! asks reads again what does ([`confirmed`]).

mod addresses;
mod blocks;
mod claims;
mod deletions;
mod plans;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ni_controller::world::{Key, Kind, Meta};
use serde::Serialize;

use crate::advice::remedy;
use crate::around::Leader;
use crate::object::Object;
use crate::view::View;
use crate::why::NOBODY_LEADS;

/// What is wrong with an object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The object.
    pub object: Object,
    /// What is wrong, in one word: the heading of its section in docs/kubectl-ironcore.md, or in docs/events.md.
    pub reason: &'static str,
    /// The whole sentence.
    pub message: String,
    /// Other objects that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Object>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
}

/// What keeps an object that is being deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaving {
    /// Since when it is being deleted.
    pub since: Time,
    /// Its finalizers.
    pub finalizers: Vec<String>,
}

/// What is known of the objects that are being deleted.
pub type AllLeaving = BTreeMap<Key, Leaving>;

type Check = fn(&View, &AllLeaving) -> Vec<Finding>;

const ALL: [Check; 7] = [
    leads,
    decodes,
    blocks::check,
    addresses::check,
    claims::check,
    deletions::check,
    plans::check,
];

/// All that looks wrong.
pub fn check(view: &View, leaving: &AllLeaving) -> Vec<Finding> {
    ALL.iter().flat_map(|check| check(view, leaving)).collect()
}

/// The objects that are being deleted: who asks has to say what keeps them.
pub fn deleting(view: &View) -> impl Iterator<Item = Key> {
    view.world()
        .keys()
        .filter(|key| meta(view, key).is_some_and(|meta| meta.deleting))
}

/// Those of the first findings that are still there later.
pub fn confirmed(first: &[Finding], later: Vec<Finding>) -> Vec<Finding> {
    let known: BTreeSet<(&Object, &str)> = first
        .iter()
        .map(|finding| (&finding.object, finding.reason))
        .collect();
    later
        .into_iter()
        .filter(|finding| known.contains(&(&finding.object, finding.reason)))
        .collect()
}

/// The namespaces that the findings are about.
pub fn namespaces(findings: &[Finding]) -> BTreeSet<&str> {
    let objects = findings
        .iter()
        .flat_map(|finding| std::iter::once(&finding.object).chain(&finding.with));
    objects.map(|object| &*object.namespace).collect()
}

impl Finding {
    fn new(object: Object, reason: &'static str, message: String) -> Self {
        Self {
            remedy: remedy(reason, object.kind),
            object,
            reason,
            message,
            with: Vec::new(),
        }
    }

    fn on(kind: Kind, meta: &Meta, reason: &'static str, message: String) -> Self {
        Self::new(object(kind, meta), reason, message)
    }

    fn with(self, with: impl IntoIterator<Item = Object>) -> Self {
        Self {
            with: with.into_iter().collect(),
            ..self
        }
    }
}

fn object(kind: Kind, meta: &Meta) -> Object {
    Object::new(kind, &meta.namespace, &meta.name)
}

fn meta<'a>(view: &'a View, key: &Key) -> Option<&'a Meta> {
    view.of(key).meta(key.kind, &key.name)
}

/// A controller leads.
fn leads(view: &View, _: &AllLeaving) -> Vec<Finding> {
    let Leader::Nobody { why } = &view.around.leader else {
        return Vec::new();
    };
    let lease = Object {
        kind: "Lease",
        namespace: view.around.lease.0.clone(),
        name: view.around.lease.1.clone(),
    };
    let message = format!("no controller leads: {why}");
    vec![Finding::new(lease, NOBODY_LEADS, message)]
}

/// Each object decodes.
fn decodes(view: &View, _: &AllLeaving) -> Vec<Finding> {
    let bad = view.world().keys().filter_map(|key| {
        let standing = view.undecodable(&key)?;
        let message = format!("does not decode: {standing}");
        Some(Finding::new((&key).into(), "NotDecodable", message))
    });
    bad.collect()
}

#[cfg(test)]
mod tests;
