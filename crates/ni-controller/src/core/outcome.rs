// SPDX-License-Identifier: Apache-2.0

//! What answers mean.

use std::collections::BTreeSet;
use std::time::Duration;

use super::queue::{Planned, Repeated};
use super::{Core, Now, Sent};
use crate::plan::{
    Altered, Change, Field, Look, Memory, Purpose, Refusal, Request, Unrecorded, attempt,
    came_back_different,
};
use crate::seeded::{self, Fault};
use crate::world::{AnyObject, Dirty, Key, Kind, Loss, Source};

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The object as the API server has it now.
    Object(AnyObject),
    /// It is gone.
    Gone,
    /// The answer to a question.
    Told(bool),
    /// It was not done.
    Failed(Failure),
}

/// Why a request was not done, by what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// An object of that name exists: look at it.
    #[error("already exists")]
    AlreadyExists,
    /// The object is another or a newer one than the request was meant for: decide again.
    #[error("conflict: {0}")]
    Conflict(String),
    /// There is no such object, or no such namespace to create it in.
    #[error("not found")]
    NotFound,
    /// The namespace is being deleted: rest.
    #[error("the namespace is being deleted")]
    NamespaceTerminating,
    /// It is not allowed, now (a quota, a right): retry, and say so.
    #[error("refused: {0}")]
    Forbidden(String),
    /// It is invalid, as things are: retry seldom, and say so.
    #[error("refused: {0}")]
    Refused(String),
    /// It may go better later: retry, not before this wait if the server asked for one.
    #[error("{message}")]
    Transient {
        /// What happened.
        message: String,
        /// What the server asked for.
        after: Option<Duration>,
    },
}

impl Failure {
    /// One word, for metrics: there are as many as variants.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AlreadyExists => "already_exists",
            Self::Conflict(_) => "conflict",
            Self::NotFound => "not_found",
            Self::NamespaceTerminating => "namespace_terminating",
            Self::Forbidden(_) | Self::Refused(_) => "refused",
            Self::Transient { .. } => "transient",
        }
    }
}

/// Whether an answer may show that the other changes of its plan no longer hold. They are about other objects than a write
/// that is answered as one would expect.
fn is_surprise(change: &Change, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Object(_) | Outcome::Gone => change.request == Request::Read,
        Outcome::Failed(Failure::NotFound | Failure::NamespaceTerminating) => true,
        Outcome::Told(_)
        | Outcome::Failed(
            Failure::AlreadyExists
            | Failure::Conflict(_)
            | Failure::Forbidden(_)
            | Failure::Refused(_)
            | Failure::Transient { .. },
        ) => false,
    }
}

/// Whether the answer to this write is kept from the world: never, but by a seeded fault.
fn is_kept_from_the_world(change: &Change) -> bool {
    let creates = matches!(change.request, Request::Create(_));
    let writes = !change.request.is_read();
    creates && seeded::has(Fault::OwnCreatesUnknown)
        || writes && seeded::has(Fault::OwnWritesUnknown)
}

impl Core {
    /// Takes in what came of the order with this ticket.
    pub fn answer(&mut self, ticket: u64, outcome: Outcome, now: Now) {
        let Some(sent) = self.sent.remove(&ticket) else {
            return;
        };
        let key = &sent.planned.key;
        self.queue.answered(&key.namespace);
        let mut dirty = Dirty::new();
        let mut wait = None;
        let surprise = is_surprise(&sent.planned.change, &outcome);
        let retry = match outcome {
            Outcome::Object(object) => {
                self.compare(&sent, &object, now);
                if matches!(sent.planned.change.request, Request::Create(_)) {
                    self.rests.created(&key.namespace, sent.at);
                }
                self.learn(&sent, object, &mut dirty, now);
                false
            }
            Outcome::Gone => {
                self.lose(&sent, &mut dirty);
                false
            }
            Outcome::Told(yes) => {
                if !yes {
                    self.looked(&sent, None);
                }
                // The watch is about to show what there is.
                yes
            }
            Outcome::Failed(failure) => {
                if let Failure::Transient { after, .. } = failure {
                    // What a server asks for is not taken at its word beyond the longest wait of our own.
                    wait = after.map(|after| after.min(self.backoff.cap));
                }
                self.fail(&sent, failure, &mut dirty, now)
            }
        };
        self.sweep_for_new_pools();
        self.outdate(dirty.keys().filter(|other| surprise || *other != key));
        let is_write = !sent.planned.change.request.is_read();
        if is_write
            && sent.planned.change.kind != key.kind
            && let Some(running) = self.running.get_mut(key)
        {
            // What waits of the same plan may be a status, which says what became of this.
            running.answered = true;
        }
        self.enqueue(&dirty, now);
        self.finish(key, retry, wait, now);
        if !self.leads {
            self.stand_by();
        }
    }

