// SPDX-License-Identifier: Apache-2.0

//! What to do about one object: pure functions of what the world shows, what is remembered, and the time.
//!
//! ```text
//! View ──▶ plan() ──▶ the planner of the object's kind ──▶ what was refused is held back ──▶ Plan
//! ```
//!
//! A plan leaves nothing to decide: whoever applies it only sends it.
//!
//! - What goes in: [`View`] shows the object's namespace, what the core has looked up in another one ([`Elsewhere`]), what is
//!   remembered of earlier attempts ([`Memory`]), and what operators decide ([`Options`]).
//! - What comes out: each [`Change`] is a [`Request`] and its [`Purpose`], each [`Notice`] an Event. What no watch can tell is a
//!   [`Question`].
//! - Who plans: `machine`, `interface`, `virtual_ip`, `network` and `prefix`, one for each kind. `children` makes, repairs, replaces
//!   and removes what machines and interfaces declare, `claim` says who gets what several name, `finalizer` keeps what others need,
//!   and `status` says how an interface is.

mod change;
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
mod purpose;
mod question;
mod same;
mod status;
#[cfg(test)]
mod tests;
mod undone;
mod view;
mod virtual_ip;

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;

use change::ask;
pub(crate) use change::look;
pub use change::{Change, Request};
pub use children::{Field, attempt, came_back_different, differing};
pub use list::some_of;
pub use memory::{Altered, Basis, Look, Memory, Refusal, Unrecorded};
pub use notice::{Notice, Reason};
pub use options::{Allocator, DuplicateAddresses, Options, Replace, StatusOwner};
pub use purpose::Purpose;
pub use question::Question;
use undone::hold_back;
pub use undone::write_undone;
pub use view::{Elsewhere, PublicPools, View};

use crate::seeded::{self, Fault};
use crate::world::{Key, Kind, Object, Slot};

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

/// The plan for an object that needs nothing done, but is named when it does not decode.
fn unreadable<T: Object>(slot: Option<&Slot<T>>) -> Plan {
    let mut plan = Plan::default();
    if let Some(Slot::Bad(undecodable)) = slot {
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
