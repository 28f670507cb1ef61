// SPDX-License-Identifier: Apache-2.0

//! Reconciles all objects of a scope, as when a term begins or the first lists of a namespace are complete. A sweep queues a few objects
//! at a time: when the queue has nothing ready, or after a number of other objects. So no turn is long, and a sweep goes on under load.

use std::collections::BTreeMap;
use std::ops::Bound;

use ni_runtime::scope::Scope;

use super::{Core, Now};
use crate::world::{Event, Key, World};

/// How many objects are queued at a time.
const FEW: usize = 64;

/// After how many other objects a sweep goes on, even if the queue is not empty.
const PATIENCE: usize = 4 * FEW;

/// The sweeps under way. They take turns.
#[derive(Clone, Debug, Default)]
pub(super) struct Sweeps {
    /// By scope: the last object that was queued.
    left: BTreeMap<Scope, Option<Key>>,
    /// The scope that had the last turn.
    last: Option<Scope>,
    /// How many objects were reconciled since then.
    waited: usize,
}

impl Sweeps {
    /// Begins a sweep of `scope`. It replaces the sweeps that it covers.
    pub(super) fn begin(&mut self, scope: Scope) {
        if scope == Scope::All {
            self.left.clear();
        }
        self.left.insert(scope, None);
    }

    /// Ends all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Counts one more reconciled object. Returns whether the next turn is due.
    pub(super) fn are_due(&mut self) -> bool {
        self.waited += 1;
        self.waited >= PATIENCE
    }