    fn learn(&mut self, sent: &Sent, object: AnyObject, dirty: &mut Dirty, now: Now) {
        let Change {
            kind,
            name,
            purpose,
            then,
            ..
        } = &sent.planned.change;
        let key = &sent.planned.key;
        let version = object.meta().version;
        if sent.gone.contains(&object.meta().uid) && !seeded::has(Fault::LateAnswerBelieved) {
            dirty.changed.insert(key.clone());
        } else if sent.relisted
            && self
                .world
                .namespace(&key.namespace)
                .meta(*kind, name)
                .is_none()
        {
            self.look(key, *kind, name, now);
        } else {
            let source = match purpose {
                Purpose::Look => Source::Look(sent.clock),
                _ => Source::Answer(sent.planned.change.request.from_version()),
            };
            self.note_record(sent, &object, now);
            if !is_kept_from_the_world(&sent.planned.change) {
                self.world.learn(object, source, dirty);
            }
        }
        if *purpose == Purpose::Look {
            self.looked(sent, Some(version));
            return;
        }
        if let Some(memory) = self.memories.get_mut(key) {
            memory.refused.remove(&(*kind, name.clone(), *purpose));
        }
        self.repeats.take_back(key, &sent.planned.change);
        if let Some(Repeated { what, first, .. }) = sent.planned.repeats {
            let change = &sent.planned.change;
            self.repeats
                .note(key, change, (what, first), self.backoff, now.elapsed);
        }
        let altered = self.altered(sent, version);
        if altered.is_empty() {
            self.notices.extend(then.clone());
        } else {
            let namespace = self.world.namespace(&key.namespace);
            let attempt = attempt(namespace, key, *kind, name).unwrap_or_default();
            let known = &mut self.memory(key).not_as_written;
            let before = known.remove(&(*kind, name.clone()));
            let mut fields = before
                .filter(|before| before.attempt == attempt)
                .map_or_else(BTreeSet::new, |before| before.fields);
            fields.extend(altered);
            known.insert((*kind, name.clone()), Altered { attempt, fields });
        }
    }

    /// The fields of a child that did not come back as they were written; none where the world has moved on.
    fn altered(&self, sent: &Sent, version: u64) -> BTreeSet<Field> {
        let (key, change) = (&sent.planned.key, &sent.planned.change);
        let namespace = self.world.namespace(&key.namespace);
        let owner = namespace.meta(key.kind, &key.name);
        let current = owner.is_some_and(|owner| owner.generation == sent.planned.generation)
            && namespace.version(change.kind, &change.name) == Some(version);
        if current {
            came_back_different(namespace, key, change)
        } else {
            BTreeSet::new()
        }
    }

    /// The object that the request was about is gone.
    fn lose(&mut self, sent: &Sent, dirty: &mut Dirty) {
        let Change {
            kind,
            name,
            request,
            then,
            ..
        } = &sent.planned.change;
        let target = Key {
            namespace: sent.planned.key.namespace.clone(),
            kind: *kind,
            name: name.clone(),
        };
        let (uid, loss) = match request {
            Request::Read => {
                self.looked(sent, None);
                let known = self.world.namespace(&target.namespace);
                let stale = known
                    .seen(*kind, name)
                    .is_some_and(|seen| seen <= sent.clock);
                let meta = known.meta(*kind, name).filter(|_| stale);
                (meta.map(|meta| meta.uid.clone()), Loss::Unexplained)
            }
            Request::Delete { uid, .. } => {
                self.repeats
                    .take_back(&sent.planned.key, &sent.planned.change);
                self.notices.extend(then.clone());
                (Some(uid.clone()), Loss::Ours)
            }
            Request::Create(_) | Request::Patch(_) | Request::PatchStatus(_) => {
                (sent.planned.uid.clone(), Loss::Unexplained)
            }
            Request::Ask(_) => (None, Loss::Unexplained),
        };
        if let Some(uid) = uid {
            self.world.forget(&target, &uid, loss, dirty);
        }
        dirty.changed.insert(sent.planned.key.clone());
    }

