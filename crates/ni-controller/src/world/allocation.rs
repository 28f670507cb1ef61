// SPDX-License-Identifier: Apache-2.0

//! What the prefixes of a namespace hold and ask of each other: kept beside them, so that no plan scans a namespace.

mod queue;
mod rooms;
mod selector;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use address_space::Space;
use ironcore_api::address::{IpFamily, Prefix as Block};

pub use queue::{Asks, Queue, Waiter};
pub use selector::Selector;

use super::index::Index;
use super::kinds::{Kind, Namespace, Prefix};
use super::meta::Str;
use super::object::Affect;

/// What prefixes hold and ask of each other, by the name of the parent wherever that is known.
#[derive(Clone, Debug, Default)]
pub struct Allocation {
    /// Parent → prefixes that name it.
    children: Index<Str>,
    /// Parent → what is held of it. Only where something is.
    spaces: HashMap<Str, Space>,
    /// UID → parents in whose `pending` it stands.
    entries: Index<Str>,
    /// UID → prefix.
    names: HashMap<Str, Str>,
    /// Parent → those that wait for a part of it.
    asking: HashMap<Str, Queue>,
    /// Family and selector → those that wait for a part of any prefix that it selects.
    selecting: BTreeMap<(IpFamily, Str), Group>,
    /// Prefixes that can be parents: the longest first, then by name.
    parents: BTreeSet<(Reverse<u8>, Str)>,
    /// The same, by name.
    roots: HashMap<Str, Root>,
    /// Those of them that are public pools.
    pools: BTreeSet<Str>,
    /// Prefixes that record something, or are being deleted: what is to be done about them may depend on a list that has not ended,
    /// although nothing is held of them.
    unsettled: BTreeSet<Str>,
    /// Whether all that records say is held: while a prefix does not decode, nobody knows what it has.
    frozen: bool,
    /// Parents of which something was taken or given back since the last look.
    touched: BTreeMap<Str, Touched>,
}

/// A prefix that can be a parent.
#[derive(Clone, Debug)]
struct Root {
    block: Block,
    /// Addresses that first fit never chooses.
    reserved: Box<[Block]>,
}

/// What was done to a parent.
#[derive(Clone, Debug)]
struct Touched {
    /// The length of the largest block that could be granted before.
    room: Option<u8>,
    /// What was taken.
    taken: Vec<Block>,
}

/// Those that wait for a part of any prefix that one selector selects.
#[derive(Clone, Debug)]
struct Group {
    selector: Selector,
    queue: Queue,
}

impl Allocation {
    /// What is held of the prefix `parent`; none where nothing is.
    pub fn space(&self, parent: &str) -> Option<&Space> {
        self.spaces.get(parent)
    }

    /// The length of the largest block that `parent` can grant.
    pub fn room(&self, parent: &Prefix) -> Option<u8> {
        let kept = self.queues(parent).flat_map(|(_, queue)| queue.kept());
        self.room_beside(&parent.meta.name, kept)
    }

    /// The length of the largest block of `parent` that has no address in common with `kept`, and none that is reserved.
    fn room_beside(&self, parent: &str, kept: impl Iterator<Item = Block>) -> Option<u8> {
        let root = self.roots.get(parent)?;
        let mut kept = root.reserved.iter().copied().chain(kept).peekable();
        let empty;
        let space = if let Some(space) = self.space(parent) {
            space
        } else {
            empty = Space::of(root.block);
            &empty
        };
        if kept.peek().is_none() {
            return space.room();
        }
        let mut draft = space.draft();
        kept.for_each(|block| draft.keep(block));
        draft.room()
    }

    /// The same, with the blocks that are kept for outside systems.
    fn whole_room(&self, parent: &str) -> Option<u8> {
        self.room_beside(parent, std::iter::empty())
    }

