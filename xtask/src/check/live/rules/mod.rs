// SPDX-License-Identifier: Apache-2.0

//! What must hold at each write, and once all is at rest.

mod addresses;
mod claims;
mod grants;
mod ours;
pub(super) mod rest;
#[cfg(test)]
mod samples;
mod times;
pub(super) mod wanted;

use std::collections::{BTreeMap, HashSet};

use super::world::{Change, Key, World};

/// What users have taken away themselves: key and uid.
pub(super) type Taken = HashSet<(Key, String)>;

/// What was to hold, and does not.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) rule: &'static str,
    pub(super) revision: i64,
    /// Of these objects.
    pub(super) keys: Vec<Key>,
    pub(super) text: String,
}

/// All rules, with what they remember.
#[derive(Debug, Default)]
pub(super) struct Rules {
    grants: grants::Grants,
    addresses: addresses::Addresses,
    wanted: wanted::Wanted,
    claims: claims::Claims,
    /// Moments before this beginning.
    earlier: BTreeMap<&'static str, u64>,
}

/// What a rule sees.
pub(super) struct View<'a> {
    /// As it is after the change.
    pub(super) world: &'a World,
    pub(super) taken: &'a Taken,
}

impl Rules {
    /// Begins with these objects: what was before is not known.
    pub(super) fn begin(&mut self, world: &World, revision: i64) {
        let moments = self.moments();
        *self = Self::default();
        self.earlier = moments;
        self.grants.begin(world);
        self.addresses.begin(world, revision);
        self.wanted.begin(world, revision);
        self.claims.begin(world, revision);
    }

    /// What a write breaks.
    pub(super) fn see(&mut self, change: &Change, view: &View<'_>) -> Vec<Broken> {
        let mut found = Vec::new();
        self.grants.see(change, view, &mut found);
        self.addresses.see(change, view, &mut found);
        self.wanted.see(change, view, &mut found);
        self.claims.see(change, view, &mut found);
        ours::see(change, view, &mut found);
        times::see(change, &mut found);
        found
    }

    /// Moments that pass, and that the contract admits: how often.
    pub(super) fn moments(&self) -> BTreeMap<&'static str, u64> {
        let mut moments = self.addresses.moments();
        for (what, count) in &self.earlier {
            *moments.entry(what).or_default() += count;
        }
        moments
    }
}

impl Change {
    /// That a rule does not hold.
    fn breaks(&self, rule: &'static str, others: &[&Key], text: String) -> Broken {
        let mut keys = vec![self.key.clone()];
        keys.extend(others.iter().map(|key| (*key).clone()));
        Broken {
            rule,
            revision: self.revision,
            keys,
            text,
        }
    }
}
