// SPDX-License-Identifier: Apache-2.0

//! What the record of a parent says, and what it would say.

use address_space::{Cover, Draft};
use ironcore_api::address::Prefix as Block;
use serde_json::{Value, json};

use crate::plan::View;
use crate::plan::condition::READY;
use crate::world::{Asks, Entry, Prefix};

use super::child::NOT_AS_WRITTEN;

/// Whether what the prefix says of itself allows that it gets `block` of `parent`: it is set once.
pub(super) fn fits(prefix: &Prefix, parent: &str, block: Block) -> bool {
    let names_parent = prefix.parent_name().is_none_or(|name| name == parent);
    let names_block = prefix.spec.prefix.is_none() || prefix.block == Some(block);
    names_parent && names_block
}

/// Whether the prefix that an entry of the parent's `pending` is for may still get the block. One that is not known existed before
/// its entry, so it is gone; unless one does not decode.
pub(super) fn is_under_way(parent: &Prefix, entry: &Entry, view: View<'_>) -> bool {
    match view.namespace.prefix_of_uid(&entry.uid) {
        None => !view.namespace.prefixes.all_decode(),
        Some(child) if child.held() == Some((&*parent.meta.name, entry.block)) => false,
        Some(child) => fits(child, &parent.meta.name, entry.block),
    }
}

/// Whether what the prefix granted last was not recorded.
pub(super) fn is_lost(prefix: &Prefix, view: View<'_>) -> bool {
    view.memory.unrecorded.is_some_and(|unrecorded| {
        unrecorded.generation == prefix.meta.generation && view.elapsed < unrecorded.again_at
    })
}

/// What keeps a prefix from granting anything, whatever room it has.
pub(super) fn obstacle(parent: &Prefix, view: View<'_>) -> Option<&'static str> {
    let mut conditions = parent.conditions.iter();
    if parent.meta.deleting {
        Some("is being deleted")
    } else if parent.meta.external {
        Some("an outside system manages")
    } else if view.resting {
        Some("is in a namespace that is being deleted")
    } else if older_pool(parent, view).is_some() {
        Some("overlaps an older public pool")
    } else if conditions.any(|known| known.type_ == READY && known.reason == NOT_AS_WRITTEN) {
        Some("can't record what it grants")
    } else if parent
        .record
        .as_ref()
        .is_some_and(|record| record.is_full())
    {
        Some("is too fragmented to record further grants")
    } else {
        None
    }
}

/// The public pool that has addresses in common with this one and goes before it.
pub(super) fn older_pool<'a>(pool: &Prefix, view: View<'a>) -> Option<&'a Prefix> {
    let allocation = view.namespace.allocation();
    allocation.older_pool(pool, view.namespace)
}

/// Whether the parent has room for the request.
pub(super) fn has_room(parent: &Prefix, asks: Asks, view: View<'_>) -> bool {
    let allocation = view.namespace.allocation();
    match asks {
        Asks::Length(family, length) => {
            let room = allocation.room(parent);
            let of_family = parent.root().is_some_and(|root| root.family() == family);
            of_family && room.is_some_and(|room| room <= length)
        }
        Asks::Block(block) => {
            let inside = |root: Block| root.contains(block) && root != block;
            let space = allocation.space(&parent.meta.name);
            let free = space.is_none_or(|space| space.is_free(block));
            free && parent.root().is_some_and(inside)
        }
    }
}

/// `status.capacity` of a prefix that has the block `root`, or is about to have it.
pub(super) fn capacity(prefix: &Prefix, root: Block, view: View<'_>) -> Value {
    let space = view.namespace.allocation().space(&prefix.meta.name);
    let mut space = space.cloned().unwrap_or_default();
    space.set_root(root);
    draft_capacity(space.draft(), prefix.reserved(root))
}

/// The same with what is about to be granted. What is reserved can't be had, so it counts as used.
pub(super) fn draft_capacity(mut draft: Draft<'_>, reserved: impl Iterator<Item = Block>) -> Value {
    for address in reserved {
        draft.take(address);
    }
    let largest = draft.largest_free().map(|block| block.to_string());
    json!({ "usedPercent": draft.used_percent(), "largestFree": largest })
}

/// `used`, as it is written.
pub(super) fn texts(used: &Cover, root: Block) -> Vec<String> {
    let blocks = used.iter();
    blocks
        .map(|block| block.prefix(root.family()).to_string())
        .collect()
}

/// What these texts take as JSON, in bytes.
pub(super) fn bytes(texts: &[String]) -> usize {
    texts.iter().map(|text| text.len() + 3).sum()
}
