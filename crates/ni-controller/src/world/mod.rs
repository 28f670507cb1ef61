// SPDX-License-Identifier: Apache-2.0

//! The world: one in-memory view of all objects that planners read, fed by watches and by the answers to
//! our own writes. Pure: what goes in decides what is in it.

mod allocation;
mod by_name;
mod contests;
mod decode;
mod digest;
mod dirty;
mod endings;
mod event;
mod index;
mod kinds;
mod links;
mod lists;
mod meta;
mod namespace;
mod object;
mod packed;
mod pools;
mod readers;
mod refs;
mod share;
mod size;
mod store;
mod watched;

use std::collections::VecDeque;
use std::ops::Bound;

use ni_runtime::scope::Scope;

pub use allocation::{Allocation, Asks, Queue, Selector, Waiter};
use by_name::ByName;
pub use decode::{Received, Slot, Undecodable, decode};
pub use dirty::Dirty;
use endings::Ending;
pub use event::{Event, Loss};
pub use kinds::{
    AddressOf, AnyObject, Declared, Entry, Interface, Kind, Machine, NO_ROOM, Namespace, Network,
    Prefix, READY, Record, Rest, Template, VirtualIp,
};
pub(crate) use kinds::{for_kind, for_object};
use lists::Lists;
pub use meta::{KUBECTL_LAST_APPLIED, Meta, Owner, Pairs, Str};
pub use namespace::Key;
pub use object::{Object, Stored};
pub use packed::{Pack, Packed};
pub use pools::{Holder, Pool, Pools};
use readers::{changed, collect, renewed, went};
use share::Shared;
pub use size::Size;
use store::News;
pub use store::{Source, Store};
pub use watched::Watched;

/// All that is known.
#[derive(Clone, Debug)]
pub struct World {
    /// Boxed: a search goes from hash to hash, and namespaces are large.
    namespaces: ByName<Box<Namespace>>,
    empty: Box<Namespace>,
    /// By kind.
    lists: [Lists; Kind::ALL.len()],
    clock: u64,
    /// Lists that have ended, and what of the world has yet to follow.
    ending: VecDeque<Ending>,
    /// Namespaces that nobody sees any more.
    forgotten: Vec<Namespace>,
    shared: Shared,
    pools: Pools,
    /// By kind.
    sizes: [Size; Kind::ALL.len()],
}

impl Default for World {
    fn default() -> Self {
        Self::new(&Watched::default())
    }
}

impl World {
    /// A world that knows nothing yet, and of nothing but what is watched ever will.
    pub fn new(watched: &Watched) -> Self {
        Self {
            namespaces: ByName::default(),
            empty: Box::default(),
            lists: Kind::ALL.map(|kind| Lists::new(&watched.of(kind))),
            clock: 0,
            ending: VecDeque::new(),
            forgotten: Vec::new(),
            shared: Shared::default(),
            pools: Pools::new(watched.pools.clone()),
            sizes: Default::default(),
        }
    }

    /// The namespace `name`, empty where nothing is known of it.
    pub fn namespace(&self, name: &str) -> &Namespace {
        self.namespaces.get(name).unwrap_or(&self.empty)
    }

    /// All namespaces in the order of their names.
    pub fn namespaces(&self) -> impl Iterator<Item = (&Str, &Namespace)> {
        let all = self.namespaces.sorted();
        all.map(|(name, known)| (name, &**known))
    }

    /// Whether all objects are of one namespace.
    pub fn is_of_one_namespace(&self) -> bool {
        self.namespaces.len() <= 1
    }

