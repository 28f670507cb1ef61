// SPDX-License-Identifier: Apache-2.0

//! Who is told when room is lost: those who were silent, as they were about to get it.

use super::Touched;
use crate::world::decode::Slot;
use crate::world::kinds::{Kind, Namespace};
use crate::world::object::Affect;

impl Namespace {
    /// While a prefix does not decode, has all that records say be held.
    fn freeze_records(&mut self, affect: Affect<'_>) {
        let frozen = !self.prefixes.all_decode();
        let allocation = &mut self.links.allocation;
        if allocation.frozen == frozen {
            return;
        }
        allocation.frozen = frozen;
        for prefix in self.prefixes.all().filter_map(Slot::good) {
            if frozen {
                allocation.hold_record(prefix);
            } else {
                allocation.release_record(prefix);
            }
            if prefix.record.is_some() {
                affect(Kind::Prefix, &prefix.meta.name);
            }
        }
        allocation.concerned(affect);
    }

    /// Names the prefixes that wait for what was taken since the last call: they were silent, as they were about to get it.
    pub(in crate::world) fn settle_rooms(&mut self, affect: Affect<'_>) {
        self.freeze_records(affect);
        let touched = std::mem::take(&mut self.links.allocation.touched);
        let allocation = &self.links.allocation;
        for (name, Touched { room, taken }) in touched {
            let Some(parent) = self.prefixes.get(&name) else {
                continue;
            };
            let now = allocation.whole_room(&name).unwrap_or(u8::MAX);
            let mut kept = allocation
                .queues(parent)
                .flat_map(|(_, queue)| queue.kept());
            let gone = match kept.next() {
                Some(_) => 0..u8::MAX,
                None => room.unwrap_or(u8::MAX)..now,
            };
            let Some(root) = parent.root() else {
                continue;
            };
            for (selector, queue) in allocation.queues(parent) {
                let lengths = queue
                    .lengths(root.family())
                    .filter(|(length, _)| gone.contains(length));
                let lengths = lengths.flat_map(|(_, waiters)| waiters);
                let named = taken.iter().flat_map(|block| queue.naming_of(*block));
                let mut any = false;
                for waiter in lengths.chain(named) {
                    affect(Kind::Prefix, &waiter.name);
                    any = true;
                }
                // It is another's turn to serve them.
                let selector = selector.filter(|_| any);
                let others = selector
                    .into_iter()
                    .flat_map(|selector| allocation.selected(selector, root.family(), &*self));
                others.for_each(|other| affect(Kind::Prefix, &other.meta.name));
            }
        }
    }
}
