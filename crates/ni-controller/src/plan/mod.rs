// SPDX-License-Identifier: Apache-2.0

//! What to do about one object: pure functions of what the world shows, what is remembered, and the time.
//!
//! A plan leaves nothing to decide: whoever applies it only sends it.

mod child;
mod children;
mod claim;
mod condition;
mod finalizer;
mod interface;
mod list;
mod machine;
mod memory;
mod merge;
mod network;
mod notice;
mod options;
mod prefix;
mod question;
mod same;
mod status;
#[cfg(test)]
mod tests;
mod virtual_ip;

use std::time::Duration;

use ironcore_api::address::Prefix as Block;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

pub use children::{Field, attempt, came_back_different, differing};
pub use list::some_of;
pub use memory::{Altered, Basis, Look, Memory, Refusal, Unrecorded};
pub use notice::{Notice, Reason};
pub use options::{Allocator, DuplicateAddresses, Options, Replace, StatusOwner};
pub use question::Question;

use crate::seeded::{self, Fault};
use crate::world::{Holder, Key, Kind, Meta, Namespace, Pools, Str};

/// Why a change is made: for logs, metrics and people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// A declared child is missing.
    Make,
    /// A child differs from its template.
    Repair,
    /// A child differs in what can't change: it is deleted, and then created again.
    Replace,
    /// A child is no longer declared.
    Remove,
    /// A child is now referred to: it stays, and is its user's.
    Keep,
    /// An object is given to the oldest that names it.
    Claim,
    /// An object's holder is gone, or names it no longer.
    Release,
    /// Blocks are granted and taken back, in the record of the prefix that they are of.
    Grant,
    /// A prefix is told the block that it was granted.
    Assign,
    /// An object that others need gets the finalizer that keeps it until they are gone.
    Protect,
    /// That finalizer comes off.
    Unprotect,
    /// Status.
    Status,
    /// A look at what is really there, before something is taken away or after a surprise.
    Look,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Make,
        Self::Repair,
        Self::Replace,
        Self::Remove,
        Self::Keep,
        Self::Claim,
        Self::Release,
        Self::Grant,
        Self::Assign,
        Self::Protect,
        Self::Unprotect,
        Self::Status,
        Self::Look,
    ];

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Repair => "repair",
            Self::Replace => "replace",
            Self::Remove => "remove",
            Self::Keep => "keep",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Grant => "grant",
            Self::Assign => "assign",
            Self::Protect => "protect",
            Self::Unprotect => "unprotect",
            Self::Status => "status",
            Self::Look => "look",
        }
    }
}

/// A request to the API server.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Create this object.
    Create(Value),
    /// Merge this into the object; it carries the uid, and the resource version where a lost update would hurt.
    Patch(Value),
    /// Merge this into the object's status.
    PatchStatus(Value),
    /// Delete the object in this very version.
    Delete {
        /// Its UID.
        uid: Str,
        /// Its resource version.
        version: u64,
    },
    /// Read the object.
    Read,
    /// Ask the API server a question about the object: the answer is yes or no, and nothing more is learned.
    Ask(Question),
}

impl Request {
    /// The version from which alone it is done, if it names one.
    pub fn from_version(&self) -> Option<u64> {
        match self {
            Self::Patch(body) | Self::PatchStatus(body) => {
                let version = body["metadata"]["resourceVersion"].as_str()?;
                version.parse().ok()
            }
            Self::Delete { version, .. } => Some(*version),
            Self::Create(_) | Self::Read | Self::Ask(_) => None,
        }
    }

    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Read | Self::Ask(_))
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Kind of the object.
    pub kind: Kind,
    /// Its name, in the namespace of the plan.
    pub name: Str,
    /// The request.
    pub request: Request,
    /// Why.
    pub purpose: Purpose,
    /// The Event to send once it is done.
    pub then: Option<Notice>,
}

/// What to do about one object, now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Requests, each independent of the others.
    pub changes: Vec<Change>,
    /// The Events that hold as long as the world is like this.
    pub notices: Vec<Notice>,
    /// When to look again even if nothing changes.
    pub again_at: Option<Timestamp>,
    /// The same, since the start.
    pub wake_at: Option<Duration>,
    /// Requests that were refused and wait for their next attempt.
    pub held_back: Vec<Change>,
}

impl Plan {
    /// Plans one look at an object, however often it is asked for.
    fn look_once(&mut self, kind: Kind, name: &str) {
        let look = look(kind, name);
        if !self.changes.contains(&look) {
            self.changes.push(look);
        }
    }
}