    /// The keys of all objects, in order.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        let mut keys: Vec<Key> = self.keys_in(&Scope::All, None).collect();
        keys.sort_unstable();
        keys.into_iter()
    }

    /// The keys of the objects that `scope` covers, from after `after` on, in an order that stays.
    pub fn keys_in<'a>(
        &'a self,
        scope: &'a Scope,
        after: Option<&'a Key>,
    ) -> impl Iterator<Item = Key> + 'a {
        let first = scope.namespace().or(after.map(|after| &*after.namespace));
        let namespaces = self
            .namespaces
            .range(first.map_or(Bound::Unbounded, Bound::Included));
        let namespaces = namespaces.take_while(|(name, _)| scope.covers(name));
        namespaces.flat_map(move |(namespace, known)| {
            let after = after.filter(|after| after.namespace == *namespace);
            let names = known.names_after(after.map(|after| (after.kind, &after.name)));
            names.map(|(kind, name)| Key {
                namespace: namespace.clone(),
                kind,
                name: name.clone(),
            })
        })
    }

    /// Whether the first list of each kind and scope is complete.
    pub fn is_complete(&self) -> bool {
        self.lists.iter().all(Lists::are_complete)
    }

    /// Whether each kind's first list that shows `namespace` is complete: before that nothing may be decided there.
    pub fn shows_all_of(&self, namespace: &str) -> bool {
        let shown = self.lists.iter();
        let mut shown = shown.filter_map(|lists| lists.show_all_of(namespace));
        // Of the pools' namespace only prefixes may be watched.
        shown
            .next()
            .is_some_and(|first| first && shown.all(|all| all))
    }

    /// The version up to which the watch of `kind` has shown everything in `namespace`; 0 where that can't be told.
    pub fn shown_up_to(&self, kind: Kind, namespace: &str) -> u64 {
        self.lists[kind as usize].shown_up_to(namespace)
    }

    /// Forgets everything, as if nothing had been listed yet. The counter goes on.
    pub fn forget_all(&mut self) {
        // Which takes long for many: they go a few at a time, as the ends of lists do. What they share goes with time.
        self.forgotten.extend(
            std::mem::take(&mut self.namespaces)
                .into_values()
                .map(|known| *known),
        );
        self.lists.iter_mut().for_each(Lists::forget);
        self.ending.clear();
        self.sizes = Default::default();
        self.pools = Pools::new(self.pools.namespace().cloned());
    }

    /// The world's own counter: it grows with each version that becomes known.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// How many objects of `kind` there are, and what they take.
    pub fn size(&self, kind: Kind) -> Size {
        self.sizes[kind as usize]
    }

    /// Takes in a watch's event.
    pub fn observe(&mut self, event: Event, dirty: &mut Dirty) {
        match event {
            Event::ListBegins(kind, scope) => {
                // What the list before has left to do, this one will.
                self.ending
                    .retain(|ending| ending.kind != kind || ending.scope != scope);
                self.lists[kind as usize].begin(&scope);
                for_kind!(kind, T => self.begin_list::<T>(&scope));
            }
            Event::Listed(object) => {
                let meta = object.meta();
                let lists = &mut self.lists[object.kind() as usize];
                if let Some(number) = lists.item(&meta.namespace, meta.version) {
                    self.learn(object, Source::List(number), dirty);
                }
            }
            Event::ListEnds(kind, scope) => {
                if let Some((number, newest)) = self.lists[kind as usize].end(&scope) {
                    let names = self.namespaces.iter().map(|(name, _)| name);
                    self.ending.push_back(Ending {
                        kind,
                        number,
                        newest,
                        left: names.filter(|name| scope.covers(name)).cloned().collect(),
                        after: None,
                        scope,
                    });
                }
                self.end_lists(dirty);
            }
            Event::Applied(object) => {
                self.note_version(&object);
                self.learn(object, Source::Watch, dirty);
            }
            Event::Deleted(object) => {
                self.note_version(&object);
                let namespace = object.meta().namespace.clone();
                for_object!(object, slot => {
                    self.remove(&namespace, Loss::Unexplained, dirty, |store| {
                        store.delete(&slot).into_iter().collect()
                    });
                });
            }
        }
    }

    /// Takes in that a watch has come as far as this object's version.
    fn note_version(&mut self, object: &AnyObject) {
        let meta = object.meta();
        self.lists[object.kind() as usize].event(&meta.namespace, meta.version);
    }

    /// Takes in a version of an object.
    pub fn learn(&mut self, object: AnyObject, source: Source, dirty: &mut Dirty) {
        if let Source::Look(sent) = source {
            let meta = object.meta();
            if let Some(namespace) = self.namespaces.get_mut(&meta.namespace) {
                let lost = &mut namespace.links.lost;
                lost.settle(object.kind(), &meta.name, sent);
            }
        }
        for_object!(object, slot => self.put(slot, source, dirty));
    }

    /// Takes in that the object of `key` with this UID is gone, as the API server answered.
    pub fn forget(&mut self, key: &Key, uid: &str, loss: Loss, dirty: &mut Dirty) {
        for_kind!(key.kind, T => self.bury::<T>(key, uid, loss, dirty));
    }

    fn put<T: Object>(&mut self, slot: Slot<T>, source: Source, dirty: &mut Dirty) {
        let lists = &self.lists[T::KIND as usize];
        let Some(listing) = lists.listing(&slot.meta().namespace) else {
            return;
        };
        let of = slot.meta().namespace.clone();
        self.replace(&of, slot, dirty, |store, slot, seen, shared| {
            store.set_listing(listing);
            store.put(slot, source, seen, shared)
        });
    }

    /// Has `put` take a version of an object into its store, and the indexes follow.
    fn replace<T: Object>(
        &mut self,
        of: &Str,
        slot: Slot<T>,
        dirty: &mut Dirty,
        put: impl FnOnce(&mut Store<T>, Slot<T>, u64, &mut Shared) -> News<T>,
    ) {
        let name = slot.meta().name.clone();
        self.clock += 1;
        let namespace = self.namespaces.or_default(of);
        let (store, links) = T::parts(namespace);
        let old = match put(store, slot, self.clock, &mut self.shared) {
            News::No => return,
            News::Anchored => {
                if T::READS_VERSIONS {
                    collect(of, &mut dirty.changed)(T::KIND, &name);
                }
                return;
            }
            News::Renewed(slot) => {
                renewed(of, &slot, dirty);
                return;
            }
            News::Version(old) => old,
        };
        let (before, now) = (old.as_ref().and_then(Slot::good), store.get(&name));
        let alike = before.zip(now).is_some_and(|(old, new)| old.links_as(new));
        if !alike {
            before.inspect(|old| old.unlink(links));
            now.inspect(|new| new.link(links));
        }
        let size = &mut self.sizes[T::KIND as usize];
        let new = T::store(namespace).slot(&name);
        if let Some(old) = &old {
            size.remove(old);
        }
        if let Some(new) = new {
            size.add(new);
            let before = old.as_ref().and_then(Slot::good);
            let elsewhere = self.pools.note(before, new.good());
            let created = Some(new.meta().created);
            let bids = changed(namespace, old, new, of, dirty);
            namespace.newest = namespace.newest.max(created);
            namespace.settle(bids, &mut collect(of, &mut dirty.changed));
            namespace.settle_rooms(&mut collect(of, &mut dirty.changed));
            self.mark(elsewhere, dirty);
        }
    }

    fn bury<T: Object>(&mut self, key: &Key, uid: &str, loss: Loss, dirty: &mut Dirty) {
        let Some(list) = self.lists[T::KIND as usize].number(&key.namespace) else {
            return;
        };
        let at = self.clock + 1;
        self.remove::<T>(&key.namespace, loss, dirty, |store| {
            store.bury(&key.name, uid, list, at).into_iter().collect()
        });
    }

    fn remove<T: Object>(
        &mut self,
        name: &Str,
        loss: Loss,
        dirty: &mut Dirty,
        take: impl FnOnce(&mut Store<T>) -> Vec<Slot<T>>,
    ) {
        let Some(namespace) = self.namespaces.get_mut(name) else {
            return;
        };
        let (store, links) = T::parts(namespace);
        let gone = take(store);
        if !gone.is_empty() {
            self.clock += 1;
        }
        for old in gone.iter().filter_map(Slot::good) {
            old.unlink(links);
        }
        let mut elsewhere = Vec::new();
        for old in &gone {
            self.sizes[T::KIND as usize].remove(old);
            elsewhere.extend(self.pools.note(old.good(), None));
            let affect = &mut collect(name, &mut dirty.changed);
            let bids = went(namespace, old, affect);
            namespace.settle(bids, affect);
            namespace.note_loss(old, loss, self.clock);
        }
        namespace.settle_rooms(&mut collect(name, &mut dirty.changed));
        if namespace.is_empty() {
            self.namespaces.remove(name);
        }
        self.mark(elsewhere, dirty);
    }
}

#[cfg(test)]
mod tests;
