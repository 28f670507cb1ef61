// SPDX-License-Identifier: Apache-2.0

//! Who is to be looked at next: one lane per namespace, the lanes in turn, so that no namespace starves another.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::plan::{Basis, Change};
use crate::world::{Key, Str};

/// A planned change that waits to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planned {
    /// The object that it was planned for.
    pub key: Key,
    /// The change.
    pub change: Change,
    /// The generation of that object that it was planned from.
    pub generation: i64,
    /// UID of the object that the change is about, where there is one.
    pub uid: Option<Str>,
    /// The versions that it was planned from.
    pub of: Basis,
    /// What it writes, where the same again must not come too often, and how often it came before, in a row.
    pub repeats: Option<Repeated>,
}

/// A write that may not last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeated {
    /// Its fingerprint.
    pub what: u64,
    /// How often the same was written before, in a row.
    pub times: u32,
    /// Whether nobody had written there before.
    pub first: bool,
}

#[derive(Clone, Debug, Default)]
struct Lane {
    keys: VecDeque<(Key, Duration)>,
    changes: VecDeque<Planned>,
}

/// What a lane has next.
#[derive(Debug)]
pub(super) enum Next {
    /// A change that is already planned.
    Change(Planned),
    /// An object to plan for.
    Key(Key),
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    lanes: HashMap<Str, Lane>,
    turn: VecDeque<Str>,
    queued: HashSet<Key>,
    /// How many requests of each namespace are under way.
    under_way: HashMap<Str, usize>,
    /// How many requests may be under way at once.
    slots: Option<usize>,
    timers: BTreeSet<(Duration, Key)>,
    due: BTreeMap<Key, Duration>,
}

impl Queue {
    /// Adds an object, unless it waits already.
    pub(super) fn push(&mut self, key: Key, now: Duration) {
        if self.queued.insert(key.clone()) {
            self.lane(&key.namespace.clone()).keys.push_back((key, now));
        }
    }

    /// Adds planned changes.
    pub(super) fn push_changes(&mut self, planned: Vec<Planned>) {
        for planned in planned {
            self.lane(&planned.key.namespace.clone())
                .changes
                .push_back(planned);
        }
    }

    /// Takes away the planned changes of `key`, but for reads: how many.
    pub(super) fn drop_changes(&mut self, key: &Key) -> usize {
        let Some(lane) = self.lanes.get_mut(&key.namespace) else {
            return 0;
        };
        let before = lane.changes.len();
        lane.changes
            .retain(|planned| planned.key != *key || planned.change.request.is_read());
        before - lane.changes.len()
    }

    /// Whether an object is to be looked at again at some time.
    pub(super) fn has_timer(&self, key: &Key) -> bool {
        self.due.contains_key(key)
    }

    /// Forgets all that waits. Requests under way go on being counted.
    pub(super) fn clear(&mut self) {
        self.lanes.clear();
        self.turn.clear();
        self.queued.clear();
        self.timers.clear();
        self.due.clear();
    }

    /// Forgets the requests under way: their answers will not be heard.
    pub(super) fn forget_requests(&mut self) {
        self.under_way.clear();
    }

    /// Says how many requests may be under way at once: while others wait, a namespace gets half of them.
    pub(super) fn set_slots(&mut self, slots: usize) {
        self.slots = Some(slots);
    }

    /// A request of this namespace is under way.
    pub(super) fn sent(&mut self, namespace: &Str) {
        *self.under_way.entry(namespace.clone()).or_default() += 1;
    }

