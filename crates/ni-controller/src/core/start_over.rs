// SPDX-License-Identifier: Apache-2.0

//! An API server that went back to an older state, as after a restore from a backup: what shows it, and how everything starts over.

use std::time::Duration;

use super::{Core, Now, Sent};
use crate::plan::Request;
use crate::restored::{Baseline, WentBack};
use crate::world::{AnyObject, Key, Kind, Str};

/// How long after a new start answers prove nothing: where the lists come from a server that still shows what was before
/// the restore, one proof would follow the other.
const PAUSE: Duration = Duration::from_mins(1);

/// How many conflicts in a row, over a version that nothing newer has replaced, are put down to a watch that is late.
const LATE: u32 = 2;

impl Core {
    /// What has proved since the last call that the API server went back: all that is known is of another history. Whoever
    /// runs the core has it [start over](Core::start_over), and lists everything again.
    pub fn take_proof(&mut self) -> Option<WentBack> {
        self.proof.take()
    }

    /// Forgets all that is known and planned, and stands by, as if it had just been made. Answers to what is under way
    /// are ignored: the lists will show what came of it, or the watches.
    pub fn start_over(&mut self, now: Now) {
        self.sent.clear();
        self.stand_by();
        self.queue.forget_requests();
        self.world.forget_all();
        self.leads = false;
        self.proof = None;
        self.started_over = Some(now.elapsed);
    }

    /// What is known now of the object that a request is about.
    pub(super) fn baseline(&self, namespace: &Str, kind: Kind, name: &str) -> Baseline {
        Baseline {
            known: self.world.namespace(namespace).version(kind, name),
            shown_up_to: self.world.shown_up_to(kind, namespace),
        }
    }

    /// Compares an answer with what was known when its request was sent.
    pub(super) fn compare(&mut self, sent: &Sent, object: &AnyObject, now: Now) {
        let started_over = self.started_over;
        if started_over.is_some_and(|at| now.elapsed < at + PAUSE) {
            return;
        }
        let (change, version) = (&sent.planned.change, object.meta().version);
        let created = matches!(change.request, Request::Create(_));
        if let Some(seen) = sent.baseline.contradicted_by(version, created) {
            let key = Key {
                namespace: sent.planned.key.namespace.clone(),
                kind: change.kind,
                name: change.name.clone(),
            };
            self.proof = Some(WentBack {
                of: key.to_string(),
                seen: seen.to_string(),
                now: version.to_string(),
            });
        }
    }

    /// Whether a conflict goes on although nothing newer has become known: then the watch is blind, or the API server went
    /// back, and only a read can tell.
    pub(super) fn goes_on(&self, sent: &Sent) -> bool {
        let key = &sent.planned.key;
        let change = &sent.planned.change;
        let known = self.world.namespace(&key.namespace);
        let known = known.version(change.kind, &change.name).unwrap_or(0);
        let before = self.attempts.get(key).copied().unwrap_or(0);
        before >= LATE && known == sent.planned.of.target
    }
}
