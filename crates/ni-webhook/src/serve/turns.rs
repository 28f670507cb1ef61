// SPDX-License-Identifier: Apache-2.0

//! Whose body may come in, so that all of them together stay below so many bytes; pure.
//!
//! Bodies wait in line, first come, first served. Who has the turn and does not send while others wait loses it.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Names one that waits or has the turn.
pub type Id = u64;

/// As much of a body has to come in before its time starts over.
pub const PROGRESS: usize = 64 << 10;

/// How long who has the turn may take for its next step, in proportion to how long a request may take: where requests
/// have more time, so have senders that are slow.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// While others wait, the next [`PROGRESS`] bytes of a body have to come in within this time.
    pub stall: Duration,
    /// While nobody waits. An answer has to be read within it while others wait.
    pub grace: Duration,
}

/// An API server waits no longer for an answer.
const LONGEST: Duration = Duration::from_secs(30);

impl Pace {
    /// That of requests that may take `limit`: 500 ms and 2 s of 4 s. Beyond 30 s nobody is given more.
    pub fn of(limit: Duration) -> Self {
        let limit = limit.min(LONGEST);
        Self {
            stall: limit / 8,
            grace: limit / 2,
        }
    }
}

#[derive(Debug)]
struct Holder {
    bytes: usize,
    /// From then on others may take its turn; `None` while it depends on us alone.
    due: Option<Instant>,
}

/// So many bytes, and who has them.
#[derive(Debug)]
pub struct Turns {
    free: usize,
    capacity: usize,
    stall: Duration,
    holders: BTreeMap<Id, Holder>,
    waiting: VecDeque<(Id, usize)>,
    next: Id,
}

impl Turns {
    /// Nobody has any of `capacity` bytes. While others wait, a body has to come on within `stall`.
    pub fn new(capacity: usize, stall: Duration) -> Self {
        Self {
            free: capacity,
            capacity,
            stall,
            holders: BTreeMap::new(),
            waiting: VecDeque::new(),
            next: 0,
        }
    }

    /// Asks for `bytes`; whether they are granted at once. One that is larger than all there is gets all.
    pub fn join(&mut self, bytes: usize, now: Instant) -> (Id, bool) {
        let id = self.next;
        self.next += 1;
        self.waiting.push_back((id, bytes.min(self.capacity)));
        (id, self.grant(now).contains(&id))
    }

    /// A part of the body has come in.
    pub fn progress(&mut self, id: Id, now: Instant) {
        self.expect_by(id, Some(now + self.stall));
    }

    /// All of the body is here.
    pub fn complete(&mut self, id: Id) {
        self.expect_by(id, None);
    }

    /// From `due` on others may take its turn.
    pub fn expect_by(&mut self, id: Id, due: Option<Instant>) {
        if let Some(holder) = self.holders.get_mut(&id) {
            holder.due = due;
        }
    }

    /// Gives back what it has, or leaves the line; whose turn it is now.
    pub fn leave(&mut self, id: Id, now: Instant) -> Vec<Id> {
        match self.holders.remove(&id) {
            Some(holder) => self.free += holder.bytes,
            None => self.waiting.retain(|(waits, _)| *waits != id),
        }
        self.grant(now)
    }

    /// Who has had the turn for too long, if others wait for it.
    pub fn overdue(&self, now: Instant) -> Option<Id> {
        if self.waiting.is_empty() {
            return None;
        }
        let due = self
            .holders
            .iter()
            .filter_map(|(id, holder)| Some((holder.due?, *id)));
        due.filter(|(due, _)| *due <= now).min().map(|(_, id)| id)
    }

    /// Bytes that are taken.
    pub fn taken(&self) -> usize {
        self.capacity - self.free
    }

    fn grant(&mut self, now: Instant) -> Vec<Id> {
        let mut granted = Vec::new();
        while let Some((id, bytes)) = self.waiting.front().copied() {
            let Some(free) = self.free.checked_sub(bytes) else {
                break;
            };
            self.free = free;
            self.waiting.pop_front();
            let due = Some(now + self.stall);
            self.holders.insert(id, Holder { bytes, due });
            granted.push(id);
        }
        granted
    }
}

#[cfg(test)]
#[path = "turns_tests.rs"]
mod tests;