    /// A request of this namespace is answered.
    pub(super) fn answered(&mut self, namespace: &Str) {
        if let Some(count) = self.under_way.get_mut(namespace) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(namespace);
            }
        }
    }

    /// Whether a namespace has as many requests under way as it may while others wait.
    fn is_busy(&self, namespace: &Str) -> bool {
        let share = self.slots.map_or(usize::MAX, |slots| (slots / 2).max(1));
        self.under_way
            .get(namespace)
            .is_some_and(|count| *count >= share)
    }

    /// Whether a namespace has all requests under way that it may: one slot is always left for another, which may come at any
    /// time, while requests under way can't be called back.
    fn is_full(&self, namespace: &Str) -> bool {
        let most = self.slots.map_or(usize::MAX, |slots| (slots - 1).max(1));
        let under_way = self.under_way.get(namespace);
        under_way.is_some_and(|count| *count >= most)
    }

    /// Takes the next thing of the lane whose turn it is, among those that `may` have one: planned changes before further
    /// objects. Where there is only one namespace, it is `alone`, and may take all slots.
    pub(super) fn pop(&mut self, may: impl Fn(&str) -> bool, alone: bool) -> Option<Next> {
        let lanes = || {
            let lanes = self.turn.iter().enumerate();
            lanes.filter(|(_, lane)| may(lane) && (alone || !self.is_full(lane)))
        };
        let free = lanes().find(|(_, lane)| !self.is_busy(lane));
        let (place, _) = free.or_else(|| lanes().next())?;
        let namespace = self.turn.remove(place)?;
        let lane = self.lanes.get_mut(&namespace)?;
        let next = match lane.changes.pop_front() {
            Some(planned) => Some(Next::Change(planned)),
            None => lane.keys.pop_front().map(|(key, _)| Next::Key(key)),
        };
        if lane.changes.is_empty() && lane.keys.is_empty() {
            self.lanes.remove(&namespace);
        } else {
            self.turn.push_back(namespace);
        }
        if let Some(Next::Key(key)) = &next {
            self.queued.remove(key);
        }
        next
    }

    /// Sets, moves or takes away the time at which `key` is to be looked at even if nothing changes.
    pub(super) fn set_timer(&mut self, key: &Key, at: Option<Duration>) {
        if let Some(old) = self.due.remove(key) {
            self.timers.remove(&(old, key.clone()));
        }
        if let Some(at) = at {
            self.due.insert(key.clone(), at);
            self.timers.insert((at, key.clone()));
        }
    }

    /// Queues all whose time has come.
    pub(super) fn fire_timers(&mut self, now: Duration) {
        while let Some((at, _)) = self.timers.first()
            && *at <= now
        {
            let Some((at, key)) = self.timers.pop_first() else {
                return;
            };
            self.due.remove(&key);
            self.push(key, at);
        }
    }

    /// When the next timer fires.
    pub(super) fn next_timer(&self) -> Option<Duration> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// How many objects wait, and since when the one that has waited longest.
    pub(super) fn depth(&self) -> (usize, Option<Duration>) {
        let oldest = self
            .lanes
            .values()
            .filter_map(|lane| lane.keys.front())
            .map(|(_, since)| *since)
            .min();
        (self.queued.len(), oldest)
    }

    fn lane(&mut self, namespace: &Str) -> &mut Lane {
        if !self.lanes.contains_key(namespace) {
            self.turn.push_back(namespace.clone());
        }
        self.lanes.entry(namespace.clone()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::plan::{Purpose, Request};
    use crate::world::Kind;

    fn key(namespace: &str, name: &str) -> Key {
        Key {
            namespace: namespace.into(),
            kind: Kind::Machine,
            name: name.into(),
        }
    }

    fn drain(queue: &mut Queue) -> Vec<String> {
        drain_those(queue, |_| true)
    }

    fn drain_those(queue: &mut Queue, may: impl Fn(&str) -> bool) -> Vec<String> {
        std::iter::from_fn(|| queue.pop(&may, false))
            .map(|next| match next {
                Next::Key(key) => format!("{}/{}", key.namespace, key.name),
                Next::Change(planned) => format!("{}!", planned.change.name),
            })
            .collect()
    }

    #[test]
    fn namespaces_take_turns_and_an_object_waits_once() {
        let mut queue = Queue::default();
        for name in ["1", "2", "3", "1"] {
            queue.push(key("big", name), Duration::ZERO);
        }
        queue.push(key("small", "1"), Duration::ZERO);
        assert_eq!(queue.depth().0, 4);
        assert_eq!(drain(&mut queue), ["big/1", "small/1", "big/2", "big/3"]);
    }

    #[test]
    fn a_namespace_whose_requests_hang_leaves_half_of_the_slots_to_others() {
        let mut queue = Queue::default();
        queue.set_slots(4);
        for name in ["1", "2", "3"] {
            queue.push(key("hangs", name), Duration::ZERO);
        }
        queue.sent(&"hangs".into());
        queue.sent(&"hangs".into());
        queue.push(key("other", "1"), Duration::ZERO);
        queue.push(key("other", "2"), Duration::ZERO);
        let expected = ["other/1", "other/2", "hangs/1", "hangs/2", "hangs/3"];
        assert_eq!(drain(&mut queue), expected);
        queue.answered(&"hangs".into());
        queue.push(key("hangs", "4"), Duration::ZERO);
        queue.push(key("other", "3"), Duration::ZERO);
        assert_eq!(drain(&mut queue), ["hangs/4", "other/3"]);
    }

    #[test]
    fn one_slot_is_left_for_a_namespace_that_has_yet_to_come() {
        let mut queue = Queue::default();
        queue.set_slots(4);
        queue.push(key("hangs", "1"), Duration::ZERO);
        for _ in 0..3 {
            queue.sent(&"hangs".into());
        }
        assert!(queue.pop(|_| true, false).is_none());
        queue.push(key("other", "1"), Duration::ZERO);
        assert_eq!(drain(&mut queue), ["other/1"]);
        assert!(queue.pop(|_| true, true).is_some());
    }

    #[test]
    fn a_namespace_that_may_not_have_its_turn_yet_waits_and_holds_up_nobody() {
        let mut queue = Queue::default();
        queue.set_slots(3);
        for (namespace, name) in [("waits", "1"), ("goes", "1"), ("waits", "2")] {
            queue.push(key(namespace, name), Duration::ZERO);
        }
        let goes = |namespace: &str| namespace == "goes";
        queue.sent(&"goes".into());
        assert_eq!(drain_those(&mut queue, goes), ["goes/1"]);
        queue.push(key("goes", "2"), Duration::ZERO);
        assert_eq!(drain_those(&mut queue, goes), ["goes/2"]);
        assert_eq!(queue.depth().0, 2);
        assert_eq!(drain(&mut queue), ["waits/1", "waits/2"]);
    }

    #[test]
    fn requests_that_are_forgotten_take_no_slots() {
        let mut queue = Queue::default();
        queue.set_slots(2);
        queue.push(key("ns", "1"), Duration::ZERO);
        queue.sent(&"ns".into());
        assert!(queue.pop(|_| true, false).is_none());
        queue.forget_requests();
        assert_eq!(drain(&mut queue), ["ns/1"]);
    }

    #[test]
    fn what_is_planned_for_an_object_is_dropped_but_for_reads() {
        let planned = |of: &str, name: &str, request| Planned {
            key: key("ns", of),
            change: Change {
                kind: Kind::NetworkInterface,
                name: name.into(),
                request,
                purpose: Purpose::Make,
                then: None,
            },
            generation: 1,
            uid: None,
            of: Basis {
                planner: 1,
                target: 1,
            },
            repeats: None,
        };
        let create = || Request::Create(Value::Null);
        let mut queue = Queue::default();
        queue.push_changes(vec![
            planned("a", "1", create()),
            planned("b", "2", create()),
            planned("a", "3", Request::Read),
            planned("a", "4", create()),
        ]);
        assert_eq!(queue.drop_changes(&key("elsewhere", "a")), 0);
        assert_eq!(queue.drop_changes(&key("ns", "a")), 2);
        assert_eq!(drain(&mut queue), ["2!", "3!"]);
    }

    #[test]
    fn a_timer_that_is_set_again_fires_once() {
        let mut queue = Queue::default();
        let at = |seconds| Some(Duration::from_secs(seconds));
        assert!(!queue.has_timer(&key("ns", "a")));
        queue.set_timer(&key("ns", "a"), at(1));
        assert!(queue.has_timer(&key("ns", "a")));
        queue.set_timer(&key("ns", "a"), at(5));
        queue.fire_timers(Duration::from_secs(4));
        assert_eq!(drain(&mut queue).len(), 0);
        assert_eq!(queue.next_timer(), at(5));
        queue.fire_timers(Duration::from_secs(5));
        assert_eq!(drain(&mut queue), ["ns/a"]);
        assert_eq!(queue.next_timer(), None);
    }
}
