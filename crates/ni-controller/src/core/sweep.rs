// SPDX-License-Identifier: Apache-2.0

//! All objects in turn, as for who begins to lead, or has just come to know all of a namespace. They are queued a few at a time, and
//! only once the queue has nothing more: however many there are, no turn is long, and the queue stays small.

use std::collections::VecDeque;

use ni_runtime::scope::Scope;

use super::{Core, Now};
use crate::world::{Event, Key, World};

/// How many objects are queued at a time.
const FEW: usize = 64;

/// What has yet to be queued: all of a scope from after an object on.
#[derive(Clone, Debug)]
struct Sweep {
    scope: Scope,
    after: Option<Key>,
}

/// The sweeps that are not over.
#[derive(Clone, Debug, Default)]
pub(super) struct Sweeps(VecDeque<Sweep>);

impl Sweeps {
    /// Begins one of what `scope` covers, in place of those that have the same left to do.
    pub(super) fn begin(&mut self, scope: Scope) {
        self.0
            .retain(|sweep| scope != Scope::All && sweep.scope != scope);
        self.0.push_back(Sweep { scope, after: None });
    }

    /// Ends all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The next few objects; none where no sweep is left.
    fn next(&mut self, world: &World) -> Option<Vec<Key>> {
        let sweep = self.0.front_mut()?;
        let keys: Vec<Key> = world
            .keys_in(&sweep.scope, sweep.after.as_ref())
            .take(FEW)
            .collect();
        match keys.last() {
            Some(last) => sweep.after = Some(last.clone()),
            None => drop(self.0.pop_front()),
        }
        Some(keys)
    }
}

impl Core {
    /// Queues the next few objects of a sweep. Answers whether there was one.
    pub(super) fn sweep(&mut self, now: Now) -> bool {
        let Some(keys) = self.sweeps.next(&self.world) else {
            return false;
        };
        let elsewhere = keys.iter().filter_map(|key| self.world.address_of(key));
        let elsewhere: Vec<Key> = elsewhere.collect();
        for key in keys.into_iter().chain(elsewhere) {
            // Those of a namespace that is not known whole are swept once it is. Those that wait for a time were planned for.
            let waits = self.running.contains_key(&key) || self.queue.has_timer(&key);
            if self.world.shows_all_of(&key.namespace) && !waits {
                self.queue.push(key, now.elapsed);
            }
        }
        true
    }

    /// Whether the end of a list, if this is one, is that of the last first list of its scope.
    pub(super) fn scope_to_complete(&self, event: &Event) -> Option<Scope> {
        match event {
            Event::ListEnds(_, scope) if !is_complete(&self.world, scope) => Some(scope.clone()),
            _ => None,
        }
    }

    /// Takes in that this scope may be complete now: all of it is to be planned for then.
    pub(super) fn note_complete(&mut self, scope: Option<Scope>, now: Now) {
        let Some(scope) = scope.filter(|scope| self.leads && is_complete(&self.world, scope))
        else {
            return;
        };
        match self.world.pools().namespace().cloned() {
            // What was planned for before did not see them.
            Some(pools) if scope.covers(&pools) => {
                self.sweeps.begin(Scope::All);
                self.look_after_pools(now);
            }
            // Whether those are there that have public addresses can be told now.
            Some(pools) => {
                self.sweeps.begin(scope);
                self.sweeps.begin(Scope::Namespace(pools.as_str().into()));
            }
            None => self.sweeps.begin(scope),
        }
    }
}

fn is_complete(world: &World, scope: &Scope) -> bool {
    match scope {
        Scope::All => world.is_complete(),
        Scope::Namespace(name) => world.shows_all_of(name),
    }
}
