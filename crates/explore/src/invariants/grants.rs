// SPDX-License-Identifier: Apache-2.0

//! What must hold of blocks of addresses and who has them.

use address_space::{Block, Cover};
use ironcore_api::address::parse_prefix;
use ni_controller::world::Kind;
use serde_json::Value;

use super::Broken;
use super::object::{is_spoilt, is_tended, must};
use crate::server::{Model, uid};

/// No two children of a parent have an address in common, and all that they have is in its record.
///
/// # Errors
/// If that is not so.
pub fn no_grant_overlaps(server: &Model) -> Result<(), Broken> {
    for (parent, root) in parents(server) {
        let used: Cover = blocks(&parent["status"]["used"]).collect();
        let mut all = Cover::default();
        for (child, block) in held(server, parent, root) {
            must(
                all.overlapping(block).is_none(),
                "no grant overlaps another",
                || format!("{child} of {parent}"),
            )?;
            must(used.contains(block), "what is granted is recorded", || {
                format!("{child} of {parent}")
            })?;
            all.insert(block);
        }
    }
    Ok(())
}

/// Once nothing moves any more, `used` is the exact cover of what is held, and no grant is under way that could go on.
///
/// # Errors
/// If that is not so.
pub fn records_are_exact(server: &Model) -> Result<(), Broken> {
    if server.list(Kind::Prefix).any(is_spoilt) {
        // Nobody knows what it has.
        return Ok(());
    }
    for (parent, root) in parents(server).filter(|(parent, _)| is_tended(parent)) {
        let mut all: Cover = held(server, parent, root).map(|(_, block)| block).collect();
        for entry in list(&parent["status"]["pending"]) {
            let mut children = server.list(Kind::Prefix);
            let child = children.find(|child| entry["uid"] == uid(child));
            let waits = child.is_some_and(|child| !is_tended(child));
            must(waits, "at rest no grant is under way", || {
                format!("{entry} of {parent}")
            })?;
            all.extend(block(&entry["prefix"]));
        }
        let used: Cover = blocks(&parent["status"]["used"]).collect();
        must(
            used == all,
            "at rest `used` is what is held, no more and no less",
            || parent.to_string(),
        )?;
    }
    Ok(())
}

/// Once nothing moves any more, who waits waits for nothing that is free.
///
/// # Errors
/// If that is not so.
pub fn nobody_waits_for_what_is_free(server: &Model) -> Result<(), Broken> {
    let prefixes = server.list(Kind::Prefix).filter(|prefix| is_tended(prefix));
    for child in prefixes.filter(|prefix| allocated(prefix).is_none()) {
        for (parent, root) in parents(server).filter(|(parent, _)| is_tended(parent)) {
            let used: Cover = blocks(&parent["status"]["used"]).collect();
            let free = wanted(child, root).any(|block| used.overlapping(block).is_none());
            must(
                !(free && is_asked(parent, child)),
                "at rest nobody waits for what is free",
                || format!("{child} of {parent}"),
            )?;
        }
    }
    Ok(())
}

/// Whether the child may have a part of the parent.
fn is_asked(parent: &Value, child: &Value) -> bool {
    let named = &child["spec"]["parentRef"]["name"];
    let selected = &child["spec"]["parentSelector"]["matchLabels"]["pool"];
    if named.is_null() {
        selected.is_string() && *selected == parent["metadata"]["labels"]["pool"]
    } else {
        *named == parent["metadata"]["name"]
    }
}

/// The blocks with which the child would be content.
fn wanted(child: &Value, root: Block) -> impl Iterator<Item = Block> {
    let length = child["spec"]["prefixLength"].as_u64();
    let length = length.and_then(|length| u8::try_from(length).ok());
    let named = block(&child["spec"]["prefix"]);
    let mut blocks = vec![root];
    if let Some(length) = length.filter(|_| named.is_none()) {
        while blocks[0].length() < length {
            blocks = blocks.into_iter().flat_map(Block::halves).collect();
        }
    } else {
        blocks = named.into_iter().collect();
    }
    let fits = move |block: &Block| root.contains(*block) && *block != root;
    blocks.into_iter().filter(fits)
}

/// The prefixes of which parts can be granted.
fn parents(server: &Model) -> impl Iterator<Item = (&Value, Block)> {
    let prefixes = server.list(Kind::Prefix);
    prefixes.filter_map(|prefix| Some((prefix, allocated(prefix)?)))
}

/// What the children of a parent have of it, each.
fn held<'a>(
    server: &'a Model,
    parent: &'a Value,
    root: Block,
) -> impl Iterator<Item = (&'a Value, Block)> {
    let children = server
        .list(Kind::Prefix)
        .filter(|child| child["spec"]["parentRef"]["name"] == parent["metadata"]["name"]);
    let blocks = children.filter_map(|child| Some((child, allocated(child)?)));
    blocks.filter(move |(_, block)| *block != root && root.contains(*block))
}

/// The block that a prefix has.
fn allocated(prefix: &Value) -> Option<Block> {
    let allocated = prefix["status"]["phase"] == "Allocated";
    block(&prefix["spec"]["prefix"]).filter(|_| allocated)
}

fn block(text: &Value) -> Option<Block> {
    Some(parse_prefix(text.as_str()?).ok()?.into())
}

fn blocks(texts: &Value) -> impl Iterator<Item = Block> {
    list(texts).filter_map(block)
}

fn list(values: &Value) -> impl Iterator<Item = &Value> {
    values.as_array().into_iter().flatten()
}
