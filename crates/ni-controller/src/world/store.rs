// SPDX-License-Identifier: Apache-2.0

//! The objects of one kind and namespace, never older than what was seen.

mod ended;
mod kept;

use std::collections::BTreeMap;
use std::ops::Bound;

use self::kept::Kept;
use super::by_name::ByName;
use super::decode::Slot;
use super::meta::Str;
use super::object::Object;
use super::share::Shared;
use crate::seeded::{self, Fault};

/// How a version of an object became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A watch event.
    Watch,
    /// An item of the list with this number, from which a watch goes on.
    List(u32),
    /// The API server's answer to our own write, which a watch will still report. If the write was made from one version
    /// alone, it is this.
    Answer(Option<u64>),
    /// The API server's answer to a read that was sent when the world's counter stood here.
    Look(u64),
}

impl Source {
    /// The number of the list that it is; 0 if it is none.
    fn list(self) -> u32 {
        match self {
            Self::List(number) => number,
            Self::Watch | Self::Answer(_) | Self::Look(_) => 0,
        }
    }
}

/// What vouches for the version of an object that is known, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// The answer to our own request.
    Answer,
    /// A list that has not ended yet. It may be old, and it may break off.
    OpenList,
    /// A watch, or a list that ended: a later list without the object means that it is gone.
    Confirmed,
}

impl Proof {
    fn of(source: Source) -> Self {
        match source {
            Source::Watch => Self::Confirmed,
            Source::List(_) => Self::OpenList,
            Source::Answer(_) | Source::Look(_) => Self::Answer,
        }
    }
}

#[derive(Clone, Debug)]
struct Entry<T> {
    kept: Kept<T>,
    proof: Proof,
    /// The last list that showed the object.
    list: u32,
    /// When, on the world's own counter, this version became known.
    seen: u64,
    /// The list whose watch has come as far as this version, or that showed it; or the version is of our own making from one
    /// of which that holds.
    anchor: Option<u32>,
    /// Since when, on the world's own counter, it may be gone: a list that ended did not show it, and only an answer has.
    doubted: Option<u64>,
}

impl<T: Object> Entry<T> {
    /// Keeps another version, and answers the one before; `undecodable` counts those that do not decode.
    fn replace(&mut self, kept: Kept<T>, undecodable: &mut usize) -> Slot<T> {
        *undecodable += usize::from(kept.is_undecodable());
        let old = std::mem::replace(&mut self.kept, kept);
        *undecodable -= usize::from(old.is_undecodable());
        old.into_slot()
    }
}

/// The newest list of a store's objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Its number.
    pub number: u32,
    /// Whether it has not ended yet.
    pub open: bool,
}

/// What a version of an object was to a store.
#[derive(Debug)]
pub(super) enum News<T> {
    /// Known, or older than what is known.
    No,
    /// Known, but only now it is known that the watch has come as far.
    Anchored,
    /// New, but the object is unchanged. This is the version that came: it is still in a cache, unlike the known one.
    Renewed(Slot<T>),
    /// New, in place of this.
    Version(Option<Slot<T>>),
}

/// What is remembered of an object that we saw gone before its watch did.
#[derive(Clone, Debug)]
struct Tombstone {
    uid: Str,
    /// The last version that was known.
    version: u64,
    list: u32,
    /// Where the world's counter stood.
    at: u64,
}

/// The objects of one kind and namespace.
#[derive(Clone, Debug)]
pub struct Store<T> {
    entries: ByName<Entry<T>>,
    tombstones: BTreeMap<Str, Tombstone>,
    /// What the list with this number shows in an older version than is known. It takes effect when the list ends:
    /// until then the list may break off.
    older: BTreeMap<Str, (u32, Slot<T>)>,
    listing: Listing,
    /// How many objects do not decode.
    undecodable: usize,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            entries: ByName::default(),
            tombstones: BTreeMap::new(),
            older: BTreeMap::new(),
            listing: Listing::default(),
            undecodable: 0,
        }
    }
}

