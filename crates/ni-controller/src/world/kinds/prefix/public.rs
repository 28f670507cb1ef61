// SPDX-License-Identifier: Apache-2.0

//! A prefix as a pool of public addresses, and as one that holds such an address.

use ironcore_api::address::{IpFamily, Prefix as Block};
use ironcore_api::ownership::{PUBLIC_POOL, VIRTUAL_IP_NAME, VIRTUAL_IP_NAMESPACE, VIRTUAL_IP_UID};

use super::Prefix;
use crate::world::kinds::{Kind, Namespace};
use crate::world::object::Affect;

/// The virtual IP that a prefix holds a public address for; its UID is the prefix's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressOf<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl Prefix {
    /// The virtual IP that it holds a public address for, as its name and annotations say.
    pub fn address_of(&self) -> Option<AddressOf<'_>> {
        let uid = self.annotations.get(VIRTUAL_IP_UID)?;
        let of = AddressOf {
            namespace: self.annotations.get(VIRTUAL_IP_NAMESPACE)?,
            name: self.annotations.get(VIRTUAL_IP_NAME)?,
        };
        (uid == &*self.meta.name).then_some(of)
    }

    /// Whether virtual IPs get their addresses from it, if it is in the namespace for that.
    pub fn is_public_pool(&self) -> bool {
        self.is_root() && self.labels.get(PUBLIC_POOL).is_some()
    }

    /// The addresses of a pool of the block `root` that are not handed out: the network and the broadcast address, where there are such.
    pub fn reserved(&self, root: Block) -> impl Iterator<Item = Block> + use<> {
        let root = Some(root).filter(|_| self.is_public_pool());
        let root = root.filter(|root| root.family() == IpFamily::IPv4 && root.length() < 31);
        let ends = root.map(|root| [root.address(), root.last()]);
        ends.into_iter().flatten().map(Block::single)
    }

    /// Of a public pool, all others, and those who ask these: of two that overlap one grants nothing.
    pub(super) fn other_pools(&self, namespace: &Namespace, affect: Affect<'_>) {
        if !self.is_public_pool() {
            return;
        }
        let pools = namespace.allocation().pools();
        for pool in pools.filter_map(|name| namespace.prefixes.get(name)) {
            affect(Kind::Prefix, &pool.meta.name);
            pool.askers(namespace, affect);
        }
    }
}
