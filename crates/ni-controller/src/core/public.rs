// SPDX-License-Identifier: Apache-2.0

//! Public addresses, for the core: what of another namespace a plan sees, and who is to be planned for when that changes.

use std::collections::BTreeMap;

use ironcore_api::address::Prefix as Block;
use ironcore_api::names;
use ni_runtime::scope::Scope;

use super::{Core, Now};
use crate::plan::{Elsewhere, PublicPools};
use crate::world::{Holder, Key, Kind, Str};

/// The blocks by the names of their pools.
pub(super) fn named(blocks: &[Block]) -> BTreeMap<Str, Block> {
    let blocks = blocks.iter();
    blocks
        .map(|block| (names::public_pool(*block).into(), *block))
        .collect()
}

impl Core {
    /// What the plan for `key` sees of another namespace.
    pub(super) fn elsewhere(&self, key: &Key) -> Elsewhere<'_> {
        let pools = self.world.pools();
        let namespace = pools.namespace();
        let Some(namespace) = namespace.filter(|known| self.world.shows_all_of(known)) else {
            return Elsewhere::NOTHING;
        };
        let seen = Elsewhere {
            pools: Some(PublicPools {
                pools,
                namespace: self.world.namespace(namespace),
            }),
            ..Elsewhere::NOTHING
        };
        match key.kind {
            Kind::VirtualIp => seen,
            Kind::Prefix if key.namespace == *namespace => {
                let holder = self.world.holder_of(&key.name);
                let rests = |of: &Str| self.rests.has(of);
                Elsewhere {
                    holder_rests: matches!(holder, Holder::Known(known) if rests(&known.meta.namespace)),
                    holder,
                    wanted: self.wanted_pools.get(&key.name).copied(),
                    ..seen
                }
            }
            Kind::Machine | Kind::NetworkInterface | Kind::Network | Kind::Prefix => {
                Elsewhere::NOTHING
            }
        }
    }

    /// Has the pools that operators want planned for, which may not be there.
    pub(super) fn look_after_pools(&mut self, now: Now) {
        let Some(namespace) = self.world.pools().namespace().cloned() else {
            return;
        };
        let names = self.wanted_pools.keys();
        let keys = names.map(|name| Key {
            namespace: namespace.clone(),
            kind: Kind::Prefix,
            name: name.clone(),
        });
        self.enqueue(&keys.collect(), now);
    }

    /// Where the pools have changed, any virtual IP may get an address, and what was planned saw other pools.
    pub(super) fn sweep_for_new_pools(&mut self) {
        if !self.world.take_change_of_pools() {
            return;
        }
        let sees_pools = |kind| matches!(kind, Kind::VirtualIp | Kind::Prefix);
        let running = self.running.iter_mut();
        for (_, running) in running.filter(|(key, _)| sees_pools(key.kind)) {
            running.stale = true;
        }
        if self.leads {
            self.sweeps.begin(Scope::All);
        }
    }
}
