// SPDX-License-Identifier: Apache-2.0

//! What the end of a list means for the objects of a namespace.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::kept::Kept;
use super::{Listing, Proof, Store};
use crate::world::decode::Slot;
use crate::world::meta::Str;
use crate::world::object::Object;

impl<T: Object> Store<T> {
    /// Replaces the object by an older version, which a list that ended has shown: the server went back. Returns
    /// what was there before.
    pub fn go_back(&mut self, slot: Slot<T>, seen: u64) -> Option<Slot<T>> {
        let entry = self.entries.get_mut(&slot.meta().name)?;
        entry.proof = Proof::Confirmed;
        entry.seen = seen;
        entry.doubted = None;
        entry.anchor = Some(self.listing.number);
        Some(entry.replace(Kept::new(slot), &mut self.undecodable))
    }

    /// Ends list `number`, whose newest version is `newest`, for `at_most` objects from after `after` on, when the world's counter
    /// comes to `at`. What a list means for one object does not depend on others, so parts may come one after the other.
    pub fn end_list(
        &mut self,
        number: u32,
        newest: u64,
        at: u64,
        after: Option<&Str>,
        at_most: usize,
    ) -> Ended<T> {
        self.listing = Listing {
            number,
            open: false,
        };
        let (mut gone, mut doubtful) = (Vec::new(), Vec::new());
        let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded(&**after));
        let mut entries = self.entries.range_mut(from);
        let mut last = None;
        for (name, entry) in entries.by_ref().take(at_most) {
            last = Some(name);
            if entry.list == number {
                if entry.proof == Proof::OpenList {
                    entry.proof = Proof::Confirmed;
                }
            } else if entry.proof == Proof::Confirmed || entry.kept.meta().version < newest {
                gone.push(name.clone());
            } else {
                entry.doubted = Some(at);
                doubtful.push(name.clone());
            }
        }
        let next = last.filter(|_| entries.next().is_some()).cloned();
        drop(entries);
        let gone = gone.iter().filter_map(|name| self.take(name)).collect();
        let older = if next.is_none() {
            self.tombstones
                .retain(|_, tombstone| tombstone.list >= number);
            std::mem::take(&mut self.older)
        } else {
            BTreeMap::new()
        };
        let older = older.into_values().filter(|(list, _)| *list == number);
        Ended {
            gone,
            doubtful,
            older: older.map(|(_, slot)| slot).collect(),
            next,
        }
    }
}

/// What the end of a list means for objects of a namespace.
#[derive(Debug)]
pub struct Ended<T> {
    /// The list did not show them: they are gone.
    pub gone: Vec<Slot<T>>,
    /// The list did not show them, but may be older than they are: they have to be read.
    pub doubtful: Vec<Str>,
    /// The list showed them in an older version than was confirmed before: the server went back.
    pub older: Vec<Slot<T>>,
    /// The last of these objects, if there are more.
    pub next: Option<Str>,
}
