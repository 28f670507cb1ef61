// SPDX-License-Identifier: Apache-2.0

//! What is remembered of earlier attempts for one object: answers that no object shows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::prefix::CLEAN_UP_AFTER;
use super::{Field, Purpose};
use crate::seeded::{self, Fault};
use crate::world::{Kind, Meta, Namespace, Str};

/// What is remembered for one object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// What the API server refused, by target and purpose.
    pub refused: BTreeMap<(Kind, Str, Purpose), Refusal>,
    /// Children of which something that was written came back different.
    pub not_as_written: BTreeMap<(Kind, Str), Altered>,
    /// The last look at each object.
    pub looks: BTreeMap<(Kind, Str), Look>,
    /// When the record of what it grants was written last, since the start.
    pub granted_at: Option<Duration>,
    /// What it granted last was not recorded.
    pub unrecorded: Option<Unrecorded>,
}

/// A read of an object, or a question about one, that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Where the world's clock stood when it was sent.
    pub clock: u64,
    /// The version that it showed; none if the object was not there, or the question was answered by no.
    pub shown: Option<u64>,
}

/// A grant that did not stay in the record: the definition lacks the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unrecorded {
    /// The generation of the object that grants.
    pub generation: i64,
    /// When to try again all the same, since the start.
    pub again_at: Duration,
}

impl Memory {
    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Forgets what no longer delays anything.
    pub fn forget_past(&mut self, elapsed: Duration) {
        self.granted_at = self.granted_at.filter(|at| elapsed < *at + CLEAN_UP_AFTER);
        self.unrecorded = self.unrecorded.filter(|lost| elapsed < lost.again_at);
    }

    /// The fields of the child `name` of `kind` that came back different in this attempt of its owner.
    pub fn altered(&self, kind: Kind, name: &str, attempt: u64) -> &BTreeSet<Field> {
        static NONE: BTreeSet<Field> = BTreeSet::new();
        if self.not_as_written.is_empty() {
            return &NONE;
        }
        let altered = self.not_as_written.get(&(kind, name.into()));
        altered
            .filter(|altered| altered.attempt == attempt)
            .map_or(&NONE, |altered| &altered.fields)
    }

    /// Remembers a look at the object `name` of `kind`.
    pub fn looked(&mut self, kind: Kind, name: &Str, look: Look) {
        self.looks.insert((kind, name.clone()), look);
    }

    /// The last look at the object `name` of `kind`, if it was sent after the world's clock stood at `since`.
    pub fn look_since(&self, kind: Kind, name: &str, since: u64) -> Option<Look> {
        if seeded::has(Fault::LookWithoutKind) {
            let mut looks = self.looks.iter();
            let look = looks.find(|((_, of), look)| **of == *name && look.clock >= since);
            return look.map(|(_, look)| Look {
                shown: None,
                ..*look
            });
        }
        let look = self.looks.get(&(kind, name.into())).copied();
        look.filter(|look| look.clock >= since)
    }
}

/// What something between us and the API server's store altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// The owner's attempt: what it asked for.
    pub attempt: u64,
    /// The fields that came back different.
    pub fields: BTreeSet<Field>,
}

/// A request that the API server refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What it was decided from: while that is the same, it waits.
    pub of: Basis,
    /// What the API server said.
    pub message: String,
    /// How often it was refused, in a row.
    pub times: u32,
    /// When to try it again all the same, since the start: what lets it through is often no object that we watch.
    pub again_at: Duration,
}

/// What a decision is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Version of the object that the plan is for; of an interface whose children the request is about, its generation: its
    /// version changes by our own status writes.
    pub planner: u64,
    /// Version of the object that the request is about; 0 for one that is not there.
    pub target: u64,
}

impl Basis {
    /// Of a request about the object `name` of `kind` that is planned for the object of kind `planner` with this metadata.
    pub fn of(
        namespace: &Namespace,
        (planner, meta): (Kind, Option<&Meta>),
        (kind, name): (Kind, &str),
    ) -> Self {
        Self {
            planner: meta.map_or(0, |meta| Self::planner(planner, meta, kind)),
            target: namespace.version(kind, name).unwrap_or(0),
        }
    }

    /// What it says of the planner, for a request about an object of `kind`.
    pub(super) fn planner(planner: Kind, meta: &Meta, kind: Kind) -> u64 {
        if planner == Kind::NetworkInterface && kind != planner {
            meta.generation.unsigned_abs()
        } else {
            meta.version
        }
    }
}
