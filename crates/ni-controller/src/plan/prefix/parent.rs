// SPDX-License-Identifier: Apache-2.0

//! What a prefix grants to others: one write of its record for all who wait, and for all that was given back.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::time::Duration;

use address_space::{Block as Bits, Cover, Draft, Space};
use ironcore_api::address::Prefix as Block;
use ironcore_api::ipam::MOST_PENDING;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::record;
use super::write_status;
use crate::plan::{Change, Plan, Purpose, View, finalizer};
use crate::world::{Asks, Entry, Prefix, Queue, Record, Rest, Selector, Waiter};

/// How long after a write those who wait are gathered for the next, unless there are many.
const GATHER_FOR: Duration = Duration::from_millis(100);
/// So many need not wait for others.
const MANY: usize = 64;
/// So many are granted in one write. What is under way stands in each further write, and the requests that take it further are
/// no more than a few at once: granting more would only make records long.
const MOST_AT_ONCE: usize = 128;
/// While so many are under way, requests have enough to do, and who waits for a grant would wait for them anyway.
const ENOUGH: usize = 64;
/// How long after a write the record is only cleaned up. A grant never waits longer.
pub(in crate::plan) const CLEAN_UP_AFTER: Duration = Duration::from_secs(1);

/// Plans the next write of the record.
pub(super) fn plan(prefix: &Prefix, view: View<'_>, plan: &mut Plan) {
    let Some(root) = prefix.root() else {
        return;
    };
    // From any other version blocks could be given twice, or taken from who has them.
    if !view.namespace.prefixes.is_anchored(&prefix.meta.name) {
        return;
    }
    let since = |wait: Duration| {
        view.memory
            .granted_at
            .map_or(Duration::ZERO, |at| at + wait)
    };
    let allocation = view.namespace.allocation();
    let empty = Space::of(root);
    let space = allocation.space(&prefix.meta.name).unwrap_or(&empty);
    let mut next = Next::of(prefix, space, view);
    let at_rest = since(CLEAN_UP_AFTER);
    if next.kept.len() >= ENOUGH && view.elapsed < at_rest {
        plan.wake_at = Some(at_rest);
        return;
    }
    if record::obstacle(prefix, view).is_none() && !record::is_lost(prefix, view) {
        next.grant(prefix, root, view);
    }
    let due = match next.granted.len() {
        0 => at_rest,
        MANY.. => Duration::ZERO,
        _ => since(GATHER_FOR),
    };
    if view.elapsed < due {
        plan.wake_at = Some(due);
    } else if !next.granted.is_empty() && !finalizer::is_on::<Prefix>(&prefix.finalizers) {
        plan.changes.push(finalizer::put_on::<Prefix>(
            &prefix.meta,
            &prefix.finalizers,
        ));
    } else {
        plan.changes.extend(next.write(prefix, root, view));
    }
}

/// The next record.
struct Next<'a> {
    draft: Draft<'a>,
    /// The entries that stay.
    kept: Vec<Entry>,
    granted: Vec<Entry>,
    resting: Vec<Rest>,
}

impl<'a> Next<'a> {
    /// As things are, with nothing granted yet.
    fn of(prefix: &Prefix, space: &'a Space, view: View<'_>) -> Self {
        let pending = prefix.pending().iter();
        let kept = pending.filter(|entry| record::is_under_way(prefix, entry, view));
        let mut draft = space.draft();
        let resting = prefix.record.iter().flat_map(|record| &record.resting);
        let resting: Vec<Rest> = resting
            .filter(|rest| rest.until > view.now)
            .cloned()
            .collect();
        for rest in &resting {
            draft.rest(rest.block);
        }
        Self {
            draft,
            kept: kept.cloned().collect(),
            granted: Vec::new(),
            resting,
        }
    }

