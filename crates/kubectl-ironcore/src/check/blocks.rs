// SPDX-License-Identifier: Apache-2.0

//! Blocks: none overlaps another of the same parent, each lies in its parent, and the record of the parent says just these.

use address_space::{Block as Bits, Cover};
use ironcore_api::address::Prefix as Block;
use ni_controller::plan::some_of;
use ni_controller::world::{Kind, Namespace, Prefix};

use super::{AllLeaving, Finding, object};
use crate::view::View;

pub(super) fn check(view: &View, _: &AllLeaving) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, namespace) in view.namespaces() {
        for prefix in namespace.prefixes.iter().filter_map(|slot| slot.good()) {
            findings.extend(in_parent(prefix, namespace));
            if let Some(root) = prefix.root() {
                findings.extend(overlaps(prefix, namespace));
                findings.extend(record(prefix, root, namespace));
            }
        }
    }
    findings
}

/// The children that have blocks of `parent`, by their blocks.
fn holders<'a>(parent: &'a Prefix, namespace: &'a Namespace) -> Vec<(Block, &'a Prefix)> {
    let children = namespace.allocation().children(&parent.meta.name);
    let children = children.filter_map(|name| namespace.prefixes.get(name));
    let mut holders: Vec<_> = children
        .filter_map(|child| Some((child.held()?.1, child)))
        .collect();
    holders.sort_by_key(|(block, _)| (block.address(), block.length()));
    holders
}

/// No two children have an address in common.
fn overlaps(parent: &Prefix, namespace: &Namespace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut widest: Option<(Block, &Prefix)> = None;
    for (block, child) in holders(parent, namespace) {
        match widest {
            Some((other, holder)) if other.contains(block) => {
                let (kind, holder) = (Kind::Prefix, &holder.meta);
                let message = format!(
                    "{block} overlaps {other}, which Prefix {} has of the same parent {}",
                    holder.name, parent.meta.name
                );
                let finding = Finding::on(kind, &child.meta, "BlocksOverlap", message);
                findings.push(finding.with([object(kind, holder)]));
            }
            _ => widest = Some((block, child)),
        }
    }
    findings
}

/// What a child has lies in its parent, which exists.
fn in_parent(child: &Prefix, namespace: &Namespace) -> Option<Finding> {
    let (parent, block) = child.held()?;
    let finding = |why: String| {
        let message = format!("has {block} of Prefix {parent}, {why}");
        Finding::on(Kind::Prefix, &child.meta, "BlockOutsideParent", message)
    };
    if namespace.meta(Kind::Prefix, parent).is_none() {
        return Some(finding("which does not exist".to_owned()));
    }
    let root = namespace.prefixes.get(parent)?.granted;
    let inside = root.is_some_and(|root| root.contains(block) && root != block);
    (!inside).then(|| {
        let has = root.map_or("no block".to_owned(), |root| root.to_string());
        finding(format!("which has {has}"))
    })
}

/// The record says just what the children have, and what is being granted. That of a parent that is being deleted is not kept up.
fn record(parent: &Prefix, root: Block, namespace: &Namespace) -> Vec<Finding> {
    if parent.meta.deleting || !namespace.prefixes.all_decode() {
        return Vec::new();
    }
    let inside = |block: &Block| root.contains(*block) && *block != root;
    let children = holders(parent, namespace).into_iter();
    let blocks = children.map(|(block, _)| block);
    let pending = parent.pending().iter().map(|entry| entry.block);
    let held: Cover = blocks
        .chain(pending)
        .filter(inside)
        .map(Bits::from)
        .collect();
    let nothing = Cover::default();
    let used = parent
        .record
        .as_ref()
        .map_or(&nothing, |record| &record.used);
    let finding = |reason, message| Finding::on(Kind::Prefix, &parent.meta, reason, message);
    let unnamed = texts(&missing(used, &held), root).map(|blocks| {
        let message = format!("{blocks} of status.used is what no Prefix has");
        finding("UsedByNobody", message)
    });
    let unrecorded = texts(&missing(&held, used), root).map(|blocks| {
        let message = format!("{blocks} is not in status.used, though Prefixes have it");
        finding("NotRecorded", message)
    });
    unnamed.into_iter().chain(unrecorded).collect()
}

/// What of `these` is not among `those`.
fn missing(these: &Cover, those: &Cover) -> Cover {
    let blocks = these.iter().flat_map(|block| those.missing(block));
    blocks.collect()
}

/// The first few of these blocks, and how many more there are.
fn texts(blocks: &Cover, root: Block) -> Option<String> {
    let blocks = blocks
        .iter()
        .map(|block| block.prefix(root.family()).to_string());
    let blocks: Vec<String> = blocks.collect();
    some_of(blocks.iter().map(String::as_str))
}
