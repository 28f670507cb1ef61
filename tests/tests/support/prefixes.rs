// SPDX-License-Identifier: Apache-2.0

//! Prefixes: roots, those that ask for parts of them, and what becomes of both.

use std::collections::BTreeSet;

use serde_json::Value;

use super::space::{PREFIX, Space};
use super::text::{at, otherwise};
use super::wait::eventually;

/// What holds of a parent that is granting nothing at the moment: this is in its record, and nothing is under way.
pub(crate) fn used(blocks: &[&str]) -> String {
    let used = if blocks.is_empty() {
        "status.used -".to_owned()
    } else {
        format!("status.used = ['{}']", blocks.join("', '"))
    };
    format!("{used}; status.pending -")
}

/// The spec of a prefix that asks for a block (`10.0.0.0/26`) or a length (`/26`, `IPv6 /64`) of what `parent` says.
pub(crate) fn asking(what: &str, parent: &str) -> String {
    let asked = match what.split_once('/') {
        Some(("", length)) => format!("ipFamily: IPv4, prefixLength: {length}"),
        Some(("IPv6 ", length)) => format!("ipFamily: IPv6, prefixLength: {length}"),
        _ => format!("prefix: '{what}'"),
    };
    format!("{{{asked}, {parent}}}")
}

/// By its name.
pub(crate) fn of(parent: &str) -> String {
    format!("parentRef: {{name: {parent}}}")
}

/// By the label `pool`.
pub(crate) fn of_pool(pool: &str) -> String {
    format!("parentSelector: {{matchLabels: {{pool: {pool}}}}}")
}

impl Space {
    /// Stores a root with these changes; answers it, Allocated.
    pub(crate) async fn root(&self, name: &str, block: &str, changes: &str) -> Value {
        let spec = format!("spec = {{prefix: '{block}'}}; {changes}");
        self.create(PREFIX, name, &spec).await;
        self.until(PREFIX, name, "status.phase = Allocated").await
    }

    /// Stores a prefix that asks for a part of `parent`.
    pub(crate) async fn ask(&self, name: &str, what: &str, parent: &str) -> Value {
        let spec = format!("spec = {}", asking(what, parent));
        self.create(PREFIX, name, &spec).await
    }

    /// Waits until the prefix has this block of this parent; answers it.
    pub(crate) async fn until_granted(&self, name: &str, block: &str, parent: &str) -> Value {
        let expected = format!(
            "status.phase = Allocated; spec.prefix = '{block}'; spec.parentRef.name = {parent}; status.conditions.0.status = 'True'"
        );
        self.until(PREFIX, name, &expected).await
    }

    /// As `ask`, and waits until it has this block of the parent, which it names.
    pub(crate) async fn granted(&self, name: &str, what: &str, parent: &str, block: &str) -> Value {
        self.ask(name, what, &of(parent)).await;
        self.until_granted(name, block, parent).await
    }

    /// Waits until the prefix says that it waits, why, and whether only a change of its own can end that; answers it.
    pub(crate) async fn until_waits(
        &self,
        name: &str,
        reason: &str,
        message: &str,
        stalled: bool,
    ) -> Value {
        let says = |at: usize, type_: &str, status: &str| {
            let path = format!("status.conditions.{at}");
            format!(
                "{path}.type = {type_}; {path}.status = '{status}'; {path}.reason = {reason}; {path}.message = \"{message}\""
            )
        };
        let ready = says(0, "Ready", "False");
        let other = if stalled {
            says(1, "Stalled", "True")
        } else {
            "status.conditions.1 -".to_owned()
        };
        self.until(
            PREFIX,
            name,
            &format!("status.phase = Pending; {ready}; {other}"),
        )
        .await
    }

    /// Waits until so many children of the parent are all that there are, each has a block, and the record of the parent is
    /// exactly the cover of these; answers them.
    pub(crate) async fn until_at_rest(&self, parent: &str, children: usize) -> Vec<Value> {
        eventually(&format!("{parent} rests"), || async {
            let all = self.list(PREFIX).await;
            let of_parent = |prefix: &&Value| at(prefix, "spec.parentRef.name") == parent;
            let found: Vec<Value> = all.iter().filter(of_parent).cloned().collect();
            let blocks: Vec<Block> = found.iter().filter_map(block_of).collect();
            if (found.len(), blocks.len()) != (children, children) {
                return Err(format!(
                    "{} with blocks of {}, not {children}",
                    blocks.len(),
                    found.len()
                ));
            }
            let expected = cover(blocks);
            let texts: Vec<&str> = expected.iter().map(String::as_str).collect();
            let parent = all
                .iter()
                .find(|prefix| at(prefix, "metadata.name") == parent);
            let parent = parent.expect("the parent");
            otherwise(parent, &used(&texts)).map_or(Ok(found), Err)
        })
        .await
    }

    /// Waits until the API server's clock shows a later second than when this object was created: so that the next is younger.
    pub(crate) async fn until_younger_than(&self, object: &Value) {
        let created = at(object, "metadata.creationTimestamp");
        eventually("the next second", || async {
            let trial = self
                .try_create(PREFIX, "what-time-is-it", "", true)
                .await
                .map_err(|error| error.to_string())?;
            let now = at(&trial, "metadata.creationTimestamp");
            (now != created).then_some(()).ok_or(now.to_string())
        })
        .await;
    }
}

/// The block of a prefix that is Allocated.
pub(crate) fn block_of(prefix: &Value) -> Option<Block> {
    let allocated = at(prefix, "status.phase") == "Allocated";
    let text = prefix["spec"]["prefix"].as_str().filter(|_| allocated)?;
    Some(Block::new(text))
}

/// An IPv4 block: its first address, and its length. Here by plain arithmetic, so that nothing that allocates judges itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Block {
    first: u32,
    length: u32,
}

impl Block {
    pub(crate) fn new(text: &str) -> Self {
        let (address, length) = text.split_once('/').expect("a CIDR");
        let address: std::net::Ipv4Addr = address.parse().expect("an IPv4 address");
        let length = length.parse().expect("a length");
        Self {
            first: address.into(),
            length,
        }
    }

    /// The first address behind it.
    fn end(self) -> u64 {
        u64::from(self.first) + (1u64 << (32 - self.length))
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        u64::from(self.first) < other.end() && u64::from(other.first) < self.end()
    }

    pub(crate) fn lies_in(self, other: Self) -> bool {
        other.first <= self.first && self.end() <= other.end()
    }

    fn text(self) -> String {
        format!("{}/{}", std::net::Ipv4Addr::from(self.first), self.length)
    }
}

/// The smallest sorted list of blocks that covers these, of which none overlaps another.
pub(crate) fn cover(blocks: impl IntoIterator<Item = Block>) -> Vec<String> {
    let mut cover: BTreeSet<Block> = blocks.into_iter().collect();
    for length in (1..=32).rev() {
        let half = 1u32 << (32 - length);
        let of_length = |block: &Block| block.length == length && block.first & half == 0;
        let lower: Vec<Block> = cover.iter().copied().filter(of_length).collect();
        for block in lower {
            let upper = Block {
                first: block.first | half,
                length,
            };
            if cover.remove(&upper) {
                cover.remove(&block);
                cover.insert(Block {
                    first: block.first,
                    length: length - 1,
                });
            }
        }
    }
    cover.into_iter().map(Block::text).collect()
}
