//! Public addresses: virtual IPs of all namespaces get theirs from pools in one, each by a prefix of its own there.

use std::collections::{BTreeMap, HashMap};

use ironcore_api::address::Prefix as Block;

use super::kinds::{Kind, Prefix, VirtualIp};
use super::meta::Str;
use super::namespace::Key;
use super::object::Object;

/// What joins virtual IPs and the prefixes that hold their addresses.
#[derive(Clone, Debug, Default)]
pub struct Pools {
    namespace: Option<Str>,
    by_name: BTreeMap<Str, Pool>,
    /// UID → namespace and name of a virtual IP.
    virtual_ips: HashMap<Str, (Str, Str)>,
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
