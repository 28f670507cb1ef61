//! The objects of one kind and namespace, by name, never older than what was seen.

use std::collections::BTreeMap;

use super::decode::Slot;
use super::meta::Str;
use super::object::Object;

/// How a version of an object became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A watch event.
    Watch,
    /// An item of the list with this number, from which a watch goes on.
    List(u32),
    /// The API server's answer to a write of ours, which a watch will still report.
    Answer,
    /// The API server's answer to a read that was sent when the world's counter stood here.
    Look(u64),
}

#[derive(Debug)]
struct Entry<T> {
    slot: Slot<T>,
    /// Whether a watch or list has reported this version: then a newer list without it means that it is gone.
    confirmed: bool,
    /// The last list that it was seen in.
    list: u32,
    /// When, on the world's own counter, this version became known.
    seen: u64,
}

/// What is remembered of an object that we saw gone before its watch did.
#[derive(Debug)]
struct Tombstone {
    uid: Str,
    list: u32,
    /// Where the world's counter stood.
    at: u64,
}

/// The objects of one kind and namespace.
#[derive(Debug)]
pub struct Store<T> {
    entries: BTreeMap<Str, Entry<T>>,
    tombstones: BTreeMap<Str, Tombstone>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            tombstones: BTreeMap::new(),
        }
    }
}

impl<T: Object> Store<T> {
    /// The object `name`, decodable or not.
    pub fn slot(&self, name: &str) -> Option<&Slot<T>> {
        self.entries.get(name).map(|entry| &entry.slot)
    }

    /// The object `name`, if it decoded.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.slot(name).and_then(Slot::good)
    }

    /// When the current version of `name` became known, on the world's own counter.
    pub fn seen(&self, name: &str) -> Option<u64> {
        self.entries.get(name).map(|entry| entry.seen)
    }

    /// All objects in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Slot<T>> {
        self.entries.values().map(|entry| &entry.slot)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.tombstones.is_empty()
    }

    /// Takes in a version of an object. Answers `None` where it is not news, else what was there before.
    pub fn put(&mut self, slot: Slot<T>, source: Source, seen: u64) -> Option<Option<Slot<T>>> {
        let name = slot.meta().name.clone();
        if self.is_buried(&name, &slot, source) {
            return None;
        }
        self.tombstones.remove(&name);
        let list = if let Source::List(number) = source {
            number
        } else {
            0
        };
        let confirmed = matches!(source, Source::Watch | Source::List(_));
        let Some(entry) = self.entries.get_mut(&name) else {
            self.entries.insert(
                name,
                Entry {
                    slot,
                    confirmed,
                    list,
                    seen,
                },
            );
            return Some(None);
        };
        entry.list = entry.list.max(list);
        let (known, offered) = (entry.slot.meta().version, slot.meta().version);
        // A list of older versions than its watch had reported means that the server went back: its word counts.
        let restored = matches!(source, Source::List(_)) && entry.confirmed && offered < known;
        if offered > known || restored {
            entry.confirmed = confirmed;
            entry.seen = seen;
            return Some(Some(std::mem::replace(&mut entry.slot, slot)));
        }
        entry.confirmed |= confirmed && offered == known;
        None
    }

    /// Whether `slot` is a late word of an object that we know to be gone.
    fn is_buried(&self, name: &str, slot: &Slot<T>, source: Source) -> bool {
        let Some(tombstone) = self.tombstones.get(name) else {
            return false;
        };
        let newer_list = matches!(source, Source::List(number) if number > tombstone.list);
        // What was read after we had seen it gone was never gone: "not found" came from a server that did not know better.
        let newer_look = matches!(source, Source::Look(sent) if sent >= tombstone.at);
        tombstone.uid == slot.meta().uid && !newer_list && !newer_look
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
        let known = entry.slot.meta();
        let gone = known.uid == meta.uid || known.version < meta.version;
        gone.then(|| self.entries.remove(&meta.name))
            .flatten()
            .map(|entry| entry.slot)
    }

    /// Takes in that the API server answered that the object with `uid` is gone; `list` is the newest list's number,
    /// `at` the world's counter.
    pub fn bury(&mut self, name: &str, uid: &str, list: u32, at: u64) -> Option<Slot<T>> {
        let entry = self.entries.get(name)?;
        if &*entry.slot.meta().uid != uid {
            return None;
        }
        let entry = self.entries.remove(name)?;
        self.tombstones.insert(
            entry.slot.meta().name.clone(),
            Tombstone {
                uid: uid.into(),
                list,
                at,
            },
        );
        Some(entry.slot)
    }

    /// The highest version that list `number` showed here.
    pub fn newest_in_list(&self, number: u32) -> u64 {
        let listed = self.entries.values().filter(|entry| entry.list == number);
        listed
            .map(|entry| entry.slot.meta().version)
            .max()
            .unwrap_or(0)
    }

    /// Ends list `number`, whose newest version is `newest`: what it did not show is gone. What only an answer of
    /// ours has shown, in a version that may be newer than the list, is in doubt.
    pub fn end_list(&mut self, number: u32, newest: u64) -> Ended<T> {
        self.tombstones
            .retain(|_, tombstone| tombstone.list >= number);
        let unlisted = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.list != number);
        let certain = |entry: &Entry<T>| entry.confirmed || entry.slot.meta().version < newest;
        let (gone, doubtful): (Vec<_>, Vec<_>) = unlisted.partition(|(_, entry)| certain(entry));
        let names = |entries: Vec<(&Str, &Entry<T>)>| {
            entries.into_iter().map(|(name, _)| name.clone()).collect()
        };
        let (gone, doubtful): (Vec<Str>, Vec<Str>) = (names(gone), names(doubtful));
        let gone = gone
            .iter()
            .filter_map(|name| self.entries.remove(name))
            .map(|entry| entry.slot)
            .collect();
        Ended { gone, doubtful }
    }
}

/// What the end of a list tells of objects that it did not show.
#[derive(Debug)]
pub struct Ended<T> {
    /// They are gone.
    pub gone: Vec<Slot<T>>,
    /// They may be: to be read.
    pub doubtful: Vec<Str>,
}
