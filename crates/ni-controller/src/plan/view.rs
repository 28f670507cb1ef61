// SPDX-License-Identifier: Apache-2.0

//! What a planner sees: one namespace, and of another what the core has looked up.

use std::time::Duration;

use ironcore_api::address::Prefix as Block;
use k8s_openapi::jiff::Timestamp;

use super::{Basis, Change, Look, Memory, Options, Refusal};
use crate::seeded::{self, Fault};
use crate::world::{Holder, Kind, Meta, Namespace, Pools};

/// What a planner sees.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The object's namespace.
    pub namespace: &'a Namespace,
    /// What it sees of another namespace.
    pub elsewhere: Elsewhere<'a>,
    /// What is remembered of earlier attempts for this object.
    pub memory: &'a Memory,
    /// What operators decide.
    pub options: &'a Options,
    /// Whether the namespace is being deleted: nothing is created or claimed in it.
    pub resting: bool,
    /// Whether the last attempt for this object failed.
    pub failing: bool,
    /// The time, for `lastStateTransitionTime` and for "has waited for …" alone.
    pub now: Timestamp,
    /// The time since the start, for what waits for its next attempt.
    pub elapsed: Duration,
}

impl View<'_> {
    /// The answer to this very request, decided from the same, if the API server refused it.
    pub(super) fn refusal(
        &self,
        change: &Change,
        planner: (Kind, Option<&Meta>),
    ) -> Option<&Refusal> {
        let key = (change.kind, change.name.clone(), change.purpose);
        let refusal = self.memory.refused.get(&key)?;
        let basis = Basis::of(self.namespace, planner, (change.kind, &change.name));
        (!change.request.is_read() && refusal.of == basis).then_some(refusal)
    }

    /// Whether the object `name` of `kind` was looked at after the world's clock stood at `since`, and is not known in an older
    /// state than the look has shown. A list that is old may take the world back behind it, and then decides nothing without
    /// another look.
    pub(super) fn has_looked(&self, kind: Kind, name: &str, since: Option<u64>) -> bool {
        let Some(look) = self.look_since(kind, name, since) else {
            return false;
        };
        let known = self.namespace.version(kind, name);
        look.shown
            .is_none_or(|shown| known.is_some_and(|known| known >= shown))
            || seeded::has(Fault::LookOutlivesView)
    }

    /// Whether the last look at the object `name` of `kind`, sent after the world's clock stood at `since`, found nothing.
    pub(super) fn has_found_nothing(&self, kind: Kind, name: &str, since: Option<u64>) -> bool {
        let look = self.look_since(kind, name, since);
        look.is_some_and(|look| look.shown.is_none())
    }

    fn look_since(&self, kind: Kind, name: &str, since: Option<u64>) -> Option<Look> {
        self.memory.look_since(kind, name, since?)
    }
}

/// What a planner sees of another namespace than its object's: public addresses are of pools in one, for virtual IPs of all.
/// Requests are for the object's own namespace all the same, but for questions.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere<'a> {
    /// The public pools, for a virtual IP and for a prefix of their namespace; none where this controller hands out no addresses, or
    /// does not know all of the namespace yet.
    pub pools: Option<PublicPools<'a>>,
    /// For a prefix of the pools' namespace: the virtual IP that it holds an address for.
    pub holder: Holder<'a>,
    /// Whether the holder's namespace is being deleted.
    pub holder_rests: bool,
    /// For a prefix of the pools' namespace: the block of the pool that operators want by this name.
    pub wanted: Option<Block>,
}

impl Elsewhere<'_> {
    /// Nothing.
    pub const NOTHING: Self = Self {
        pools: None,
        holder: Holder::Unknown,
        holder_rests: false,
        wanted: None,
    };
}

/// The public pools.
#[derive(Clone, Copy, Debug)]
pub struct PublicPools<'a> {
    /// Which there are.
    pub pools: &'a Pools,
    /// Their namespace, with the prefixes that hold addresses.
    pub namespace: &'a Namespace,
}