/// What a planner sees of another namespace than its object's: public addresses are of pools in one, for virtual IPs of all.
/// Requests are for the object's own namespace all the same, but for questions.
#[derive(Clone, Copy, Debug)]
pub struct Elsewhere<'a> {
    /// The public pools, for a virtual IP and for a prefix of their namespace; none where this controller hands out no addresses, or
    /// does not know all of the namespace yet.
    pub pools: Option<PublicPools<'a>>,
    /// For a prefix of the pools' namespace: the virtual IP that it holds an address for.
    pub holder: Holder<'a>,
    /// Whether the holder's namespace is being deleted.
    pub holder_rests: bool,
    /// For a prefix of the pools' namespace: the block of the pool that operators want by this name.
    pub wanted: Option<Block>,
}

impl Elsewhere<'_> {
    /// Nothing.
    pub const NOTHING: Self = Self {
        pools: None,
        holder: Holder::Unknown,
        holder_rests: false,
        wanted: None,
    };
}

/// The public pools.
#[derive(Clone, Copy, Debug)]
pub struct PublicPools<'a> {
    /// Which there are.
    pub pools: &'a Pools,
    /// Their namespace, with the prefixes that hold addresses.
    pub namespace: &'a Namespace,
}

/// What a planner sees.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The object's namespace.
    pub namespace: &'a Namespace,
    /// What it sees of another namespace.
    pub elsewhere: Elsewhere<'a>,
    /// What is remembered of earlier attempts for this object.
    pub memory: &'a Memory,
    /// What operators decide.
    pub options: &'a Options,
    /// Whether the namespace is being deleted: nothing is created or claimed in it.
    pub resting: bool,
    /// Whether the last attempt for this object failed.
    pub failing: bool,
    /// The time, for `lastStateTransitionTime` and for "has waited for …" alone.
    pub now: Timestamp,
    /// The time since the start, for what waits for its next attempt.
    pub elapsed: Duration,
}

impl View<'_> {
    /// The answer to this very request, decided from the same, if the API server refused it.
    fn refusal(&self, change: &Change, planner: (Kind, Option<&Meta>)) -> Option<&Refusal> {
        let key = (change.kind, change.name.clone(), change.purpose);
        let refusal = self.memory.refused.get(&key)?;
        let basis = Basis::of(self.namespace, planner, (change.kind, &change.name));
        (!change.request.is_read() && refusal.of == basis).then_some(refusal)
    }

    /// Whether the object `name` of `kind` was looked at after the world's clock stood at `since`, and is not known in an older
    /// state than the look has shown. A list that is old may take the world back behind it, and then decides nothing without
    /// another look.
    fn has_looked(&self, kind: Kind, name: &str, since: Option<u64>) -> bool {
        let Some(look) = self.look_since(kind, name, since) else {
            return false;
        };
        let known = self.namespace.version(kind, name);
        look.shown
            .is_none_or(|shown| known.is_some_and(|known| known >= shown))
            || seeded::has(Fault::LookOutlivesView)
    }

    /// Whether the last look at the object `name` of `kind`, sent after the world's clock stood at `since`, found nothing.
    fn has_found_nothing(&self, kind: Kind, name: &str, since: Option<u64>) -> bool {
        let look = self.look_since(kind, name, since);
        look.is_some_and(|look| look.shown.is_none())
    }

    fn look_since(&self, kind: Kind, name: &str, since: Option<u64>) -> Option<Look> {
        self.memory.look_since(kind, name, since?)
    }
}

/// Reads the object `name`.
pub(crate) fn look(kind: Kind, name: &str) -> Change {
    Change {
        kind,
        name: name.into(),
        request: Request::Read,
        purpose: Purpose::Look,
        then: None,
    }
}

/// Asks the API server about the object `name`.
fn ask(kind: Kind, name: &str, question: Question) -> Change {
    Change {
        request: Request::Ask(question),
        ..look(kind, name)
    }
}

/// How long an interface waits before an Event says so.
pub const WAITING_AFTER: Duration = Duration::from_secs(30);

