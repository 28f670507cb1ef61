//! What is remembered of earlier attempts for one object: answers that no object shows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Field, Purpose};
use crate::world::{Kind, Meta, Str};

/// What is remembered for one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// What the API server refused, by target and purpose.
    pub refused: BTreeMap<(Kind, Str, Purpose), Refusal>,
    /// Children of which something that was written came back different.
    pub not_as_written: BTreeMap<(Kind, Str), Altered>,
    /// The last look at each object, with where the world's clock stood when it was sent.
    pub looks: BTreeMap<(Kind, Str), u64>,
}

impl Memory {
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The fields of the child `name` of `kind` that came back different from what this generation of its owner asks for.
    pub fn altered(&self, kind: Kind, name: &str, owner: &Meta) -> &BTreeSet<Field> {
        static NONE: BTreeSet<Field> = BTreeSet::new();
        if self.not_as_written.is_empty() {
            return &NONE;
        }
        let altered = self.not_as_written.get(&(kind, name.into()));
        altered
            .filter(|altered| altered.generation == owner.generation)
            .map_or(&NONE, |altered| &altered.fields)
    }

    /// Remembers a look at the object `name` of `kind` that was sent when the world's clock stood at `clock`.
    pub fn looked(&mut self, kind: Kind, name: &Str, clock: u64) {
        self.looks.insert((kind, name.clone()), clock);
    }

    /// Whether the object `name` of `kind` was looked at after the world's clock stood at `since`.
    pub fn looked_since(&self, kind: Kind, name: &str, since: u64) -> bool {
        let look = self.looks.get(&(kind, name.into()));
        look.is_some_and(|clock| *clock >= since)
    }
}

/// What something between us and the API server's store altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// The owner's generation that asked for what was written.
    pub generation: i64,
    /// The fields that came back different.
    pub fields: BTreeSet<Field>,
}

/// A request that the API server refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The versions that it was decided from: while they are the same, it waits.
    pub of: Basis,
    /// What the API server said.
    pub message: String,
    /// How often it was refused, in a row.
    pub times: u32,
    /// When to try it again all the same, since the start: what lets it through is often no object that we watch.
    pub again_at: Duration,
}

/// The versions that a decision is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Version of the object that the plan is for.
    pub planner: u64,
    /// Version of the object that the request is about; 0 for one that is not there.
    pub target: u64,
}
