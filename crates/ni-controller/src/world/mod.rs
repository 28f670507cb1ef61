//! The world: one in-memory view of all objects that planners read, fed by watches and by the answers to
//! our own writes. Pure: what goes in decides what is in it.

mod decode;
mod index;
mod links;
mod meta;
mod namespace;
mod object;
mod share;
mod size;
mod store;

use std::collections::{BTreeMap, BTreeSet};

pub use decode::{Decode, Received, Slot, Undecodable, decode};
pub use links::Indexed;
pub use meta::{Meta, Owner, Pairs, Str};
pub use namespace::{Key, Namespace};
pub use object::{Declared, Interface, Kind, Machine, Network, Object, Template, VirtualIp};
pub use share::Share;
use share::Shared;
pub use size::Size;
pub use store::{Source, Store};

/// What a watch reports of objects of one kind.
#[derive(Clone, Debug)]
pub enum Event<T> {
    /// A list begins.
    ListBegins,
    /// An item of the list.
    Listed(Slot<T>),
    /// The list is complete: what it did not show is gone.
    ListEnds,
    /// An object came or changed.
    Applied(Slot<T>),
    /// An object went.
    Deleted(Slot<T>),
}

/// An object of any kind.
#[derive(Clone, Debug)]
pub enum AnyObject {
    /// A machine.
    Machine(Slot<Machine>),
    /// An interface.
    Interface(Slot<Interface>),
    /// A network.
    Network(Slot<Network>),
    /// A virtual IP.
    VirtualIp(Slot<VirtualIp>),
}

impl AnyObject {
    /// Its metadata.
    pub fn meta(&self) -> &Meta {
        match self {
            Self::Machine(slot) => slot.meta(),
            Self::Interface(slot) => slot.meta(),
            Self::Network(slot) => slot.meta(),
            Self::VirtualIp(slot) => slot.meta(),
        }
    }
}

/// Who must look again after a change.
pub type Dirty = BTreeSet<Key>;

/// All that is known.
#[derive(Debug, Default)]
pub struct World {
    namespaces: BTreeMap<Str, Namespace>,
    empty: Namespace,
    lists: [u32; Kind::ALL.len()],
    complete: [bool; Kind::ALL.len()],
    clock: u64,
    doubtful: Vec<Key>,
    shared: Shared,
}

impl World {
    /// The namespace `name`, empty where nothing is known of it.
    pub fn namespace(&self, name: &str) -> &Namespace {
        self.namespaces.get(name).unwrap_or(&self.empty)
    }

    /// All namespaces in the order of their names.
    pub fn namespaces(&self) -> impl Iterator<Item = (&Str, &Namespace)> {
        self.namespaces.iter()
    }

    /// Whether each kind's first list is complete: before that nothing may be decided.
    pub fn is_complete(&self) -> bool {
        self.complete.iter().all(|complete| *complete)
    }

    /// The world's own counter: it grows with each version that becomes known.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// How many objects of `kind` there are, and what they take.
    pub fn size(&self, kind: Kind) -> Size {
        let mut size = Size::default();
        for namespace in self.namespaces.values() {
            match kind {
                Kind::Machine => namespace.machines.weigh(&mut size),
                Kind::NetworkInterface => namespace.interfaces.weigh(&mut size),
                Kind::Network => namespace.networks.weigh(&mut size),
                Kind::VirtualIp => namespace.virtual_ips.weigh(&mut size),
            }
        }
        size
    }

