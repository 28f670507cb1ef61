// SPDX-License-Identifier: Apache-2.0

//! Who owns whom in a namespace.

use std::collections::HashSet;
use std::fmt::{Display, Formatter, Result};

use ironcore_api::KINDS;
use serde_json::Value;

use super::At;
use super::reads::text;

/// The objects of a namespace.
pub(super) struct Kin(Vec<(At, Value)>);

impl Kin {
    pub(super) fn new(objects: Vec<(At, Value)>) -> Self {
        Self(objects)
    }

    /// Whether something is being deleted that an object owns, or that what it owns does.
    pub(super) fn owns_deleted(&self, object: &Value) -> bool {
        let owner = api_model::uid(object);
        self.0.iter().any(|(_, below)| {
            let above = self.above(below);
            api_model::uid(below) != owner && above.contains(&owner) && is_deleted(below)
        })
    }

    /// Whether two owners are one, or something owns both, or one of them the other.
    pub(super) fn are_related(&self, one: &Value, other: &Value) -> bool {
        let all = |reference: &Value| {
            let named = |(_, object): &&(At, Value)| *api_model::uid(object) == reference["uid"];
            let owner = self.0.iter().find(named);
            owner.map_or_else(HashSet::new, |(_, owner)| self.above(owner))
        };
        one["uid"] == other["uid"] || !all(one).is_disjoint(&all(other))
    }

    /// The UIDs of an object, of its owners, of theirs.
    fn above(&self, object: &Value) -> HashSet<String> {
        let mut above = HashSet::from([api_model::uid(object)]);
        for owner in owners(object) {
            let named = |(_, object): &&(At, Value)| *api_model::uid(object) == owner["uid"];
            if let Some((_, owner)) = self.0.iter().find(named) {
                above.extend(self.above(owner));
            }
        }
        above
    }
}

/// For people, a line for each.
impl Display for Kin {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (kind, object) in &self.0 {
            write!(f, "  {}/{}", KINDS[*kind].plural, text(object, "name"))?;
            for owner in owners(object) {
                let waits = if owner["blockOwnerDeletion"] == true {
                    ", which waits for it"
                } else {
                    ""
                };
                write!(f, " of {}{waits}", owner["name"])?;
            }
            let finalizers = &object["metadata"]["finalizers"];
            if finalizers.is_array() {
                write!(f, " held by {finalizers}")?;
            }
            writeln!(
                f,
                "{}",
                if is_deleted(object) {
                    " being deleted"
                } else {
                    ""
                }
            )?;
        }
        Ok(())
    }
}

fn is_deleted(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

fn owners(object: &Value) -> impl Iterator<Item = &Value> {
    let owners = object["metadata"]["ownerReferences"].as_array();
    owners.into_iter().flatten()
}
