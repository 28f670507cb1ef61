// SPDX-License-Identifier: Apache-2.0

//! What a change means for plans.

use std::collections::BTreeSet;

use super::namespace::Key;

/// Objects whose plans a change concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dirty {
    /// What their plans read has changed.
    pub changed: BTreeSet<Key>,
    /// Only versions have changed. Plans read them only to write their requests, so an object at rest stays at rest.
    pub renewed: BTreeSet<Key>,
}

impl Dirty {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// All of them.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.changed.iter().chain(&self.renewed)
    }
}

/// To be planned for whatever has changed.
impl FromIterator<Key> for Dirty {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self {
            changed: keys.into_iter().collect(),
            renewed: BTreeSet::new(),
        }
    }
}
