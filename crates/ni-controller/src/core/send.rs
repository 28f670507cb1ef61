// SPDX-License-Identifier: Apache-2.0

//! Planned changes on their way out, with what their answers will need to be understood.

use serde_json::{Value, json};

use super::queue::{Planned, Repeated};
use super::repeats::fingerprint;
use super::{Core, Now, Order, Sent};
use crate::plan::{Basis, Change, Purpose, Request};
use crate::world::Key;

impl Core {
    /// The change, with what it is decided from.
    pub(super) fn planned(&self, key: &Key, change: Change, now: Now) -> Planned {
        let namespace = self.world.namespace(&key.namespace);
        let planner = namespace.meta(key.kind, &key.name);
        let target = namespace.meta(change.kind, &change.name);
        let uid = target.map(|meta| meta.uid.clone());
        let of = Basis::of(namespace, (key.kind, planner), (change.kind, &change.name));
        let repeats = fingerprint(&change)
            .filter(|_| change.purpose != Purpose::Make || self.is_made_again(key))
            .map(|what| Repeated {
                what,
                times: self
                    .repeats
                    .times(key, &change, what, self.backoff, now.elapsed),
                first: change.purpose == Purpose::Status
                    && namespace.is_unreported(change.kind, &change.name),
            });
        Planned {
            key: key.clone(),
            change,
            repeats,
            generation: planner.map_or(0, |meta| meta.generation),
            uid,
            of,
        }
    }

    /// Whether a child of the object of `key` went and is made again: then the object was looked at. What is made for the first
    /// time need not be remembered.
    fn is_made_again(&self, key: &Key) -> bool {
        let memory = self.memories.get(key);
        memory.is_some_and(|memory| memory.look_since(key.kind, &key.name, 0).is_some())
    }

    pub(super) fn send(&mut self, planned: Planned, now: Now) -> Order {
        self.tickets += 1;
        let repeats = planned.repeats.map_or(0, |repeated| repeated.times);
        self.counts.retries += u64::from(repeats > 0);
        let order = Order {
            ticket: self.tickets,
            key: planned.key.clone(),
            uid: planned.uid.clone(),
            change: planned.change,
            repeats,
        };
        let planned = Planned {
            change: without_body(&order.change),
            ..planned
        };
        let Change { kind, name, .. } = &planned.change;
        let baseline = self.baseline(&planned.key.namespace, *kind, name);
        self.queue.sent(&planned.key.namespace);
        self.sent.insert(
            self.tickets,
            Sent {
                planned,
                clock: self.world.clock(),
                at: now.elapsed,
                baseline,
                gone: Vec::new(),
                appeared: false,
                relisted: false,
            },
        );
        order
    }
}

/// What is needed to understand the answer: not the large bodies.
fn without_body(change: &Change) -> Change {
    let request = match &change.request {
        Request::Create(_) => Request::Create(Value::Null),
        Request::PatchStatus(body) => Request::PatchStatus(json!({
            "metadata": body["metadata"],
            // Whether it stays in the record is seen by the answer.
            "status": { "pending": body["status"]["pending"] },
        })),
        patch @ Request::Patch(_) => patch.clone(),
        delete @ Request::Delete { .. } => delete.clone(),
        Request::Read => Request::Read,
        ask @ Request::Ask(_) => ask.clone(),
    };
    Change {
        request,
        then: change.then.clone(),
        name: change.name.clone(),
        ..*change
    }
}
