// SPDX-License-Identifier: Apache-2.0

//! `why` as text.

use termtree::Tree;

use super::Page;
use super::paint::{faint, standing, strong};
use crate::around::{Leader, Webhook};
use crate::why::{Cause, NOBODY_LEADS, Node, Role, WEBHOOK_SILENT, Why};

/// What is in the way, the deepest first; then what the object stands on, and what the controller would do.
pub fn why(why: &Why, page: Page) -> String {
    let mut text = format!(
        "{}{}\n",
        strong(&why.tree.object),
        standing(&why.tree.standing)
    );
    for (depth, cause) in why.causes.iter().enumerate() {
        text.push('\n');
        text.push_str(&of_cause(cause, page));
        // The others end with the first.
        let remedy = cause.remedy.filter(|_| depth == 0);
        text.extend(remedy.map(|remedy| page.paragraph(&format!("To do: {remedy}"), 2) + "\n"));
    }
    text.push('\n');
    text.push_str(&branch(&why.tree, page, 0).to_string());
    text.push('\n');
    if let Some(kept) = kept(&why.finalizers) {
        text.push_str(&page.paragraph(&kept, 0));
        text.push('\n');
    }
    let next: Vec<&str> = why.next.iter().map(|next| &*next.does).collect();
    let next = match next.as_slice() {
        [] => "The controller has nothing to do here.".to_owned(),
        all => format!("The controller would {}.", all.join("; ")),
    };
    text.push_str(&page.paragraph(&next, 0));
    text.push('\n');
    let around = around(why);
    if !around.is_empty() {
        text.push_str(&page.paragraph(&around, 0));
        text.push('\n');
    }
    for note in &why.notes {
        text.push_str(&page.paragraph(&faint(note), 0));
        text.push('\n');
    }
    text
}

/// What keeps an object that is being deleted.
fn kept(finalizers: &[String]) -> Option<String> {
    match finalizers {
        [] => None,
        [one] => Some(format!("The finalizer {one} keeps it.")),
        all => Some(format!("The finalizers {} keep it.", all.join(", "))),
    }
}

/// Who leads and whether the webhook answers, unless a cause has said it.
fn around(why: &Why) -> String {
    let said = |reason: &str| why.causes.iter().any(|cause| cause.reason == reason);
    let leader = (!said(NOBODY_LEADS)).then(|| leader(&why.leader));
    let webhook = (!said(WEBHOOK_SILENT)).then(|| webhook(&why.webhook));
    let sentences: Vec<String> = leader.into_iter().chain(webhook).collect();
    sentences.join(" ")
}

fn of_cause(cause: &Cause, page: Page) -> String {
    let since = cause.since.as_ref();
    let since = since.map_or(String::new(), |since| format!(", since {:.0}", since.0));
    let reason = match &cause.object {
        Some(_) if !cause.reason.is_empty() => format!(": {}", cause.reason),
        _ => String::new(),
    };
    let mut text = format!("{}{reason}{since}\n", strong(cause.about()));
    text.push_str(&page.paragraph(&cause.message, 2));
    text.push('\n');
    text
}

fn branch(node: &Node, page: Page, depth: usize) -> Tree<String> {
    let object = format!("{} {}", node.object.kind, node.object.name);
    let role = role(&node.role).map_or(String::new(), |role| faint(format!(" ({role})")));
    let text = format!("{object}{role}{}", standing(&node.standing));
    let below = node
        .below
        .iter()
        .map(|below| branch(below, page, depth + 1));
    let root = page.wrap(&text, 4 * depth);
    Tree::new(root).with_leaves(below).with_multiline(true)
}

fn role(of: &Role) -> Option<String> {
    match of {
        Role::Asked | Role::Interface | Role::Network | Role::VirtualIp => None,
        Role::Holder(address) => Some(format!("has {address}")),
        Role::Prefix(field) => Some(field.clone()),
        Role::Target => Some("has it".to_owned()),
        Role::Address => Some("holds its address".to_owned()),
        Role::Parent => Some("parent".to_owned()),
    }
}

fn leader(of: &Leader) -> String {
    match of {
        Leader::Leads { holder } => format!("{holder} leads."),
        Leader::Nobody { why } => format!("No controller leads: {why}."),
        Leader::Unknown => "Whether a controller leads is not known.".to_owned(),
    }
}

fn webhook(of: &Webhook) -> String {
    match of {
        Webhook::Answers { ready: 1 } => "The webhook has 1 ready endpoint.".to_owned(),
        Webhook::Answers { ready } => format!("The webhook has {ready} ready endpoints."),
        Webhook::Silent { why } => format!("The webhook does not answer: {why}."),
        Webhook::ByUrl { url } => format!(
            "The API server calls the webhook at {url}: whether it answers there is not known, as no object says so."
        ),
        Webhook::NotInstalled => "No webhook is installed.".to_owned(),
        Webhook::Unknown => "Whether the webhook answers is not known.".to_owned(),
    }
}
