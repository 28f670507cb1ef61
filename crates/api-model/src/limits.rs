// SPDX-License-Identifier: Apache-2.0

//! What a test takes away: rights, and room for more objects.

use std::collections::BTreeSet;

use super::Server;

/// What a right is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// To read an object.
    Get,
    /// To create one.
    Create,
    /// To patch one.
    Patch,
    /// To patch the status of one.
    PatchStatus,
    /// To delete one.
    Delete,
}

/// What is not allowed.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Limits<K> {
    forbidden: BTreeSet<(K, Verb)>,
    full: BTreeSet<K>,
}

impl<K> Default for Limits<K> {
    fn default() -> Self {
        Self {
            forbidden: BTreeSet::new(),
            full: BTreeSet::new(),
        }
    }
}

impl<K: Copy + Ord> Limits<K> {
    pub(crate) fn may(&self, kind: K, verb: Verb) -> bool {
        !self.forbidden.contains(&(kind, verb))
    }

    pub(crate) fn is_full(&self, kind: K) -> bool {
        self.full.contains(&kind)
    }
}

impl<K: Copy + Ord> Server<K> {
    /// Gives a right, or takes it away. It is looked at before anything else.
    pub fn set_right(&mut self, kind: K, verb: Verb, given: bool) {
        let forbidden = &mut self.limits.forbidden;
        if given {
            forbidden.remove(&(kind, verb));
        } else {
            forbidden.insert((kind, verb));
        }
    }

    /// Says whether a quota leaves no room for objects of a kind. It is looked at once an object is valid, before its name.
    pub fn set_full(&mut self, kind: K, full: bool) {
        if full {
            self.limits.full.insert(kind);
        } else {
            self.limits.full.remove(&kind);
        }
    }
}
