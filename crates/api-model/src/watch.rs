//! Watches: what each client has yet to hear, kind by kind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::Server;

/// An event that a watch has yet to deliver.
#[derive(Clone, Debug)]
pub struct Reported {
    /// Whether the object is gone.
    pub gone: bool,
    /// The object as it is, or was last.
    pub object: Value,
}

/// The watches of one client.
#[derive(Clone, Debug)]
pub(crate) struct Watch<K> {
    events: BTreeMap<K, VecDeque<Reported>>,
    /// Up to which version its watches show nothing: they go on from there since a restore.
    blind: u64,
    /// The kinds of which a watch has begun since.
    sighted: BTreeSet<K>,
}

impl<K> Default for Watch<K> {
    fn default() -> Self {
        Self {
            events: BTreeMap::new(),
            blind: 0,
            sighted: BTreeSet::new(),
        }
    }
}

impl<K: Copy + Ord> Watch<K> {
    pub(crate) fn go_on_from(&mut self, version: u64) {
        self.events.clear();
        self.blind = version;
        self.sighted.clear();
    }

    fn shows(&self, kind: K, version: u64) -> bool {
        version > self.blind || self.sighted.contains(&kind)
    }
}

impl<K: Copy + Ord> Server<K> {
    /// A client's watch of a kind begins with a list: what it had yet to deliver is lost.
    pub fn begin_watch(&mut self, client: usize, kind: K) {
        let watch = &mut self.watches[client];
        watch.events.remove(&kind);
        watch.sighted.insert(kind);
    }

    /// The next event of a client's watch of a kind.
    pub fn next_event(&mut self, client: usize, kind: K) -> Option<Reported> {
        self.watches[client].events.get_mut(&kind)?.pop_front()
    }

    /// All objects of a kind, as a watch would report them.
    pub fn reported(&self, kind: K) -> VecDeque<Reported> {
        let objects = self.list(kind).cloned();
        objects
            .map(|object| Reported {
                gone: false,
                object,
            })
            .collect()
    }

    pub(crate) fn report(&mut self, kind: K, gone: bool, object: &Value) {
        let version = self.clock.get();
        let watches = self.watches.iter_mut();
        for watch in watches.filter(|watch| watch.shows(kind, version)) {
            let object = object.clone();
            let events = watch.events.entry(kind).or_default();
            events.push_back(Reported { gone, object });
        }
    }
}