/// Plans for the object of `key`.
pub fn plan(key: &Key, view: View<'_>) -> Plan {
    let mut plan = match key.kind {
        Kind::Machine => machine::plan(&key.name, view),
        Kind::NetworkInterface => interface::plan(&key.name, view),
        Kind::VirtualIp => virtual_ip::plan(&key.name, view),
        Kind::Network => network::plan(&key.name, view),
        Kind::Prefix => prefix::plan(&key.name, view),
    };
    let meta = view.namespace.meta(key.kind, &key.name);
    hold_back((key.kind, meta), view, &mut plan);
    let doubtful = view.namespace.is_doubtful(key.kind, &key.name);
    if doubtful && !seeded::has(Fault::DoubtfulNotRead) {
        plan.changes.insert(0, look(key.kind, &key.name));
    }
    plan
}

/// What the condition `Ready` of the object of `key` is to say. `None` for kinds that have none, for what does not decode or is on
/// its way out, and for a prefix that is about to get its block.
pub fn ready(key: &Key, view: View<'_>) -> Option<Condition> {
    match key.kind {
        Kind::NetworkInterface => interface::ready(&key.name, view),
        Kind::Prefix => prefix::ready(&key.name, view),
        Kind::Machine | Kind::Network | Kind::VirtualIp => None,
    }
}

/// Holds back what was refused and waits for its next attempt, and says what was refused.
fn hold_back(planner: (Kind, Option<&Meta>), view: View<'_>, plan: &mut Plan) {
    if view.memory.refused.is_empty() {
        return;
    }
    for change in std::mem::take(&mut plan.changes) {
        let refusal = view.refusal(&change, planner);
        plan.notices
            .extend(refusal.and_then(|refusal| write_refused(&change, refusal, view)));
        if refusal.is_some_and(|refusal| view.elapsed < refusal.again_at) {
            plan.held_back.push(change);
        } else {
            plan.changes.push(change);
        }
    }
}

/// The Event of a write that was refused. Children's are on their owner.
fn write_refused(change: &Change, refusal: &Refusal, view: View<'_>) -> Option<Notice> {
    let what = match change.purpose {
        Purpose::Claim
        | Purpose::Release
        | Purpose::Grant
        | Purpose::Assign
        | Purpose::Protect
        | Purpose::Unprotect
        | Purpose::Status => written(change.purpose),
        Purpose::Make
        | Purpose::Repair
        | Purpose::Replace
        | Purpose::Remove
        | Purpose::Keep
        | Purpose::Look => return None,
    };
    let meta = view.namespace.meta(change.kind, &change.name)?;
    let message = format!("{what} can't be written: {}", refusal.message);
    Some(Notice::on(Reason::WriteRefused, change.kind, meta, message))
}

/// The Event of a write that somebody takes back each time: on what was to be written, or where that is not there, on the
/// object of `key`, for which it was planned.
pub fn write_undone(namespace: &Namespace, key: &Key, change: &Change) -> Option<Notice> {
    let (kind, name) = (change.kind.as_str(), &change.name);
    let Some(meta) = namespace.meta(change.kind, name) else {
        let owner = namespace.meta(key.kind, &key.name)?;
        let message = format!(
            "{kind} {name} does not stay: somebody deletes it each time this controller makes it"
        );
        return Some(Notice::on(Reason::WriteUndone, key.kind, owner, message));
    };
    let who = match &meta.last_writer {
        Some(manager) => format!("the field manager {manager:?} wrote the object last"),
        None => "the object does not say who wrote it last".to_owned(),
    };
    let what = written(change.purpose);
    let message = format!("{what} does not last: something takes it back each time, and {who}");
    Some(Notice::on(Reason::WriteUndone, change.kind, meta, message))
}

/// What a write for this purpose writes of an object, as an Event on the object says it.
fn written(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Claim => "the claim of this object",
        Purpose::Release => "the release of this object",
        Purpose::Grant => "what is granted of this object",
        Purpose::Assign => "the block of this object",
        Purpose::Protect | Purpose::Unprotect => "the finalizer of this object",
        Purpose::Status => "the status of this object",
        Purpose::Repair => "what the template says of this object",
        Purpose::Make | Purpose::Replace | Purpose::Remove | Purpose::Keep | Purpose::Look => {
            "this object"
        }
    }
}

/// The plan for an object that needs nothing done, but is named when it does not decode.
fn unreadable<T: crate::world::Object>(slot: Option<&crate::world::Slot<T>>) -> Plan {
    let mut plan = Plan::default();
    if let Some(crate::world::Slot::Bad(undecodable)) = slot {
        plan.notices.push(Notice::on(
            Reason::NotDecodable,
            T::KIND,
            &undecodable.meta,
            format!(
                "is skipped, because it does not decode: {}",
                undecodable.error
            ),
        ));
    }
    plan
}