impl<T: Object> Store<T> {
    /// The object `name`, decodable or not.
    pub fn slot(&self, name: &str) -> Option<&Slot<T>> {
        self.entries.get(name).map(|entry| entry.kept.slot())
    }

    /// The object `name`, if it decoded.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.slot(name).and_then(Slot::good)
    }

    /// When the current version of `name` became known, on the world's own counter.
    pub fn seen(&self, name: &str) -> Option<u64> {
        self.entries.get(name).map(|entry| entry.seen)
    }

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        self.entries.sorted().map(|(name, _)| name)
    }

    /// All names from after `after` on, in an order that stays.
    pub(super) fn names_after(&self, after: Option<&Str>) -> impl Iterator<Item = &Str> {
        let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded(&**after));
        self.entries.range(from).map(|(name, _)| name)
    }

    /// All objects.
    pub(super) fn all(&self) -> impl Iterator<Item = &Slot<T>> {
        self.entries.iter().map(|(_, entry)| entry.kept.slot())
    }

    /// All objects in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Slot<T>> {
        self.entries.sorted().map(|(_, entry)| entry.kept.slot())
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.tombstones.is_empty()
    }

    /// Drops up to `at_most` objects of an unused store, and returns how many it dropped: 0 when none are left.
    pub(super) fn drop_some(&mut self, at_most: usize) -> usize {
        let some = (0..at_most).map_while(|_| self.entries.pop());
        some.count()
    }

    /// Whether nobody wrote the known version of `name` between what the watch has shown and our own writes: everything of
    /// this kind that is older is known. While a list is under way, of no object.
    pub fn is_anchored(&self, name: &str) -> bool {
        let entry = self.entries.get(name);
        !self.listing.open && entry.is_some_and(|entry| entry.anchor == Some(self.listing.number))
    }

    /// Whether all objects decode.
    pub fn all_decode(&self) -> bool {
        self.undecodable == 0
    }

    /// Takes in how far the newest list of these objects is.
    pub(super) fn set_listing(&mut self, listing: Listing) {
        self.listing = listing;
    }

    /// Takes in a version of an object, which has its texts in common with others where it is kept.
    pub(super) fn put(
        &mut self,
        slot: Slot<T>,
        source: Source,
        seen: u64,
        shared: &mut Shared,
    ) -> News<T> {
        let name = slot.meta().name.clone();
        if self.is_buried(&name, &slot, source) {
            return News::No;
        }
        self.tombstones.remove(&name);
        // What a watch shows goes beyond the list that it began with, also where the end of that has yet to be taken in.
        let list = match source {
            Source::Watch if !self.listing.open => self.listing.number,
            _ => source.list(),
        };
        let proof = Proof::of(source);
        let anchor = self.anchor_of(&name, source);
        let mut offered = Kept::new(slot);
        let Some(entry) = self.entries.get_mut(&name) else {
            offered.share(None, shared);
            let name = offered.meta().name.clone();
            self.undecodable += usize::from(offered.is_undecodable());
            let entry = Entry {
                kept: offered,
                proof,
                list,
                seen,
                anchor,
                doubted: None,
            };
            self.entries.insert(&name, entry);
            return News::Version(None);
        };
        entry.doubted = entry.doubted.filter(|at| !settles(source, *at));
        entry.list = entry.list.max(list);
        let (known, version) = (entry.kept.meta().version, offered.meta().version);
        if version > known || seeded::has(Fault::VersionsGoBack) {
            self.older.remove(&name);
            entry.proof = proof;
            entry.seen = seen;
            entry.anchor = anchor;
            if entry.kept.is_same(&mut offered) {
                entry.kept.renew(offered.meta(), shared);
                return News::Renewed(offered.into_slot());
            }
            offered.share(Some(&entry.kept), shared);
            return News::Version(Some(entry.replace(offered, &mut self.undecodable)));
        }
        if version == known {
            // A list that shows an older version and then this one has caught up.
            if !seeded::has(Fault::CaughtUpListGoesBack) {
                self.older.remove(&name);
            }
            entry.proof = entry.proof.max(proof);
            // Who wrote it last is left out: the same version was written once.
            let same = entry.kept.is_same(&mut offered);
            if anchor.is_some() && entry.anchor != anchor {
                entry.anchor = anchor;
                // The end of a list reports all at once.
                if !self.listing.open && same {
                    return News::Anchored;
                }
            }
            if !same {
                // The definition has changed in between: the API server reads the same version in another way.
                entry.seen = seen;
                offered.share(Some(&entry.kept), shared);
                return News::Version(Some(entry.replace(offered, &mut self.undecodable)));
            }
        } else if proof == Proof::OpenList && entry.proof > Proof::Answer {
            self.older.insert(name, (list, offered.into_slot()));
        }
        News::No
    }

    /// Whether `name` has to be read: it may be gone, and no watch will say so.
    pub fn is_doubtful(&self, name: &str) -> bool {
        let entry = self.entries.get(name);
        entry.is_some_and(|entry| entry.doubted.is_some())
    }

    /// The anchor of a version of `name` that comes from this source.
    fn anchor_of(&self, name: &str, source: Source) -> Option<u32> {
        let from = match source {
            Source::Watch => return Some(self.listing.number),
            Source::List(number) => return Some(number),
            Source::Answer(from) => from?,
            Source::Look(_) => return None,
        };
        let known = self.entries.get(name)?;
        let anchored = self.is_anchored(name) && known.kept.meta().version == from;
        anchored.then_some(self.listing.number)
    }

    /// Whether `slot` is old news of an object that we know to be gone, or of one that had its name before.
    fn is_buried(&self, name: &str, slot: &Slot<T>, source: Source) -> bool {
        let Some(tombstone) = self.tombstones.get(name) else {
            return false;
        };
        let newer_list = matches!(source, Source::List(number) if number > tombstone.list);
        // A read sent after the 404 shows the object: the 404 came from a stale server.
        let newer_look = matches!(source, Source::Look(sent) if sent >= tombstone.at);
        let meta = slot.meta();
        let old = tombstone.uid == meta.uid || meta.version < tombstone.version;
        old && !newer_list && !newer_look
    }

    /// Takes in that a watch reported `slot` deleted.
    pub fn delete(&mut self, slot: &Slot<T>) -> Option<Slot<T>> {
        let meta = slot.meta();
        if self
            .tombstones
            .get(&meta.name)
            .is_some_and(|tombstone| tombstone.uid == meta.uid)
        {
            self.tombstones.remove(&meta.name);
        }
        let entry = self.entries.get(&meta.name)?;
        let known = entry.kept.meta();
        let gone = known.uid == meta.uid || known.version < meta.version;
        gone.then(|| self.take(&meta.name)).flatten()
    }

    /// Takes the object `name` away.
    fn take(&mut self, name: &str) -> Option<Slot<T>> {
        self.older.remove(name);
        let kept = self.entries.remove(name)?.kept;
        self.undecodable -= usize::from(kept.is_undecodable());
        Some(kept.into_slot())
    }

    /// Takes in that the API server answered that the object with `uid` is gone; `list` is the newest list's number,
    /// `at` the world's counter.
    pub fn bury(&mut self, name: &str, uid: &str, list: u32, at: u64) -> Option<Slot<T>> {
        let entry = self.entries.get(name)?;
        if &*entry.kept.meta().uid != uid {
            return None;
        }
        let slot = self.take(name)?;
        if seeded::has(Fault::OwnDeletesForgotten) {
            return Some(slot);
        }
        self.tombstones.insert(
            slot.meta().name.clone(),
            Tombstone {
                uid: uid.into(),
                version: slot.meta().version,
                list,
                at,
            },
        );
        Some(slot)
    }
}

/// Whether this shows that an object is there which may have been gone at some time, on the world's own counter. The answer to a
/// write may be older.
fn settles(source: Source, doubted: u64) -> bool {
    match source {
        Source::Watch | Source::List(_) => true,
        Source::Look(sent) => sent >= doubted,
        Source::Answer(_) => false,
    }
}
