//! What is remembered of earlier attempts for one object: answers that no object shows.

use std::collections::BTreeMap;

use super::Purpose;
use crate::world::Str;

/// What is remembered for one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// What the API server refused for good, by target and purpose: waits for a change.
    pub refused: BTreeMap<(Str, Purpose), Refusal>,
    /// Children whose last write came back different, with the owner's generation that asked for it.
    pub not_as_written: BTreeMap<Str, i64>,
    /// Children that their watch reported gone, with where the world's clock stood: the machine may have gone first.
    pub lost: BTreeMap<Str, u64>,
    /// The last look at another object.
    pub looked: Option<Look>,
}

impl Memory {
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether `name` was looked at after the world's clock stood at `since`.
    pub fn looked_since(&self, name: &str, since: u64) -> bool {
        self.looked
            .as_ref()
            .is_some_and(|look| &*look.name == name && look.clock >= since)
    }
}

/// A request that a retry can't mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was asked for, and of which versions: the same again is not tried.
    pub of: Answered,
    /// What the API server said.
    pub message: String,
}

/// The versions that a decision was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Version of the object that the plan is for.
    pub planner: u64,
    /// Version of the object that the request is about; 0 for one that is not there.
    pub target: u64,
}

/// A look at an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its name.
    pub name: Str,
    /// Where the world's clock stood when it was asked for.
    pub clock: u64,
}
