// SPDX-License-Identifier: Apache-2.0

//! Namespaces that are being deleted: creates and claims rest in them for a while, or until the name is a new namespace's.
//!
//! Nobody tells when that is. An object that appears in the namespace and was not known may be of the new one; or of the
//! old one, by a late watch. So it is tried: at once the first time, and after ever longer waits where that is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ni_runtime::scope::Scope;

use super::{Core, Now, Sent};
use crate::world::{Dirty, Event, Str};

/// How long creates rest at most (contract, Deleting objects).
const REST: Duration = Duration::from_mins(5);

/// The first wait after a rest that was ended early in vain; it doubles each time.
const FIRST: Duration = Duration::from_secs(1);

/// The rest of one namespace.
#[derive(Clone, Debug)]
struct Rest {
    /// When a create was refused.
    since: Duration,
    /// The newest creationTimestamp that was known then. What is made later by the API server's clock is newer, or as old; our
    /// clock does not come into it.
    newest: Option<Timestamp>,
    /// How often it had ended early, and a create was refused again.
    in_vain: u32,
    /// Whether something has appeared since.
    appeared: bool,
    /// Whether it is over.
    over: bool,
}

impl Rest {
    fn until(&self) -> Duration {
        if !self.appeared {
            return self.since + REST;
        }
        let wait = match self.in_vain.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => FIRST.saturating_mul(1 << doublings.min(31)),
        };
        self.since + wait.min(REST)
    }
}

/// The namespaces in which creates rest, and those in which they did not long ago.
#[derive(Clone, Debug, Default)]
pub(super) struct Rests(BTreeMap<Str, Rest>);

impl Rests {
    /// A create is refused now because its namespace is being deleted. `newest` is the newest creationTimestamp that is known
    /// there; `appeared` says whether something has appeared there since it was sent.
    pub(super) fn refused(
        &mut self,
        namespace: &Str,
        now: Duration,
        newest: Option<Timestamp>,
        appeared: bool,
    ) {
        let in_vain = match self.0.get_mut(namespace) {
            Some(rest) if !rest.over => {
                rest.appeared |= appeared;
                return;
            }
            Some(last) if last.appeared => last.in_vain.saturating_add(1),
            Some(_) | None => 0,
        };
        let rest = Rest {
            since: now,
            newest,
            in_vain,
            appeared,
            over: false,
        };
        self.0.insert(namespace.clone(), rest);
    }

    /// An object that was made at this time and was not known appears in the namespace.
    pub(super) fn appears(&mut self, namespace: &str, created: Timestamp) {
        if let Some(rest) = self.0.get_mut(namespace).filter(|rest| !rest.over) {
            rest.appeared |= rest.newest.is_none_or(|newest| newest <= created);
        }
    }

    /// A create that was sent at a time is done.
    pub(super) fn created(&mut self, namespace: &str, sent: Duration) {
        let rest = self.0.get(namespace);
        if rest.is_some_and(|rest| rest.over && rest.since <= sent) {
            self.0.remove(namespace);
        }
    }

    /// Whether creates rest in the namespace.
    pub(super) fn has(&self, namespace: &str) -> bool {
        self.0.get(namespace).is_some_and(|rest| !rest.over)
    }

    /// Ends the rests whose time has come: of these namespaces.
    pub(super) fn end(&mut self, now: Duration) -> Vec<Str> {
        let mut over = Vec::new();
        for (namespace, rest) in &mut self.0 {
            if !rest.over && rest.until() <= now {
                rest.over = true;
                over.push(namespace.clone());
            }
        }
        self.0
            .retain(|_, rest| !rest.over || now < rest.since + 2 * REST);
        over
    }

    /// When the next one ends.
    pub(super) fn next_end(&self) -> Option<Duration> {
        let rests = self.0.values().filter(|rest| !rest.over);
        rests.map(Rest::until).min()
    }
}

impl Core {
    /// Takes in that a namespace is being deleted, for who knows it otherwise than by a refusal.
    pub fn note_terminating(&mut self, namespace: &Str, now: Now) {
        self.rests.refused(namespace, now.elapsed, None, false);
    }

    /// The namespace of a request is being deleted. What waits to be sent there is planned again.
    pub(super) fn rest(&mut self, sent: &Sent, dirty: &mut Dirty, now: Now) {
        let name = &sent.planned.key.namespace;
        let newest = if self.rests.has(name) {
            None
        } else {
            self.world.namespace(name).newest_creation()
        };
        self.rests.refused(name, now.elapsed, newest, sent.appeared);
        let running = self.running.keys();
        dirty
            .changed
            .extend(running.filter(|key| key.namespace == *name).cloned());
    }

