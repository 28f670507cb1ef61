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

impl Source {
    /// The number of the list that it is; 0 if it is none.
    fn list(self) -> u32 {
        match self {
            Self::List(number) => number,
            Self::Watch | Self::Answer | Self::Look(_) => 0,
        }
    }
}

/// What vouches for the version of an object that is known, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// The answer to a request of ours.
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
            Source::Answer | Source::Look(_) => Self::Answer,
        }
    }
}

#[derive(Debug)]
struct Entry<T> {
    slot: Slot<T>,
    proof: Proof,
    /// The last list that showed the object.
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
    /// What the list with this number shows in an older version than is known. It takes effect when the list ends:
    /// until then the list may break off.
    older: BTreeMap<Str, (u32, Slot<T>)>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            older: BTreeMap::new(),
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

    /// All names in order.
    pub fn names(&self) -> impl Iterator<Item = &Str> {
        self.entries.keys()
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

    /// Takes in a version of an object. Returns `None` if it is not news, else what was there before.
    pub fn put(&mut self, slot: Slot<T>, source: Source, seen: u64) -> Option<Option<Slot<T>>> {
        let name = slot.meta().name.clone();
        if self.is_buried(&name, &slot, source) {
            return None;
        }
        self.tombstones.remove(&name);
        let (proof, list) = (Proof::of(source), source.list());
        let Some(entry) = self.entries.get_mut(&name) else {
            let entry = Entry {
                slot,
                proof,
                list,
                seen,
            };
            self.entries.insert(name, entry);
            return Some(None);
        };
        entry.list = entry.list.max(list);
        let (known, offered) = (entry.slot.meta().version, slot.meta().version);
        if offered > known {
            self.older.remove(&name);
            entry.proof = proof;
            entry.seen = seen;
            return Some(Some(std::mem::replace(&mut entry.slot, slot)));
        }
        if offered == known {
            entry.proof = entry.proof.max(proof);
        } else if proof == Proof::OpenList && entry.proof > Proof::Answer {
            self.older.insert(name, (list, slot));
        }
        None
    }

    /// Replaces the object by an older version, which a list that ended has shown: the server went back. Returns
    /// what was there before.
    pub fn go_back(&mut self, slot: Slot<T>, seen: u64) -> Option<Slot<T>> {
        let entry = self.entries.get_mut(&slot.meta().name)?;
        entry.proof = Proof::Confirmed;
        entry.seen = seen;
        Some(std::mem::replace(&mut entry.slot, slot))
    }

    /// Whether `slot` is old news of an object that we know to be gone.
    fn is_buried(&self, name: &str, slot: &Slot<T>, source: Source) -> bool {
        let Some(tombstone) = self.tombstones.get(name) else {
            return false;
        };
        let newer_list = matches!(source, Source::List(number) if number > tombstone.list);
        // A read sent after the 404 shows the object: the 404 came from a stale server.
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

    /// Ends list `number`, whose newest version is `newest`.
    pub fn end_list(&mut self, number: u32, newest: u64) -> Ended<T> {
        self.tombstones
            .retain(|_, tombstone| tombstone.list >= number);
        let (mut gone, mut doubtful) = (Vec::new(), Vec::new());
        for (name, entry) in &mut self.entries {
            if entry.list == number {
                if entry.proof == Proof::OpenList {
                    entry.proof = Proof::Confirmed;
                }
            } else if entry.proof == Proof::Confirmed || entry.slot.meta().version < newest {
                gone.push(name.clone());
            } else {
                doubtful.push(name.clone());
            }
        }
        let gone = gone.iter().filter_map(|name| self.entries.remove(name));
        let older = std::mem::take(&mut self.older).into_values();
        let older = older.filter(|(list, _)| *list == number);
        Ended {
            gone: gone.map(|entry| entry.slot).collect(),
            doubtful,
            older: older.map(|(_, slot)| slot).collect(),
        }
    }
}

/// What the end of a list means for the objects of a namespace.
#[derive(Debug)]
pub struct Ended<T> {
    /// The list did not show them: they are gone.
    pub gone: Vec<Slot<T>>,
    /// The list did not show them, but may be older than they are: they have to be read.
    pub doubtful: Vec<Str>,
    /// The list showed them in an older version than was confirmed before: the server went back.
    pub older: Vec<Slot<T>>,
}
