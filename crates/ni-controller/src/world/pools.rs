// SPDX-License-Identifier: Apache-2.0

//! Public addresses: virtual IPs of all namespaces get theirs from pools in one, each by a prefix of its own there.

use std::collections::BTreeMap;

use ironcore_api::address::Prefix as Block;

use super::decode::Slot;
use super::kinds::{Kind, Prefix, VirtualIp};
use super::meta::Str;
use super::namespace::Key;
use super::object::Object;
use super::{Dirty, World};

/// What joins virtual IPs and the prefixes that hold their addresses.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    namespace: Option<Str>,
    by_name: BTreeMap<Str, Pool>,
    /// UID → namespace and name of a virtual IP. A hash table of all of them would grow in one piece.
    virtual_ips: BTreeMap<Str, (Str, Str)>,
    /// Whether the blocks have changed since that was asked.
    changed: bool,
}

/// A pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Its block.
    pub block: Block,
    /// How much of it is used, in percent, as its status says.
    pub used_percent: u8,
}

/// The virtual IP that a prefix of the pools' namespace holds an address for.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// It is there.
    Known(&'a VirtualIp),
    /// It is not among those of its namespace, which are all known.
    Missing,
    /// The prefix is for none, or it can't be told.
    Unknown,
}

impl Pools {
    /// Those in this namespace; without one, no addresses are handed out.
    pub(super) fn new(namespace: Option<Str>) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// The pools' namespace.
    pub fn namespace(&self) -> Option<&Str> {
        self.namespace.as_ref()
    }

    /// All pools.
    pub fn iter(&self) -> impl Iterator<Item = Pool> {
        self.by_name.values().copied()
    }

    /// Their blocks.
    pub fn blocks(&self) -> impl Iterator<Item = Block> {
        self.iter().map(|pool| pool.block)
    }

    /// Namespace and name of the virtual IP with this UID.
    pub(super) fn virtual_ip(&self, uid: &str) -> Option<&(Str, Str)> {
        self.virtual_ips.get(uid)
    }

    /// Whether the blocks have changed since the last call.
    pub(super) fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The prefix that is to hold the address of a virtual IP with this UID.
    pub(super) fn address_of(&self, uid: &Str) -> Option<Key> {
        Some(Key {
            namespace: self.namespace.clone()?,
            kind: Kind::Prefix,
            name: uid.clone(),
        })
    }

    /// Takes in that an object came, changed or went. Answers who reads it from another namespace.
    pub(super) fn note<T: Object>(&mut self, old: Option<&T>, new: Option<&T>) -> Vec<Key> {
        if self.namespace.is_none() {
            return Vec::new();
        }
        T::note_elsewhere(old, new, self);
        let objects = [old, new].into_iter().flatten();
        objects
            .filter_map(|object| object.reader_elsewhere(self))
            .collect()
    }

    /// Takes in that a virtual IP came, changed or went.
    pub(super) fn note_virtual_ip(&mut self, old: Option<&VirtualIp>, new: Option<&VirtualIp>) {
        let uid = |virtual_ip: Option<&VirtualIp>| virtual_ip.map(|known| known.meta.uid.clone());
        if uid(old) == uid(new) {
            return;
        }
        if let Some(old) = old {
            self.virtual_ips.remove(&old.meta.uid);
        }
        if let Some(new) = new {
            let place = (new.meta.namespace.clone(), new.meta.name.clone());
            self.virtual_ips.insert(new.meta.uid.clone(), place);
        }
    }

    /// Takes in that a prefix came, changed or went.
    pub(super) fn note_prefix(&mut self, old: Option<&Prefix>, new: Option<&Prefix>) {
        let (before, now) = (old.and_then(pool), new.and_then(pool));
        let of = new.or(old).map(|prefix| &prefix.meta);
        let Some(meta) = of.filter(|meta| self.namespace.as_ref() == Some(&meta.namespace)) else {
            return;
        };
        if before == now {
            return;
        }
        let block = |pool: Option<Pool>| pool.map(|pool| pool.block);
        self.changed |= block(before) != block(now);
        match now {
            Some(pool) => self.by_name.insert(meta.name.clone(), pool),
            None => self.by_name.remove(&meta.name),
        };
    }
}

/// The prefix as a pool that hands out addresses, if it is one.
fn pool(prefix: &Prefix) -> Option<Pool> {
    let meta = &prefix.meta;
    let grants = prefix.is_public_pool() && !meta.deleting && !meta.external;
    let block = prefix.granted.filter(|_| grants)?;
    let used_percent = prefix.used_percent;
    Some(Pool {
        block,
        used_percent,
    })
}

impl World {
    /// What joins virtual IPs and public addresses.
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Whether the pools have changed since the last call: then each virtual IP may get an address.
    pub fn take_change_of_pools(&mut self) -> bool {
        self.pools.take_change()
    }

    /// The object of another namespace with which that of `key` is planned for: a virtual IP's address.
    pub fn address_of(&self, key: &Key) -> Option<Key> {
        let virtual_ips = || &self.namespace(&key.namespace).virtual_ips;
        let virtual_ip = (key.kind == Kind::VirtualIp).then(virtual_ips);
        let virtual_ip = virtual_ip.and_then(|all| all.get(&key.name))?;
        self.pools.address_of(&virtual_ip.meta.uid)
    }

    /// The virtual IP that the prefix `name` of the pools' namespace is for, or would be.
    pub fn holder_of(&self, name: &str) -> Holder<'_> {
        let pools = self.pools.namespace().map(|pools| self.namespace(pools));
        let slot = pools.and_then(|pools| pools.prefixes.slot(name));
        let (namespace, of) = match slot {
            Some(Slot::Bad(_)) => return Holder::Unknown,
            Some(Slot::Good(prefix)) => match prefix.address_of() {
                Some(of) => (of.namespace, of.name),
                None => return Holder::Unknown,
            },
            None => match self.pools.virtual_ip(name) {
                Some((namespace, of)) => (&**namespace, &**of),
                None => return Holder::Unknown,
            },
        };
        let all = self.lists[Kind::VirtualIp as usize].show_all_of(namespace);
        let virtual_ip = self.namespace(namespace).virtual_ips.slot(of);
        match virtual_ip.filter(|slot| *slot.meta().uid == *name) {
            Some(Slot::Good(virtual_ip)) => Holder::Known(virtual_ip),
            None if all == Some(true) => Holder::Missing,
            Some(Slot::Bad(_)) | None => Holder::Unknown,
        }
    }

    /// Has these planned for: another namespace's object changed, came or went.
    pub(super) fn mark(&self, keys: Vec<Key>, dirty: &mut Dirty) {
        dirty
            .changed
            .extend(keys.into_iter().filter(|key| self.is_of_interest(key)));
    }

    /// Whether there may be something to do for it: an address may be there, or there are pools that it could be of.
    fn is_of_interest(&self, key: &Key) -> bool {
        let known = || {
            let prefixes = &self.namespace(&key.namespace).prefixes;
            prefixes.slot(&key.name).is_some()
        };
        key.kind != Kind::Prefix || self.pools.blocks().next().is_some() || known()
    }
}
