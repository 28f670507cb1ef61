// SPDX-License-Identifier: Apache-2.0

//! Who is planned for after a change: whoever reads what has changed, and of those that read only a new version, whoever is not at rest.

use super::{Core, Now};
use crate::world::{Dirty, Key};

impl Core {
    /// Queues those that may have something to do now.
    pub(super) fn enqueue(&mut self, dirty: &Dirty, now: Now) {
        if !self.leads {
            return;
        }
        for key in dirty.keys() {
            if !dirty.changed.contains(key) && self.is_at_rest(key) {
                continue;
            }
            // What is under way is looked at again when its last answer is in, and all of a namespace once it is known.
            let known = self.world.shows_all_of(&key.namespace);
            if known && !self.running.contains_key(key) {
                self.queue.push(key.clone(), now.elapsed);
            }
        }
    }

    /// Whether nothing is left to do for this object, unless it is queued: nothing is under way, remembered, reported or awaited.
    fn is_at_rest(&self, key: &Key) -> bool {
        !self.running.contains_key(key)
            && !self.memories.contains_key(key)
            && !self.attempts.contains_key(key)
            && !self.holding.contains_key(key)
            && !self.repeats.has(key)
            && !self.queue.has_timer(key)
    }
}
