// SPDX-License-Identifier: Apache-2.0

//! What of a tree is in the way, the deepest first.

use ni_controller::plan::Reason;

use super::{Cause, Node, Role};
use crate::advice::remedy;
use crate::around::{Leader, Webhook};
use crate::object::Object;
use crate::view::{Health, LEFT_ALONE, MANAGED_BY_OTHERS, Next, View};

/// The reason where no controller leads.
pub const NOBODY_LEADS: &str = "NobodyLeads";
/// The reason where the webhook does not answer.
pub const WEBHOOK_SILENT: &str = "WebhookSilent";

/// What is in the way of the tree's object, the deepest first.
pub(super) fn causes(view: &View, tree: &Node, next: &[Next]) -> Vec<Cause> {
    let mut causes = Vec::new();
    if tree.is_trouble() {
        causes.extend(around(view, tree, next));
        descend(tree, "", &mut causes);
    }
    causes
}

/// Adds what is in the way of `node`, whose reason is `above` where it has none of its own.
fn descend(node: &Node, above: &str, causes: &mut Vec<Cause>) {
    let standing = &node.standing;
    let reason = standing.reason.as_deref().unwrap_or(above);
    let mut below = node.below.iter().filter(|below| below.is_trouble());
    let deeper = below.find(|below| concerns(reason, below));
    if let Some(deeper) = deeper {
        descend(deeper, reason, causes);
    } else if standing.external && reason != MANAGED_BY_OTHERS {
        causes.push(Cause {
            object: Some(node.object.clone()),
            reason: MANAGED_BY_OTHERS.to_owned(),
            message: LEFT_ALONE.to_owned(),
            since: None,
            remedy: remedy(MANAGED_BY_OTHERS, ""),
        });
    }
    causes.push(Cause {
        reason: reason.to_owned(),
        message: standing.message.clone().unwrap_or_default(),
        since: standing.since.clone(),
        remedy: remedy(reason, node.object.kind),
        object: Some(node.object.clone()),
    });
}

/// Whether an object with this reason is not well because of `below`.
fn concerns(reason: &str, below: &Node) -> bool {
    let is = |of: Reason| reason == of.as_str();
    let refused = [
        Reason::ChildRefused,
        Reason::NameTaken,
        Reason::InterfaceTaken,
        Reason::NotAsWritten,
        Reason::WriteRefused,
        Reason::WriteUndone,
        Reason::InvalidSpec,
        Reason::NotDecodable,
    ];
    if refused.into_iter().any(is) {
        return false;
    }
    let missing = below.standing.health == Health::Missing;
    match below.role {
        Role::Asked => false,
        Role::Network => reason.starts_with("Network"),
        Role::Holder(_) => reason == "AddressLeaving",
        Role::Prefix(_) => reason.starts_with("Prefix"),
        Role::VirtualIp => reason.starts_with("VirtualIP"),
        Role::Target => is(Reason::VirtualIPTaken),
        Role::Interface => reason == "InterfacesPending",
        Role::Address => true,
        Role::Parent => is(Reason::NoRoom) || reason == "WaitsForParent" || missing,
    }
}

/// What is around the objects and in the way of what the controller would do.
fn around(view: &View, tree: &Node, next: &[Next]) -> Vec<Cause> {
    let around = &view.around;
    let namespace = &tree.object.namespace;
    let cause = |reason: &str, message: String| Cause {
        object: None,
        reason: reason.to_owned(),
        message,
        since: None,
        remedy: remedy(reason, ""),
    };
    let mut causes = Vec::new();
    if around.terminating.contains(namespace) {
        let message = format!("namespace {namespace} is being deleted: nothing is made in it");
        causes.push(cause("NamespaceTerminating", message));
    }
    if !around.looks_after(namespace) {
        let message = format!("the controller does not look after namespace {namespace}");
        causes.push(cause("NotLookedAfter", message));
    }
    if let (Leader::Nobody { why }, false) = (&around.leader, next.is_empty()) {
        causes.push(cause(NOBODY_LEADS, format!("no controller leads: {why}")));
    }
    let judged = next.iter().any(|next| next.judged);
    if let (Webhook::Silent { why }, true) = (&around.webhook, judged) {
        let message = format!("the webhook does not answer: {why}");
        causes.push(cause(WEBHOOK_SILENT, message));
    }
    causes
}

/// What a cause is about, for people.
impl Cause {
    /// The object or, where it is about none, what else.
    pub fn about(&self) -> String {
        let object: Option<&Object> = self.object.as_ref();
        object.map_or_else(|| self.reason.clone(), ToString::to_string)
    }
}
