// SPDX-License-Identifier: Apache-2.0

//! One object's turn: what is planned for it, and what is remembered of it.

use std::collections::BTreeSet;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;

use super::repeats::fingerprint;
use super::{Core, Now, Running};
use crate::plan::{self, Change, Look, Memory, Notice, Plan, Purpose, Request, View};
use crate::world::{Key, Kind, Str};

/// So many times in a row no user edits an object: another controller or a policy does.
const UNDONE: u32 = 3;

impl Core {
    /// Plans for one object and has the changes sent.
    pub(super) fn reconcile(&mut self, key: Key, now: Now) {
        if self.running.contains_key(&key) {
            return;
        }
        self.counts.reconciles += 1;
        self.forget_what_came_right(&key);
        let plan = self.plan(&key, now);
        let again = plan.again_at.map(|at| now.elapsed + until(at, now.wall));
        let refused = self.retry_of_refused(&key, &plan);
        let undone = self.undone(&key, &plan.changes, now);
        let (changes, repeats) = self.spread_repeats(&key, plan.changes, now);
        let timers = [again, plan.wake_at, repeats, refused];
        let timers = timers.into_iter().flatten();
        self.queue.set_timer(&key, timers.min());
        self.pass_on(&key, plan.notices.into_iter().chain(undone));
        if !changes.is_empty() {
            self.start(key, changes, now);
        } else if repeats.is_none() && plan.held_back.is_empty() {
            self.settle(&key, now);
        } else {
            // What was looked at holds for the next attempt.
            self.attempts.remove(&key);
        }
    }

    /// The changes that may be made now, and when the first of the others may: those were made before and did not last.
    fn spread_repeats(
        &self,
        key: &Key,
        mut changes: Vec<Change>,
        now: Now,
    ) -> (Vec<Change>, Option<Duration>) {
        let mut first: Option<Duration> = None;
        changes.retain(|change| {
            let at = self.repeats.wait(key, change, self.backoff, now.elapsed);
            first = [first, at].into_iter().flatten().min();
            at.is_none()
        });
        (changes, first)
    }

    /// The Events of changes that were made before, again and again, and did not last.
    fn undone(&self, key: &Key, changes: &[Change], now: Now) -> Vec<Notice> {
        let namespace = self.world.namespace(&key.namespace);
        let often = changes.iter().filter(|change| {
            let times = |what| {
                self.repeats
                    .times(key, change, what, self.backoff, now.elapsed)
            };
            fingerprint(change).is_some_and(|what| times(what) >= UNDONE)
        });
        let undone = often.filter_map(|change| plan::write_undone(namespace, key, change));
        undone.collect()
    }

    /// Forgets refusals of what is no longer planned. When to try the first of the others again.
    fn retry_of_refused(&mut self, key: &Key, plan: &Plan) -> Option<Duration> {
        let memory = self.memories.get_mut(key)?;
        let planned = |(kind, name, purpose): &(Kind, Str, Purpose)| {
            let mut changes = plan.changes.iter().chain(&plan.held_back);
            changes.any(|change| {
                change.kind == *kind && change.name == *name && change.purpose == *purpose
            })
        };
        memory.refused.retain(|target, _| planned(target));
        let waiting = plan.held_back.iter().filter_map(|change| {
            let target = (change.kind, change.name.clone(), change.purpose);
            memory.refused.get(&target)
        });
        waiting.map(|refusal| refusal.again_at).min()
    }

    /// Queues changes to be sent.
    fn start(&mut self, key: Key, changes: Vec<Change>, now: Now) {
        let outstanding = changes.len();
        let changes = changes.into_iter();
        let planned = changes.map(|change| self.planned(&key, change, now));
        let planned = planned.collect();
        self.queue.push_changes(planned);
        let running = Running {
            outstanding,
            ..Running::default()
        };
        self.running.insert(key, running);
    }

    /// Forgets alterations of fields that match the template again, whoever fixed them.
    fn forget_what_came_right(&mut self, key: &Key) {
        let Some(memory) = self.memories.get_mut(key) else {
            return;
        };
        let namespace = self.world.namespace(&key.namespace);
        memory.not_as_written.retain(|(kind, name), altered| {
            let differing = plan::differing(namespace, key, *kind, name);
            altered.fields.retain(|field| differing.contains(field));
            !altered.fields.is_empty()
        });
    }

    /// The plan for `key` as things are.
    pub fn plan(&self, key: &Key, now: Now) -> Plan {
        let nothing = Memory::default();
        self.plan_with(key, self.memories.get(key).unwrap_or(&nothing), now)
    }

    /// The plan for `key` if this look, or question, showed what is known anyway.
    pub fn plan_if_looked(&self, key: &Key, look: &Change, now: Now) -> Plan {
        let mut memory = self.memories.get(key).cloned().unwrap_or_default();
        let namespace = self.world.namespace(&key.namespace);
        let shown = match look.request {
            Request::Ask(_) => None,
            _ => namespace.version(look.kind, &look.name),
        };
        let clock = self.world.clock();
        memory.looked(look.kind, &look.name, Look { clock, shown });
        self.plan_with(key, &memory, now)
    }

    /// What the condition `Ready` of the object of `key` is to say as things are, whether or not that is written already.
    pub fn ready(&self, key: &Key, now: Now) -> Option<Condition> {
        let nothing = Memory::default();
        let memory = self.memories.get(key).unwrap_or(&nothing);
        plan::ready(key, self.view(key, memory, now))
    }

    fn plan_with(&self, key: &Key, memory: &Memory, now: Now) -> Plan {
        plan::plan(key, self.view(key, memory, now))
    }

    fn view<'a>(&'a self, key: &Key, memory: &'a Memory, now: Now) -> View<'a> {
        View {
            namespace: self.world.namespace(&key.namespace),
            elsewhere: self.elsewhere(key),
            memory,
            options: &self.options,
            failing: self.attempts.contains_key(key),
            resting: self.rests.has(&key.namespace),
            now: now.wall,
            elapsed: now.elapsed,
        }
    }

    /// Nothing is left to do for `key`: what served only the way here is forgotten.
    fn settle(&mut self, key: &Key, now: Now) {
        self.attempts.remove(key);
        let version = self
            .world
            .namespace(&key.namespace)
            .version(key.kind, &key.name);
        self.repeats
            .settle(key, version.is_some(), self.backoff, now.elapsed);
        if let Some(memory) = self.memories.get_mut(key) {
            memory.looks.clear();
            memory.forget_past(now.elapsed);
            if version.is_none() || memory.is_empty() {
                self.memories.remove(key);
            }
        }
    }

    /// Passes on the notices that did not hold before.
    fn pass_on(&mut self, key: &Key, notices: impl Iterator<Item = Notice>) {
        let notices: BTreeSet<Notice> = notices.collect();
        let before = self.holding.remove(key).unwrap_or_default();
        self.notices.extend(notices.difference(&before).cloned());
        if !notices.is_empty() {
            self.holding.insert(key.clone(), notices);
        }
    }
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}
