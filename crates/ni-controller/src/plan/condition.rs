// SPDX-License-Identifier: Apache-2.0

//! Our conditions among those of an object: `Ready`, and `Stalled` while only a change of the object itself can help.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

pub(super) use crate::world::{NO_ROOM, READY};

/// There while only a change of the object itself can help.
const STALLED: &str = "Stalled";

/// What our conditions say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict<'a> {
    /// Whether the object has what it asks for.
    pub ready: bool,
    /// Whether only a change of the object itself can help.
    pub stalled: bool,
    /// One word.
    pub reason: &'a str,
    /// The whole sentence.
    pub message: &'a str,
}

impl<'a> Verdict<'a> {
    /// The object has all that it asks for.
    pub(super) fn ready(reason: &'a str) -> Self {
        Self {
            ready: true,
            stalled: false,
            reason,
            message: "",
        }
    }
}

/// The conditions of an object of this generation: ours as the verdict says, others' as they are.
pub(super) fn with_ours(
    stored: &[Condition],
    verdict: &Verdict<'_>,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let mut conditions = stored.to_vec();
    let mut set = |type_: &str, status: &str| {
        let at = conditions.iter().position(|known| known.type_ == type_);
        let since = at.map(|at| &conditions[at]);
        let since = since.filter(|known| known.status == status);
        let since = since.map_or(Time(now), |known| known.last_transition_time.clone());
        let condition = Condition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: verdict.reason.to_owned(),
            message: verdict.message.to_owned(),
            last_transition_time: since,
            observed_generation: Some(generation),
        };
        match at {
            Some(at) => conditions[at] = condition,
            None => conditions.push(condition),
        }
    };
    set(READY, if verdict.ready { "True" } else { "False" });
    if verdict.stalled {
        set(STALLED, "True");
    } else {
        conditions.retain(|condition| condition.type_ != STALLED);
    }
    conditions
}

/// The condition `Ready` among these.
pub(super) fn ready(conditions: Vec<Condition>) -> Option<Condition> {
    let mut conditions = conditions.into_iter();
    conditions.find(|condition| condition.type_ == READY)
}