    /// Objects that may be gone, since the last call: a list did not show them, and only an answer of ours has.
    pub fn take_doubtful(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.doubtful)
    }

    /// Takes in a watch's event.
    pub fn observe<T: Indexed>(&mut self, event: Event<T>, dirty: &mut Dirty) {
        let kind = T::KIND as usize;
        match event {
            Event::ListBegins => self.lists[kind] += 1,
            Event::Listed(slot) => self.put(slot, Source::List(self.lists[kind]), dirty),
            Event::ListEnds => {
                self.complete[kind] = true;
                self.end_list::<T>(dirty);
            }
            Event::Applied(slot) => self.put(slot, Source::Watch, dirty),
            Event::Deleted(slot) => {
                let namespace = slot.meta().namespace.clone();
                self.remove::<T>(&namespace, dirty, |store| {
                    store.delete(&slot).into_iter().collect()
                });
            }
        }
    }

    /// Takes in the API server's answer to a request of ours.
    pub fn learn(&mut self, object: AnyObject, source: Source, dirty: &mut Dirty) {
        match object {
            AnyObject::Machine(slot) => self.put(slot, source, dirty),
            AnyObject::Interface(slot) => self.put(slot, source, dirty),
            AnyObject::Network(slot) => self.put(slot, source, dirty),
            AnyObject::VirtualIp(slot) => self.put(slot, source, dirty),
        }
    }

    /// Takes in that the object of `key` with this UID is gone, as the API server answered.
    pub fn forget(&mut self, key: &Key, uid: &str, dirty: &mut Dirty) {
        match key.kind {
            Kind::Machine => self.bury::<Machine>(key, uid, dirty),
            Kind::NetworkInterface => self.bury::<Interface>(key, uid, dirty),
            Kind::Network => self.bury::<Network>(key, uid, dirty),
            Kind::VirtualIp => self.bury::<VirtualIp>(key, uid, dirty),
        }
    }

    fn put<T: Indexed>(&mut self, mut slot: Slot<T>, source: Source, dirty: &mut Dirty) {
        slot.share(&mut self.shared);
        let (name, of) = (slot.meta().name.clone(), slot.meta().namespace.clone());
        self.clock += 1;
        let namespace = self.namespaces.entry(of.clone()).or_default();
        let (store, links) = T::parts(namespace);
        let Some(old) = store.put(slot, source, self.clock) else {
            return;
        };
        if let Some(old) = old {
            old.good().inspect(|old| old.unlink(links));
            namespace.readers_of(&old, &mut mark(&of, dirty));
        }
        let (store, links) = T::parts(namespace);
        store.get(&name).inspect(|new| new.link(links));
        if let Some(new) = T::stored(namespace).slot(&name) {
            namespace.readers_of(new, &mut mark(&of, dirty));
        }
    }

    fn bury<T: Indexed>(&mut self, key: &Key, uid: &str, dirty: &mut Dirty) {
        let list = self.lists[T::KIND as usize];
        self.clock += 1;
        let at = self.clock;
        self.remove::<T>(&key.namespace, dirty, |store| {
            store.bury(&key.name, uid, list, at).into_iter().collect()
        });
    }

    fn end_list<T: Indexed>(&mut self, dirty: &mut Dirty) {
        let number = self.lists[T::KIND as usize];
        let newest = self
            .namespaces
            .values()
            .map(|ns| T::stored(ns).newest_in_list(number))
            .max()
            .unwrap_or(0);
        let namespaces: Vec<Str> = self.namespaces.keys().cloned().collect();
        for namespace in namespaces {
            let mut doubtful = Vec::new();
            self.remove::<T>(&namespace, dirty, |store| {
                let ended = store.end_list(number, newest);
                doubtful = ended.doubtful;
                ended.gone
            });
            let keys = doubtful.into_iter().map(|name| Key {
                namespace: namespace.clone(),
                kind: T::KIND,
                name,
            });
            self.doubtful.extend(keys);
        }
    }

    fn remove<T: Indexed>(
        &mut self,
        name: &Str,
        dirty: &mut Dirty,
        take: impl FnOnce(&mut Store<T>) -> Vec<Slot<T>>,
    ) {
        let Some(namespace) = self.namespaces.get_mut(name) else {
            return;
        };
        let (store, links) = T::parts(namespace);
        let gone = take(store);
        for old in gone.iter().filter_map(Slot::good) {
            old.unlink(links);
        }
        for old in &gone {
            namespace.readers_of(old, &mut mark(name, dirty));
        }
        if namespace.is_empty() {
            self.namespaces.remove(name);
        }
    }
}

/// Collects readers into `dirty`.
fn mark<'a>(namespace: &'a Str, dirty: &'a mut Dirty) -> impl FnMut(Kind, &str) + 'a {
    |kind, name| {
        dirty.insert(Key {
            namespace: namespace.clone(),
            kind,
            name: name.into(),
        });
    }
}