    /// Grants to all who wait, as far as there is room: first those who name a block, then those who ask for a length, the
    /// oldest first in both.
    fn grant(&mut self, prefix: &Prefix, root: Block, view: View<'_>) {
        let queues: Vec<_> = view.namespace.allocation().queues(prefix).collect();
        let most = MOST_PENDING.saturating_sub(self.kept.len());
        let most = most.min(MOST_AT_ONCE);
        let turn = Turn { prefix, view, most };
        self.grant_named(&queues, &turn);
        for address in prefix.reserved(root) {
            self.draft.keep(address);
        }
        self.grant_lengths(root, &queues, &turn);
    }

    fn grant_named(&mut self, queues: &[(Option<&Selector>, &Queue)], turn: &Turn<'_>) {
        for block in queues.iter().flat_map(|(_, queue)| queue.kept()) {
            self.draft.keep(block);
        }
        let named = queues.iter().flat_map(|(selector, queue)| {
            let waiters = queue.naming();
            waiters.map(move |waiter| (*selector, waiter))
        });
        let mut named: Vec<_> = named.collect();
        named.sort_by_key(|(_, waiter)| *waiter);
        for (selector, waiter) in named {
            let Asks::Block(block) = waiter.asks else {
                continue;
            };
            if self.granted.len() == turn.most {
                // What can't be granted keeps nothing from anybody.
                if self.draft.is_free(block) {
                    self.draft.keep(block);
                }
            } else if turn.is_first_choice(selector, waiter.asks)
                && !turn.is_served(waiter)
                && self.draft.take(block)
            {
                self.note(block, waiter);
            }
        }
    }

    fn grant_lengths(
        &mut self,
        root: Block,
        queues: &[(Option<&Selector>, &Queue)],
        turn: &Turn<'_>,
    ) {
        let lengths = queues.iter().flat_map(|(selector, queue)| {
            let lengths = queue.lengths(root.family());
            let chosen = lengths.filter(|(length, _)| {
                let asks = Asks::Length(root.family(), *length);
                turn.is_first_choice(*selector, asks)
            });
            chosen.map(|(length, waiters)| (length, waiters.iter().peekable()))
        });
        let mut lengths: Vec<(u8, Peekable<_>)> = lengths.collect();
        while self.granted.len() < turn.most {
            let oldest = lengths.iter_mut().enumerate();
            let oldest = oldest.filter_map(|(at, (_, waiters))| Some((at, *waiters.peek()?)));
            let Some((at, waiter)) = oldest.min_by_key(|(_, waiter)| *waiter) else {
                return;
            };
            let (length, waiters) = &mut lengths[at];
            waiters.next();
            if turn.is_served(waiter) {
                continue;
            }
            match self.draft.take_lowest(*length) {
                Some(block) => self.note(block, waiter),
                // One that can't be served blocks nobody who asks for less.
                None => drop(lengths.swap_remove(at)),
            }
        }
    }

    fn note(&mut self, block: Block, waiter: &Waiter) {
        self.granted.push(Entry {
            block,
            uid: waiter.uid.clone(),
        });
    }