    /// Takes in a failure; answers whether it is to be tried again after a wait.
    fn fail(&mut self, sent: &Sent, failure: Failure, dirty: &mut Dirty, now: Now) -> bool {
        let key = &sent.planned.key;
        let change = &sent.planned.change;
        let creates = matches!(change.request, Request::Create(_));
        match failure {
            Failure::NotFound if !creates => {
                self.lose(sent, dirty);
                false
            }
            Failure::NotFound | Failure::NamespaceTerminating => {
                self.rest(sent, dirty, now);
                false
            }
            Failure::AlreadyExists => {
                self.look(key, change.kind, &change.name, now);
                true
            }
            // The plan needs this read.
            Failure::Forbidden(_) | Failure::Refused(_) if change.request.is_read() => true,
            Failure::Forbidden(message) => self.refuse(sent, message, false, now),
            Failure::Refused(message) => self.refuse(sent, message, true, now),
            Failure::Conflict(_) => {
                if self.goes_on(sent) {
                    self.look(key, change.kind, &change.name, now);
                }
                true
            }
            Failure::Transient { .. } => true,
        }
    }

    /// Remembers when the record of what a prefix grants was written, and whether it shows what was granted.
    fn note_record(&mut self, sent: &Sent, object: &AnyObject, now: Now) {
        let Planned { key, change, .. } = &sent.planned;
        let (Purpose::Grant, Request::PatchStatus(body)) = (change.purpose, &change.request) else {
            return;
        };
        let AnyObject::Prefix(slot) = object else {
            return;
        };
        let sent = body["status"]["pending"].as_array().into_iter().flatten();
        let uids = sent.filter_map(|pending| pending["uid"].as_str());
        let shown = |uid: &str| {
            let prefix = slot.good();
            prefix.is_some_and(|prefix| prefix.pending_for(uid).is_some())
        };
        let recorded = uids.into_iter().all(shown);
        let unrecorded = (!recorded).then(|| Unrecorded {
            generation: slot.meta().generation,
            again_at: now.elapsed + self.backoff.cap,
        });
        let memory = self.memory(key);
        memory.granted_at = Some(now.elapsed);
        memory.unrecorded = unrecorded;
    }

    /// Remembers a refusal and when to try again: with the usual backoff, or at its cap only. What else was planned for the
    /// object does not wait.
    fn refuse(&mut self, sent: &Sent, message: String, seldom: bool, now: Now) -> bool {
        let Planned {
            key, change, of, ..
        } = &sent.planned;
        let backoff = self.backoff;
        let refused = &mut self.memory(key).refused;
        let target = (change.kind, change.name.clone(), change.purpose);
        let before = refused.get(&target).filter(|before| before.of == *of);
        let times = before.map_or(0, |before| before.times).saturating_add(1);
        let wait = backoff.wait(key, if seldom { u32::MAX } else { times });
        let refusal = Refusal {
            of: *of,
            message,
            times,
            again_at: now.elapsed + wait,
        };
        refused.insert(target, refusal);
        false
    }

    /// Has `name` read, as part of what is under way for `key`.
    pub(super) fn look(&mut self, key: &Key, kind: Kind, name: &str, now: Now) {
        let look = self.planned(key, crate::plan::look(kind, name), now);
        self.queue.push_changes(vec![look]);
        self.running.entry(key.clone()).or_default().outstanding += 1;
    }

    fn looked(&mut self, sent: &Sent, shown: Option<u64>) {
        let Planned { key, change, .. } = &sent.planned;
        let look = Look {
            clock: sent.clock,
            shown,
        };
        self.memory(key).looked(change.kind, &change.name, look);
    }

    fn memory(&mut self, key: &Key) -> &mut Memory {
        self.memories.entry(key.clone()).or_default()
    }

    /// One request of `key` is answered. With the last one, the object is looked at again, after a wait if any failed.
    fn finish(&mut self, key: &Key, retry: bool, wait: Option<Duration>, now: Now) {
        let Some(running) = self.running.get_mut(key) else {
            return;
        };
        running.outstanding -= 1;
        running.failed |= retry;
        running.wait = running.wait.max(wait.unwrap_or_default());
        if running.outstanding > 0 {
            return;
        }
        let (failed, stale, wait) = (running.failed, running.stale, running.wait);
        self.running.remove(key);
        if !failed {
            self.attempts.remove(key);
            self.queue.push(key.clone(), now.elapsed);
            return;
        }
        self.counts.retries += 1;
        let attempts = self.attempts.entry(key.clone()).or_default();
        *attempts += 1;
        if stale {
            self.queue.push(key.clone(), now.elapsed);
            return;
        }
        let at = now.elapsed + self.backoff.wait(key, *attempts).max(wait);
        self.queue.set_timer(key, Some(at));
    }
}