    /// The next few objects; none where no sweep is left.
    fn next(&mut self, world: &World) -> Option<Vec<Key>> {
        self.waited = 0;
        let later = |last| (Bound::Excluded(last), Bound::Unbounded);
        let last = self.last.take();
        let next = last.and_then(|last| self.left.range(later(last)).next());
        let (scope, after) = next.or_else(|| self.left.iter().next())?;
        let keys: Vec<Key> = world.keys_in(scope, after.as_ref()).take(FEW).collect();
        let scope = scope.clone();
        match keys.last() {
            Some(last) => drop(self.left.insert(scope.clone(), Some(last.clone()))),
            None => drop(self.left.remove(&scope)),
        }
        self.last = Some(scope).filter(|_| !self.left.is_empty());
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
            // An object that failed is retried after its backoff. A namespace is swept when its first lists are complete.
            let waits = self.running.contains_key(&key) || self.attempts.contains_key(&key);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use k8s_openapi::jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::core::queue::Next;
    use crate::core::{Backoff, Running, Step};
    use crate::plan::Options;
    use crate::world::{AnyObject, Kind, Watched};

    const NOW: Now = Now {
        elapsed: Duration::ZERO,
        wall: Timestamp::UNIX_EPOCH,
    };

    fn key(name: &str) -> Key {
        Key {
            namespace: "ns".into(),
            kind: Kind::Machine,
            name: name.into(),
        }
    }

    fn fresh(watched: &Watched) -> Core {
        let backoff = Backoff {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(1),
        };
        Core::new(Options::default(), backoff).watching(watched)
    }

    /// A list of this kind, which shows these machines.
    fn list(core: &mut Core, kind: Kind, scope: &Scope, machines: &[&str]) {
        core.observe(Event::ListBegins(kind, scope.clone()), NOW);
        for name in machines {
            let machine = json!({ "metadata": {
                "namespace": "ns", "name": name, "uid": name, "resourceVersion": "1",
                "creationTimestamp": "1970-01-01T00:00:01Z",
            } });
            let machine = AnyObject::decode(kind, &machine.to_string());
            core.observe(Event::Listed(machine.expect("metadata")), NOW);
        }
        core.observe(Event::ListEnds(kind, scope.clone()), NOW);
    }

    /// A core that knows three machines, and has had the lists of these kinds.
    fn core(kinds: &[Kind]) -> Core {
        let mut core = fresh(&Watched::default());
        for kind in kinds {
            let machines: &[&str] = match kind {
                Kind::Machine => &["a", "b", "c"],
                _ => &[],
            };
            list(&mut core, *kind, &Scope::All, machines);
        }
        core
    }

    /// The scopes of the sweeps that are left, which end here.
    fn begun(core: &mut Core) -> Vec<Scope> {
        let begun = std::mem::take(&mut core.sweeps.left);
        begun.into_keys().collect()
    }

    /// Who is queued by the sweeps that have begun, in the order of names.
    fn swept(mut core: Core) -> Vec<String> {
        while core.sweep(NOW) {}
        let queued = std::iter::from_fn(|| core.queue.pop(|_| true, true));
        let names = queued.map(|next| match next {
            Next::Key(key) => key.name.to_string(),
            Next::Change(planned) => panic!("{planned:?}"),
        });
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn who_is_under_way_or_has_failed_is_passed_over_and_who_waits_otherwise_is_not() {
        let mut core = core(&Kind::ALL);
        core.running.insert(key("a"), Running::default());
        for name in ["b", "c"] {
            let at = Duration::from_secs(1);
            core.queue.set_timer(&key(name), Some(at));
        }
        core.attempts.insert(key("b"), 1);
        core.sweeps.begin(Scope::All);
        assert_eq!(swept(core), ["c"]);
    }

    #[test]
    fn sweeps_take_turns() {
        let mut core = core(&Kind::ALL);
        let scope = |name: &str| Scope::Namespace(name.into());
        for scope in [Scope::All, scope("a"), scope("ns")] {
            core.sweeps.begin(scope);
        }
        let few = |core: &mut Core| core.sweeps.next(&core.world).map(|keys| keys.len());
        let turns = [3, 0, 3, 0, 0].map(Some);
        assert_eq!(turns.map(|_| few(&mut core)), turns);
        assert_eq!(few(&mut core), None);
    }

    #[test]
    fn nobody_of_a_namespace_is_queued_before_all_of_it_is_known() {
        for (kinds, expected) in [
            (&Kind::ALL[..], &["a", "b", "c"][..]),
            (&[Kind::Machine], &[]),
        ] {
            let mut core = core(kinds);
            core.sweeps.begin(Scope::All);
            assert_eq!(swept(core), expected);
        }
    }

    #[test]
    fn a_sweep_goes_on_while_the_queue_never_empties() {
        let mut core = core(&Kind::ALL);
        core.lead(true, NOW);
        while core.step(NOW) != Step::Idle {}
        core.sweeps.begin(Scope::All);
        let busy = |number: usize| Key {
            namespace: "busy".into(),
            ..key(&number.to_string())
        };
        let mut number = 0;
        while core.sweeps.left[&Scope::All].is_none() {
            assert!(number < 100 * PATIENCE, "not one was swept");
            for _ in 0..FEW {
                core.queue.push(busy(number), NOW.elapsed);
                number += 1;
            }
            core.step(NOW);
        }
    }

    #[test]
    fn who_leads_sweeps_a_scope_once_its_first_lists_are_complete() {
        for leads in [true, false] {
            let mut core = fresh(&Watched::default());
            core.lead(leads, NOW);
            begun(&mut core);
            for kind in Kind::ALL {
                assert_eq!(begun(&mut core), []);
                list(&mut core, kind, &Scope::All, &[]);
            }
            let expected = if leads { &[Scope::All][..] } else { &[] };
            assert_eq!(begun(&mut core), expected);
            list(&mut core, Kind::Machine, &Scope::All, &[]);
            assert_eq!(begun(&mut core), [], "a later list");
        }
    }

    #[test]
    fn where_pools_are_others_are_swept_with_them() {
        let scope = |name: &str| Scope::Namespace(name.into());
        let watched = Watched {
            namespaces: "ns,pools".parse().expect("names"),
            pools: Some("pools".into()),
        };
        for (last, expected) in [
            (scope("ns"), vec![scope("ns"), scope("pools")]),
            (scope("pools"), vec![Scope::All]),
        ] {
            let mut core = fresh(&watched);
            core.lead(true, NOW);
            for scope in watched.namespaces.iter().filter(|scope| *scope != last) {
                for kind in Kind::ALL {
                    list(&mut core, kind, &scope, &[]);
                }
            }
            begun(&mut core);
            for kind in Kind::ALL {
                list(&mut core, kind, &last, &[]);
            }
            assert_eq!(begun(&mut core), expected);
        }
    }

    #[test]
    fn a_sweep_takes_the_place_of_those_that_have_the_same_left_to_do() {
        let scope = |name: &str| Scope::Namespace(name.into());
        let mut sweeps = Sweeps::default();
        for (begun, left) in [
            (scope("a"), 1),
            (scope("b"), 2),
            (scope("a"), 2),
            (Scope::All, 1),
            (Scope::All, 1),
            (scope("a"), 2),
        ] {
            sweeps.begin(begun);
            assert_eq!(sweeps.left.len(), left);
        }
        sweeps.clear();
        assert!(sweeps.left.is_empty());
    }
}
