// SPDX-License-Identifier: Apache-2.0

//! What a prefix granted to others, as its status says.

use address_space::{Block as Bits, Cover};
use ironcore_api::address::{Prefix as Block, parse_prefix};
use ironcore_api::ipam::PrefixStatus;
use k8s_openapi::jiff::Timestamp;

use super::Prefix;
use crate::world::meta::Str;

/// What a prefix granted to others, as its status says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The blocks that are not to be granted again.
    pub used: Cover,
    /// What `used` takes as JSON, in bytes.
    pub bytes: usize,
    /// Those of which the grant is under way.
    pub pending: Box<[Entry]>,
    /// Freed blocks that rest.
    pub resting: Box<[Rest]>,
}

/// A block of which the grant is under way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The block.
    pub block: Block,
    /// UID of the prefix that gets it.
    pub uid: Str,
}

/// A freed block that rests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rest {
    /// The block.
    pub block: Block,
    /// Until when.
    pub until: Timestamp,
}

impl Record {
    /// The most bytes of `used`, as JSON. With `pending` and `resting` at their bounds a record stays below 1 MiB: etcd refuses
    /// above 1.5 MiB, with an error that looks as if it went away by itself.
    pub const MOST_BYTES: usize = 768 * 1024;

    /// Whether nothing more can be granted: until then there is room for all that one write can add.
    pub fn is_full(&self) -> bool {
        self.bytes > Self::MOST_BYTES - 64 * 1024
    }

    /// What `status` says, as far as it can be read. `None` where nothing was granted.
    pub(super) fn of(status: &PrefixStatus) -> Option<Box<Self>> {
        let blocks = status
            .used
            .iter()
            .filter_map(|text| parse_prefix(text).ok());
        let used: Cover = blocks.map(Into::into).collect();
        let pending = status.pending.iter().filter_map(|pending| {
            Some(Entry {
                block: parse_prefix(&pending.prefix).ok()?,
                uid: pending.uid.as_str().into(),
            })
        });
        let resting = status.resting.iter().filter_map(|resting| {
            Some(Rest {
                block: parse_prefix(&resting.prefix).ok()?,
                until: resting.until.0,
            })
        });
        let record = Self {
            bytes: status.used.iter().map(|text| text.len() + 3).sum(),
            used,
            pending: pending.collect(),
            resting: resting.collect(),
        };
        (record != Self::default()).then(|| Box::new(record))
    }
}

/// What is recorded of its parts.
impl Prefix {
    /// The blocks of it that are not to be granted again, as parts of it.
    pub fn recorded(&self) -> Vec<Block> {
        let (Some(root), Some(record)) = (self.root(), &self.record) else {
            return Vec::new();
        };
        let family = root.family();
        if record.used.contains(root.into()) {
            return Bits::from(root)
                .halves()
                .map(|half| half.prefix(family))
                .into();
        }
        let blocks = record.used.iter();
        blocks.map(|block| block.prefix(family)).collect()
    }

    /// The blocks of it of which the grant is under way.
    pub fn pending(&self) -> &[Entry] {
        self.record.as_ref().map_or(&[], |record| &record.pending)
    }

    /// Whether something may be left to do about it when nothing is held of it any more.
    pub(in crate::world) fn is_unsettled(&self) -> bool {
        let record = self.record.as_ref();
        self.meta.deleting || record.is_some_and(|record| record.used.iter().next().is_some())
    }

    /// The block that is being granted to the prefix with this UID.
    pub fn pending_for(&self, uid: &str) -> Option<Block> {
        let mut pending = self.pending().iter();
        pending
            .find(|entry| *entry.uid == *uid)
            .map(|entry| entry.block)
    }
}
