// SPDX-License-Identifier: Apache-2.0

//! What is left of each parent prefix: how full it is, what still fits, who waits.

mod blocks;

use std::collections::BTreeSet;

use address_space::{Block as Bits, Space};
use ironcore_api::address::Prefix as Block;
use ni_controller::world::{Asks, Kind, Namespace, Prefix};
use serde::Serialize;

use crate::object::Object;
use crate::view::View;

pub use blocks::{Cell, cells};

/// A prefix of which others have parts, or ask for them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Left {
    /// The prefix.
    pub prefix: Object,
    /// Its block.
    pub block: String,
    /// Whether virtual IPs get their addresses from it.
    pub public_pool: bool,
    /// How much of it is used, in percent: rounded down, 100 only when nothing is left.
    pub used_percent: u8,
    /// The largest block that is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_free: Option<String>,
    /// How many prefixes have a part of it.
    pub children: usize,
    /// How many blocks of these lengths still fit.
    pub fits: Vec<Fits>,
    /// Who waits for a part of it, the one that has waited longest first.
    pub waiting: Vec<Waiting>,
    /// The block as a picture, where one is asked for: each cell is a part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Cell>,
}

/// How many blocks of a length still fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fits {
    /// The length.
    pub length: u8,
    /// How many: of more than a u128 holds, that.
    #[serde(serialize_with = "text")]
    pub count: u128,
}

/// JSON's numbers are too small for what IPv6 has.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn text<S: serde::Serializer>(count: &u128, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(count)
}

/// A prefix that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The prefix.
    pub prefix: Object,
    /// What it asks for: a block, or a length as in `/26`.
    pub asks: String,
}

/// What a prefix has left.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) used_percent: u8,
    pub(crate) largest_free: Option<Block>,
    free: Vec<Bits>,
}

impl Room {
    /// Of the prefix, if parts of it can be granted. What is reserved can't be had.
    pub(crate) fn of(prefix: &Prefix, namespace: &Namespace) -> Option<Self> {
        let root = prefix.root()?;
        let empty = Space::of(root);
        let space = namespace.allocation().space(&prefix.meta.name);
        let mut draft = space.unwrap_or(&empty).draft();
        for address in prefix.reserved(root) {
            draft.take(address);
        }
        Some(Self {
            used_percent: draft.used_percent(),
            largest_free: draft.largest_free(),
            free: draft.used().missing(root.into()),
        })
    }

    /// How many blocks of `length` still fit: those of the whole block's own length never do.
    fn fits(&self, root: Block, length: u8) -> u128 {
        if length <= root.length() {
            return 0;
        }
        let fragments = self.free.iter();
        let counts = fragments.map(|free| match length.checked_sub(free.length()) {
            Some(bits) => 1_u128.checked_shl(bits.into()).unwrap_or(u128::MAX),
            None => 0,
        });
        counts.fold(0, u128::saturating_add)
    }
}

/// What is left of each prefix that is a root, or of which others have parts or ask for them; those in trouble first. With `blocks`,
/// each has a picture.
pub fn left(view: &View, blocks: bool) -> Vec<Left> {
    let namespaces = view.namespaces();
    let mut all: Vec<Left> = namespaces
        .flat_map(|(_, namespace)| {
            let prefixes = namespace.prefixes.iter().filter_map(|slot| slot.good());
            prefixes.filter_map(|prefix| of(prefix, namespace, blocks))
        })
        .collect();
    all.sort_by(|one, other| {
        let trouble = |left: &Left| (left.waiting.len(), left.used_percent);
        let by_trouble = trouble(other).cmp(&trouble(one));
        by_trouble.then_with(|| one.prefix.cmp(&other.prefix))
    });
    all
}