    /// Notes that an object of a UID that was not known appears.
    pub(super) fn note_new(&mut self, event: &Event) {
        let (Event::Listed(object) | Event::Applied(object)) = event else {
            return;
        };
        let meta = object.meta();
        let namespace = self.world.namespace(&meta.namespace);
        let known = namespace.meta(object.kind(), &meta.name);
        if known.is_some_and(|known| known.uid == meta.uid) {
            return;
        }
        self.rests.appears(&meta.namespace, meta.created);
        let about = self.sent.values_mut();
        let about = about.filter(|sent| sent.planned.key.namespace == meta.namespace);
        about.for_each(|sent| sent.appeared = true);
    }

    /// Begins a sweep of each namespace whose rest is over.
    pub(super) fn end_rests(&mut self, now: Now) {
        for namespace in self.rests.end(now.elapsed) {
            if self.world.pools().namespace() == Some(&namespace) {
                // Those that could not be made are known by their virtual IPs alone.
                self.sweeps.begin(Scope::All);
                self.look_after_pools(now);
            } else {
                let scope = Scope::Namespace(namespace.as_str().into());
                self.sweeps.begin(scope);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    fn made(number: i64) -> Timestamp {
        Timestamp::from_second(number).expect("a time")
    }

    /// Of the namespace `ns`, in which an object of second 100 is known.
    #[derive(Default)]
    struct One(Rests);

    impl One {
        fn refused(&mut self, now: u64) {
            let newest = Some(made(100));
            self.0.refused(&"ns".into(), second(now), newest, false);
        }

        fn appears(&mut self, at: i64) {
            self.0.appears("ns", made(at));
        }

        fn rests_at(&mut self, now: u64) -> bool {
            self.0.end(second(now));
            self.0.has("ns")
        }
    }

    #[test]
    fn creates_rest_for_five_minutes() {
        let mut one = One::default();
        assert!(!one.rests_at(0));
        one.refused(10);
        one.refused(20);
        assert_eq!(one.0.next_end(), Some(second(310)));
        assert!(one.rests_at(309));
        assert_eq!(one.0.end(second(310)), [Str::from("ns")]);
        assert_eq!(one.0.next_end(), None);
        // One that lasts is no try in vain.
        one.refused(310);
        one.appears(101);
        assert!(!one.rests_at(310));
        one.rests_at(910);
        assert_eq!(one.0.0.len(), 0, "it is forgotten");
    }

    #[test]
    fn the_first_object_that_was_made_since_ends_the_rest_at_once() {
        // Timestamps are of whole seconds: what is as old may have been made since.
        for (at, rests) in [(99, true), (100, false), (101, false)] {
            let mut one = One::default();
            one.refused(10);
            one.appears(at);
            assert_eq!(one.rests_at(10), rests, "{at}");
        }
    }

    #[test]
    fn what_appears_before_the_refusal_comes_ends_the_rest_as_well() {
        let mut one = One::default();
        one.0
            .refused(&"ns".into(), second(12), Some(made(200)), true);
        assert!(!one.rests_at(12));
        // Or the answer that says so comes second.
        let mut other = One::default();
        other.refused(12);
        assert!(other.rests_at(12));
        other
            .0
            .refused(&"ns".into(), second(12), Some(made(200)), true);
        assert!(!other.rests_at(12));
        // What is answered later still is old as well; it takes its time.
        one.0
            .refused(&"ns".into(), second(13), Some(made(200)), true);
        assert!(one.rests_at(13) && !one.rests_at(14));
    }

    #[test]
    fn late_events_end_rests_ever_more_slowly() {
        let mut one = One::default();
        let mut tries = Vec::new();
        one.refused(0);
        for now in 0..1200 {
            one.appears(100 + i64::try_from(now).expect("small"));
            if !one.rests_at(now) {
                tries.push(now);
                one.refused(now);
            }
        }
        assert_eq!(tries, [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111]);
    }

    #[test]
    fn a_create_that_is_done_ends_it_all() {
        let mut one = One::default();
        one.refused(2);
        one.0.created("ns", second(1));
        assert!(one.rests_at(2), "it was sent before");
        one.0.created("ns", second(3));
        assert!(one.rests_at(3), "it is not over");
        one.appears(101);
        assert!(!one.rests_at(5));
        one.refused(6);
        one.appears(102);
        assert!(one.rests_at(6), "it was in vain");
        assert!(!one.rests_at(7));
        one.0.created("ns", second(5));
        assert_eq!(one.0.0.len(), 1, "it was sent before");
        one.0.created("ns", second(7));
        assert_eq!(one.0.0.len(), 0);
    }
}
