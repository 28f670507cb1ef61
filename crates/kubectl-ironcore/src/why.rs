// SPDX-License-Identifier: Apache-2.0

//! Why an object does not have what it requests, down to the root cause.

mod causes;
mod trail;

use std::net::IpAddr;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use ni_controller::world::Key;
use serde::Serialize;

use crate::around::{Leader, Note, Webhook};
use crate::object::Object;
use crate::view::{Next, Standing, View};

pub use causes::{NOBODY_LEADS, WEBHOOK_SILENT};

/// Why an object does not have what it asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// Whether it has all that it asks for.
    pub well: bool,
    /// What is in the way, the deepest first: each is the reason of the next.
    pub causes: Vec<Cause>,
    /// The object, and all that it stands on.
    pub tree: Node,
    /// What the controller would do next, for any of them.
    pub next: Vec<Next>,
    /// What keeps the object, if it is being deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<String>,
    /// Whether a controller leads.
    pub leader: Leader,
    /// Whether the webhook answers.
    pub webhook: Webhook,
    /// What is not known, as it could not be read.
    pub notes: Vec<Note>,
}

/// One thing that is in the way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// The object that it is about; none where it is about a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The reason.
    pub reason: String,
    /// The whole sentence.
    pub message: String,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
}

/// An object, and what it stands on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// The object.
    pub object: Object,
    /// What it is to the one above.
    pub role: Role,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// What it stands on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<Node>,
}

/// What an object is to the one above.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// The object that was asked about.
    Asked,
    /// The interface that an entry of a machine declares.
    Interface,
    /// The network that it is on.
    Network,
    /// The interface that has an address that it asks for.
    Holder(IpAddr),
    /// A prefix of its own, for this field.
    Prefix(String),
    /// The virtual IP that it refers to, or has as its own.
    VirtualIp,
    /// The interface that has the virtual IP.
    Target,
    /// The prefix that holds the address of a virtual IP.
    Address,
    /// A prefix that it has a part of, or may have one of.
    Parent,
}

impl Node {
    /// Whether it is not well.
    pub fn is_trouble(&self) -> bool {
        self.standing.is_trouble()
    }

    /// It and all below.
    pub fn all(&self) -> Vec<&Self> {
        let below = self.below.iter().flat_map(Self::all);
        std::iter::once(self).chain(below).collect()
    }
}

/// Why the object of `key` does not have what it asks for.
pub fn why(view: &View, key: &Key) -> Why {
    let (tree, keys) = trail::follow(view, key);
    let mut next: Vec<Next> = Vec::new();
    for step in keys.iter().flat_map(|key| view.next(key)) {
        if !next.contains(&step) {
            next.push(step);
        }
    }
    let causes = causes::causes(view, &tree, &next);
    let around = &view.around;
    Why {
        well: causes.is_empty(),
        causes,
        tree,
        next,
        finalizers: Vec::new(),
        leader: around.leader.clone(),
        webhook: around.webhook.clone(),
        notes: around.notes.clone(),
    }
}

#[cfg(test)]
mod tests;