    /// The public pool that has addresses in common with the pool `prefix` and is older: that one alone hands them out.
    pub fn older_pool<'a>(&self, prefix: &Prefix, namespace: &'a Namespace) -> Option<&'a Prefix> {
        let block = prefix.root().filter(|_| prefix.is_public_pool())?;
        let pools = self.pools.iter();
        let mut pools = pools.filter_map(|name| namespace.prefixes.get(name));
        pools.find(|other| {
            let overlap = |other: Block| other.contains(block) || block.contains(other);
            other.meta.seniority() < prefix.meta.seniority() && other.root().is_some_and(overlap)
        })
    }

    /// Public pools, in order.
    pub(super) fn pools(&self) -> impl Iterator<Item = &Str> {
        self.pools.iter()
    }

    /// Prefixes that name `parent`, in order.
    pub fn children(&self, parent: &str) -> impl Iterator<Item = &Str> {
        self.children.get(parent)
    }

    /// Prefixes in whose `pending` the prefix with this UID stands, in order.
    pub fn granting(&self, uid: &str) -> impl Iterator<Item = &Str> {
        self.entries.get(uid)
    }

    /// Those that wait for a part of `parent`: who names it, and who selects it, by selector.
    pub fn queues<'a>(
        &'a self,
        parent: &'a Prefix,
    ) -> impl Iterator<Item = (Option<&'a Selector>, &'a Queue)> {
        let family = parent.root().map(Block::family);
        let named = self.asking.get(&parent.meta.name).into_iter();
        let groups = self.selecting.iter();
        let groups = groups.filter(move |((of, _), group)| {
            Some(*of) == family && group.selector.selects(&parent.labels)
        });
        let selected = groups.map(|(_, group)| (Some(&group.selector), &group.queue));
        named.map(|queue| (None, queue)).chain(selected)
    }

    /// Those that wait for a part of the prefix `parent` by its name.
    pub(super) fn asking(&self, parent: &str) -> impl Iterator<Item = &Waiter> {
        self.asking.get(parent).into_iter().flat_map(Queue::iter)
    }

    /// The prefixes of its family that `selector` prefers to `parent`.
    pub fn before<'a>(
        &'a self,
        parent: &'a Prefix,
        selector: &'a Selector,
        namespace: &'a Namespace,
    ) -> impl Iterator<Item = &'a Prefix> {
        let root = parent.root();
        let own = root.map(|root| (Reverse(root.length()), parent.meta.name.clone()));
        let before = own
            .map(|own| self.parents.range(..own))
            .into_iter()
            .flatten();
        let before = before.filter_map(|(_, name)| namespace.prefixes.get(name));
        before.filter(move |other| {
            other.root().map(Block::family) == root.map(Block::family)
                && selector.selects(&other.labels)
        })
    }

    /// The prefixes of this family that `selector` selects, the one to prefer first.
    pub(super) fn selected<'a>(
        &'a self,
        selector: &'a Selector,
        family: IpFamily,
        namespace: &'a Namespace,
    ) -> impl Iterator<Item = &'a Prefix> {
        let parents = self.parents.iter();
        let parents = parents.filter_map(|(_, name)| namespace.prefixes.get(name));
        parents.filter(move |parent| {
            parent.root().map(Block::family) == Some(family) && selector.selects(&parent.labels)
        })
    }

    /// The prefixes that `child` may have a part of, the one to prefer first: all that its selector selects, or the one that
    /// it names.
    pub fn candidates<'a>(
        &'a self,
        child: &'a Prefix,
        namespace: &'a Namespace,
    ) -> impl Iterator<Item = &'a Prefix> {
        let named = child.parent_name();
        let selector = child.selector.as_deref().filter(|_| named.is_none());
        let selector = selector.zip(child.spec.ip_family).into_iter();
        let selected = selector
            .flat_map(|(selector, family)| self.selected(selector, family, namespace))
            .filter(|parent| parent.meta.uid != child.meta.uid);
        let named = named.and_then(|name| namespace.prefixes.get(name));
        named.into_iter().chain(selected)
    }

    /// The name of the prefix with this UID.
    pub(super) fn name_of(&self, uid: &str) -> Option<&Str> {
        self.names.get(uid)
    }

    /// Names the prefixes for which it may be time to decide: a list has ended.
    pub(super) fn concerned(&self, affect: Affect<'_>) {
        let parents = self.spaces.keys().chain(self.asking.keys());
        let parents = parents.chain(&self.unsettled);
        parents.for_each(|parent| affect(Kind::Prefix, parent));
        if !self.selecting.is_empty() {
            let parents = self.parents.iter();
            parents.for_each(|(_, parent)| affect(Kind::Prefix, parent));
        }
        let granted = self.entries.keys().filter_map(|uid| self.names.get(uid));
        granted.for_each(|child| affect(Kind::Prefix, child));
    }

    /// Takes a prefix in.
    pub(super) fn link(&mut self, prefix: &Prefix) {
        let name = &prefix.meta.name;
        self.names.insert(prefix.meta.uid.clone(), name.clone());
        if let Some(parent) = prefix.parent_name() {
            self.children.insert(parent.into(), name);
        }
        if let Some((parent, block)) = prefix.held() {
            self.hold(parent, block);
        }
        for entry in prefix.pending() {
            self.hold(name, entry.block);
            self.entries.insert(entry.uid.clone(), name);
        }
        if prefix.is_unsettled() {
            self.unsettled.insert(name.clone());
        }
        if self.frozen {
            self.hold_record(prefix);
        }
        if let Some(root) = prefix.root() {
            self.parents.insert((Reverse(root.length()), name.clone()));
            let reserved = prefix.reserved(root).collect();
            let block = root;
            self.roots.insert(name.clone(), Root { block, reserved });
            if prefix.is_public_pool() {
                self.pools.insert(name.clone());
            }
            if let Some(space) = self.spaces.get_mut(name) {
                space.set_root(root);
            }
        }
        if let Some(waiter) = Waiter::of(prefix) {
            self.join_queue(prefix, waiter);
        }
    }

    /// Takes a prefix out again.
    pub(super) fn unlink(&mut self, prefix: &Prefix) {
        let name = &prefix.meta.name;
        if prefix.root().is_some() {
            self.touch(name);
        }
        if self.names.get(&prefix.meta.uid) == Some(name) {
            self.names.remove(&prefix.meta.uid);
        }
        if let Some(parent) = prefix.parent_name() {
            self.children.remove(parent, name);
        }
        if let Some((parent, block)) = prefix.held() {
            self.release(parent, block);
        }
        for entry in prefix.pending() {
            self.release(name, entry.block);
            self.entries.remove(&entry.uid, name);
        }
        self.unsettled.remove(name);
        if self.frozen {
            self.release_record(prefix);
        }
        if let Some(root) = prefix.root() {
            self.parents.remove(&(Reverse(root.length()), name.clone()));
            self.roots.remove(name);
            self.pools.remove(name);
        }
        if let Some(waiter) = Waiter::of(prefix) {
            self.leave_queue(prefix, &waiter);
        }
    }

    /// Notes what `parent` could grant, before that changes.
    fn touch(&mut self, parent: &Str) -> &mut Touched {
        let room = self.whole_room(parent);
        let touched = self.touched.entry(parent.clone());
        touched.or_insert_with(|| Touched {
            room,
            taken: Vec::new(),
        })
    }

    fn hold(&mut self, parent: &str, block: Block) {
        let known = self.spaces.get_key_value(parent);
        let name: Str = known.map_or_else(|| parent.into(), |(name, _)| name.clone());
        self.touch(&name).taken.push(block);
        let root = self.roots.get(&name).map(|root| root.block);
        let space = self.spaces.entry(name).or_default();
        if let Some(root) = root {
            space.set_root(root);
        }
        space.hold(block);
    }

    fn release(&mut self, parent: &str, block: Block) {
        let Some((name, _)) = self.spaces.get_key_value(parent) else {
            return;
        };
        let name = name.clone();
        self.touch(&name);
        if let Some(space) = self.spaces.get_mut(&name) {
            space.release(block);
            if space.is_empty() {
                self.spaces.remove(&name);
            }
        }
    }

    fn hold_record(&mut self, prefix: &Prefix) {
        for block in prefix.recorded() {
            self.hold(&prefix.meta.name, block);
        }
    }

    fn release_record(&mut self, prefix: &Prefix) {
        for block in prefix.recorded() {
            self.release(&prefix.meta.name, block);
        }
    }

    fn join_queue(&mut self, prefix: &Prefix, waiter: Waiter) {
        match (prefix.parent_name(), prefix.group()) {
            (Some(parent), _) => self.asking.entry(parent.into()).or_default().insert(waiter),
            (None, Some((key, selector))) => {
                let group = self.selecting.entry(key).or_insert_with(|| Group {
                    selector: selector.clone(),
                    queue: Queue::default(),
                });
                group.queue.insert(waiter);
            }
            (None, None) => {}
        }
    }

    fn leave_queue(&mut self, prefix: &Prefix, waiter: &Waiter) {
        if let Some(parent) = prefix.parent_name() {
            if let Some(queue) = self.asking.get_mut(parent) {
                queue.remove(waiter);
                if queue.is_empty() {
                    self.asking.remove(parent);
                }
            }
        } else if let Some((key, _)) = prefix.group()
            && let Some(group) = self.selecting.get_mut(&key)
        {
            group.queue.remove(waiter);
            if group.queue.is_empty() {
                self.selecting.remove(&key);
            }
        }
    }
}
