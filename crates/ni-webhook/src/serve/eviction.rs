// SPDX-License-Identifier: Apache-2.0

//! Which connection, or which request, has to go when there is room for no more; pure.
//!
//! Idle ones go first, then those whose request's body is still coming in; of each the oldest first. Handshakes that are
//! slow, or that take more than half of the room, go before all others: a flood of them neither drives out connections
//! that are in use, nor, while it fits into its half, is driven out by connections that are held open. Answers that are going
//! out go last, and what is being judged never goes, so a stranger who only holds something open can't keep others out.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// A body that is still coming in, or an answer that is still going out, counts as activity for this long.
pub const GRACE: Duration = Duration::from_secs(2);

/// Names an entry of a [`Table`].
pub type Id = u64;

/// What an entry was when it was evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its TLS handshake was not complete.
    Handshake,
    /// Nothing was under way, or only what took longer than [`GRACE`].
    Idle,
    /// Its request's body, or the answer that went out, was not complete.
    Incomplete,
}

/// The order of eviction, of those that may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A handshake that is slow, or one of too many.
    SlowHandshake,
    Idle,
    Incomplete,
    Handshake,
    /// An answer is going out. Whoever lets answers wait, one after the other, may not keep all others out.
    Sending,
}

impl Rank {
    fn reason(self) -> Reason {
        match self {
            Self::SlowHandshake | Self::Handshake => Reason::Handshake,
            Self::Idle => Reason::Idle,
            Self::Incomplete | Self::Sending => Reason::Incomplete,
        }
    }
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its body is coming in.
    Receiving,
    /// All of it is here, and its answer is not.
    Judging,
    /// Its answer is going out.
    Sending,
}

/// The requests of one stage.
#[derive(Clone, Copy, Debug)]
struct Tally {
    count: u32,
    /// When the last of them came to this stage.
    last: Instant,
}

#[derive(Debug)]
struct Entry {
    /// When it was last of use: when it was opened, or its last answer was sent.
    since: Instant,
    secured: bool,
    evicted: bool,
    tallies: [Tally; 3],
}

impl Entry {
    fn new(now: Instant) -> Self {
        let none = Tally {
            count: 0,
            last: now,
        };
        Self {
            since: now,
            secured: false,
            evicted: false,
            tallies: [none; 3],
        }
    }

    /// Its place in the order of eviction; `None` where it may not go. `crowded`: handshakes take too much room.
    fn rank(&self, crowded: bool, now: Instant) -> Option<(Rank, Instant)> {
        let [receiving, judging, sending] = self.tallies;
        let active = |tally: Tally| tally.count > 0 && now < tally.last + GRACE;
        if !self.secured {
            let slow = crowded || now >= self.since + GRACE;
            let rank = if slow {
                Rank::SlowHandshake
            } else {
                Rank::Handshake
            };
            Some((rank, self.since))
        } else if judging.count > 0 {
            None
        } else if active(sending) {
            Some((Rank::Sending, sending.last))
        } else if active(receiving) {
            Some((Rank::Incomplete, receiving.last))
        } else {
            Some((Rank::Idle, self.since))
        }
    }
}

/// Connections, or requests, of which there may be only so many at once.
#[derive(Debug)]
pub struct Table {
    capacity: usize,
    entries: HashMap<Id, Entry>,
    next: Id,
}

impl Table {
    /// An empty table with room for `capacity` entries.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: HashMap::new(),
            next: 0,
        }
    }

    /// Adds an entry; `None` where there is no room: then one can be evicted.
    pub fn open(&mut self, now: Instant) -> Option<Id> {
        if self.entries.len() >= self.capacity {
            return None;
        }
        let id = self.next;
        self.next += 1;
        self.entries.insert(id, Entry::new(now));
        Some(id)
    }

    /// Chooses the entry that has to go, and says why. It keeps its room until it is closed.
    ///
    /// `None` where all are busy, or where the one that was chosen before is not closed yet.
    pub fn evict(&mut self, now: Instant) -> Option<(Id, Reason)> {
        if self.entries.values().any(|entry| entry.evicted) {
            return None;
        }
        let handshakes = self.entries.values().filter(|entry| !entry.secured);
        let crowded = handshakes.count() > self.capacity / 2;
        let ranked = self.entries.iter().filter_map(|(id, entry)| {
            let (rank, since) = entry.rank(crowded, now)?;
            Some((rank, since, *id))
        });
        let (rank, _, id) = ranked.min()?;
        self.entries.get_mut(&id)?.evicted = true;
        Some((id, rank.reason()))
    }

    /// Notes that the handshake is complete.
    pub fn secured(&mut self, id: Id) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.secured = true;
        }
    }

    /// Moves a request from one stage to another; without `from` it begins, without `to` it has ended.
    ///
    /// Whether it may go on: not where the entry was evicted or closed.
    pub fn advance(
        &mut self,
        id: Id,
        from: Option<Stage>,
        to: Option<Stage>,
        now: Instant,
    ) -> bool {
        let Some(entry) = self.entries.get_mut(&id) else {
            return false;
        };
        if let Some(stage) = from {
            let tally = &mut entry.tallies[stage as usize];
            tally.count = tally.count.saturating_sub(1);
        }
        if let Some(stage) = to {
            let tally = &mut entry.tallies[stage as usize];
            tally.count += 1;
            tally.last = now;
        }
        if (from, to) == (Some(Stage::Sending), None) {
            entry.since = now;
        }
        !entry.evicted
    }

    /// Removes an entry; whether it was there.
    pub fn close(&mut self, id: Id) -> bool {
        self.entries.remove(&id).is_some()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
#[path = "eviction_tests.rs"]
mod tests;