fn of(prefix: &Prefix, namespace: &Namespace, blocks: bool) -> Option<Left> {
    let root = prefix.root()?;
    let room = Room::of(prefix, namespace)?;
    let allocation = namespace.allocation();
    let children = allocation.children(&prefix.meta.name);
    let children = children.filter(|name| {
        let child = namespace.prefixes.get(name);
        child.is_some_and(|child| child.held().is_some())
    });
    let children = children.count();
    let waiting = waiting(prefix, namespace);
    let lengths = lengths(prefix, namespace, &room);
    let is_parent = children > 0 || !waiting.is_empty() || prefix.record.is_some();
    (is_parent || prefix.is_root()).then(|| Left {
        prefix: Object::new(Kind::Prefix, &prefix.meta.namespace, &prefix.meta.name),
        block: root.to_string(),
        public_pool: prefix.is_public_pool(),
        used_percent: room.used_percent,
        largest_free: room.largest_free.map(|block| block.to_string()),
        children,
        fits: lengths
            .into_iter()
            .map(|length| Fits {
                length,
                count: room.fits(root, length),
            })
            .collect(),
        waiting,
        cells: if blocks {
            cells(root, &room.free)
        } else {
            Vec::new()
        },
    })
}

/// The lengths that are of interest: those of its parts, those that are asked for, and that of the largest free block.
fn lengths(prefix: &Prefix, namespace: &Namespace, room: &Room) -> BTreeSet<u8> {
    let allocation = namespace.allocation();
    let children = allocation.children(&prefix.meta.name);
    let children = children.filter_map(|name| namespace.prefixes.get(name)?.granted);
    let queues = allocation.queues(prefix);
    let asked = queues
        .flat_map(|(_, queue)| queue.iter())
        .map(|waiter| match waiter.asks {
            Asks::Block(block) => block.length(),
            Asks::Length(_, length) => length,
        });
    let parts = children.map(Block::length).chain(asked);
    parts.chain(room.largest_free.map(Block::length)).collect()
}

fn waiting(prefix: &Prefix, namespace: &Namespace) -> Vec<Waiting> {
    let queues = namespace.allocation().queues(prefix);
    let mut waiters: Vec<_> = queues.flat_map(|(_, queue)| queue.iter()).collect();
    waiters.sort();
    let waiting = waiters.into_iter().map(|waiter| Waiting {
        prefix: Object::new(Kind::Prefix, &prefix.meta.namespace, &waiter.name),
        asks: match waiter.asks {
            Asks::Block(block) => block.to_string(),
            Asks::Length(_, length) => format!("/{length}"),
        },
    });
    waiting.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::view;

    #[test]
    fn parents_in_trouble_come_first_and_say_what_still_fits() {
        let objects = "
kind: pfx
name: calm
spec: {ipFamily: IPv6, prefix: 'fd00::/48'}
status: {phase: Allocated}
---
kind: pfx
name: full
spec: {ipFamily: IPv4, prefix: 10.0.0.0/29}
status: {phase: Allocated}
---
kind: pfx
name: part
spec: {ipFamily: IPv4, prefix: 10.0.0.2/31, parentRef: {name: full}}
status: {phase: Allocated}
---
kind: pfx
name: waits
spec: {ipFamily: IPv4, prefixLength: 29, parentRef: {name: full}}
---
kind: pfx
name: asks
spec: {ipFamily: IPv4, prefix: 10.0.0.2/32, parentRef: {name: full}}
---
kind: pfx
name: public
namespace: pools
meta: {labels: {ni.ironcore.dev/public-pool: ''}}
spec: {ipFamily: IPv4, prefix: 203.0.113.0/30}
status: {phase: Allocated}
";
        let all = left(&view(objects), false);
        let told: Vec<String> = all
            .iter()
            .map(|left| {
                let fits = left.fits.iter();
                let fits = fits.map(|fits| format!("{} /{}", fits.count, fits.length));
                let waiting = left.waiting.iter();
                let waiting =
                    waiting.map(|waiting| format!("{} {}", waiting.prefix.name, waiting.asks));
                format!(
                    "{} {}% {} {} [{}] [{}]",
                    left.prefix.name,
                    left.used_percent,
                    left.largest_free.as_deref().unwrap_or("-"),
                    left.children,
                    fits.collect::<Vec<_>>().join(", "),
                    waiting.collect::<Vec<_>>().join(", "),
                )
            })
            .collect();
        let expected = [
            "full 25% 10.0.0.4/30 1 [0 /29, 1 /30, 3 /31, 6 /32] [asks 10.0.0.2/32, waits /29]",
            // Network and broadcast address can't be had.
            "public 50% 203.0.113.1/32 0 [2 /32] []",
            "calm 0% fd00::/49 0 [2 /49] []",
        ];
        assert_eq!(told, expected);
    }
}