    /// The write of the record, if there is something to write.
    fn write(mut self, prefix: &Prefix, root: Block, view: View<'_>) -> Option<Change> {
        let before = prefix.record.as_deref();
        let recorded = before.map(|record| &record.used);
        let mut used = self.draft.used();
        let mut texts = record::texts(&used, root);
        if record::bytes(&texts) > Record::MOST_BYTES {
            // Taking back what leaves holes, or granting into them, would need a longer list.
            used.extend(recorded.into_iter().flat_map(Cover::iter));
            texts = record::texts(&used, root);
            if record::bytes(&texts) > Record::MOST_BYTES {
                self.granted.clear();
                let held = recorded.cloned().unwrap_or_default();
                texts = record::texts(&held, root);
                used = held;
            }
        }
        let mut pending = self.kept;
        pending.append(&mut self.granted);
        pending.sort_unstable();
        let same_pending = *prefix.pending() == *pending;
        let same_used = recorded.map_or(used.is_empty(), |recorded| *recorded == used);
        if same_pending && same_used {
            return None;
        }
        let capacity = record::draft_capacity(self.draft, prefix.reserved(root));
        let mut status = json!({ "capacity": capacity });
        if before.map_or(0, |before| before.bytes) != record::bytes(&texts) || !same_used {
            status["used"] = list(texts);
        }
        if !same_pending {
            let entries = pending.iter();
            let entries = entries
                .map(|entry| json!({ "prefix": entry.block.to_string(), "uid": &*entry.uid }));
            status["pending"] = list(entries.collect());
        }
        let freed = recorded
            .into_iter()
            .flat_map(Cover::iter)
            .flat_map(|block| used.missing(block));
        let resting = rest(&self.resting, freed, &used, root, view);
        if before.map_or(&[][..], |before| &before.resting) != &*resting {
            let resting = resting.iter();
            let resting = resting
                .map(|rest| json!({ "prefix": rest.block.to_string(), "until": Time(rest.until) }));
            status["resting"] = list(resting.collect());
        }
        Some(write_status(prefix, &status, Purpose::Grant))
    }
}

/// A list in a merge patch: one that is empty is taken away.
fn list<T: Into<Value>>(items: Vec<T>) -> Value {
    if items.is_empty() {
        Value::Null
    } else {
        items.into()
    }
}

/// What rests from now on: what rested and was not granted again, and what was freed. Times are rounded up to an eighth of the
/// delay, so that neighbours can be one block; beyond the bound what ends soonest is dropped.
fn rest(
    resting: &[Rest],
    freed: impl Iterator<Item = Bits>,
    used: &Cover,
    root: Block,
    view: View<'_>,
) -> Vec<Rest> {
    let mut covers: BTreeMap<Timestamp, Cover> = BTreeMap::new();
    for rest in resting {
        let left = used.missing(rest.block.into());
        covers.entry(rest.until).or_default().extend(left);
    }
    let delay = view.options.reuse_delay;
    if !delay.is_zero() {
        let cover = covers.entry(round_up(view.now, delay)).or_default();
        cover.extend(freed);
    }
    let rests = covers.into_iter().rev().flat_map(|(until, cover)| {
        let blocks: Vec<Bits> = cover.iter().collect();
        blocks.into_iter().map(move |block| Rest {
            block: block.prefix(root.family()),
            until,
        })
    });
    let mut rests: Vec<Rest> = rests.take(MOST_PENDING).collect();
    rests.sort_unstable();
    rests
}

fn round_up(now: Timestamp, delay: Duration) -> Timestamp {
    let step = i64::try_from(delay.as_secs() / 8)
        .unwrap_or(i64::MAX)
        .max(1);
    let until = now
        .as_second()
        .saturating_add(i64::try_from(delay.as_secs()).unwrap_or(i64::MAX));
    let rounded = until
        .div_euclid(step)
        .saturating_add(1)
        .saturating_mul(step);
    Timestamp::from_second(rounded).unwrap_or(Timestamp::MAX)
}

/// Whose turn it is to grant.
struct Turn<'a> {
    prefix: &'a Prefix,
    view: View<'a>,
    /// How many can be granted in this write.
    most: usize,
}

impl Turn<'_> {
    /// Whether some prefix is granting a block to it already.
    fn is_served(&self, waiter: &Waiter) -> bool {
        let mut granting = self.view.namespace.allocation().granting(&waiter.uid);
        granting.next().is_some()
    }

    /// Whether this parent is the selector's first choice: no selected parent that comes before it has room.
    fn is_first_choice(&self, selector: Option<&Selector>, asks: Asks) -> bool {
        let Some(selector) = selector else {
            return true;
        };
        let allocation = self.view.namespace.allocation();
        let mut better = allocation.before(self.prefix, selector, self.view.namespace);
        !better.any(|other| {
            record::obstacle(other, self.view).is_none() && record::has_room(other, asks, self.view)
        })
    }
}
