// SPDX-License-Identifier: Apache-2.0

//! References to objects that must be there (contract, References).

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::text::is_subdomain;
use crate::field::FieldPath;
use crate::reference::{Named, Reference, Referent};

/// The maximum number of references that a judgement lists.
pub const MOST_REFERENCES: usize = 4096;

/// What an object refers to: each object once, at the first field that names it.
#[derive(Debug, Default)]
pub(super) struct References {
    listed: Vec<Reference>,
    more: usize,
    /// Those that are listed, counted, or were there before an update, as numbers: a machine can name tens of thousands.
    known: HashSet<u64>,
    /// Of this process: nobody can make up two names that count as one.
    keys: RandomState,
}

impl References {
    /// Adds the reference at `at`, if it names an object that could be there.
    pub(super) fn add(&mut self, at: &FieldPath<'_>, referent: Referent, reference: &impl Named) {
        let Some(name) = reference.named().filter(|name| is_subdomain(name)) else {
            return;
        };
        if !self.known.insert(self.keys.hash_one((referent, name))) {
            return;
        }
        if self.listed.len() == MOST_REFERENCES {
            self.more += 1;
            return;
        }
        self.listed.push(Reference {
            field: at.field("name").to_string(),
            referent,
            name: name.to_owned(),
        });
    }

    /// From now on, only what was not referred to yet.
    pub(super) fn added(self) -> Self {
        Self {
            known: self.known,
            keys: self.keys,
            ..Self::default()
        }
    }

    /// The references that are listed, and the number of the others.
    pub(super) fn into_parts(self) -> (Vec<Reference>, usize) {
        (self.listed, self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::LocalRef;

    fn found(names: impl IntoIterator<Item = String>, mut references: References) -> References {
        let at = FieldPath::root("spec");
        for name in names {
            references.add(&at, Referent::Prefix, &LocalRef::new(name));
        }
        references
    }

    #[test]
    fn each_object_is_listed_once_and_of_very_many_only_the_number_is_known() {
        let names = || (0..MOST_REFERENCES + 2).map(|n| format!("p{n}"));
        let twice = found(names().chain(names()), References::default());
        let (listed, more) = twice.into_parts();
        assert_eq!((listed.len(), more), (MOST_REFERENCES, 2));
    }

    #[test]
    fn an_update_refers_to_what_was_not_referred_to_however_much_that_was() {
        let old = (0..3 * MOST_REFERENCES).map(|n| format!("p{n}"));
        let old = found(old, References::default());
        let new = ["p0", "p9999", "q"].map(str::to_owned);
        let (listed, more) = found(new, old.added()).into_parts();
        assert_eq!((listed.len(), more), (1, 0));
        assert_eq!(listed[0].name, "q");
    }
}
