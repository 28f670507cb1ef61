// SPDX-License-Identifier: Apache-2.0

//! What stands where a child should be.

use crate::plan::child::is_orphaned;
use crate::seeded::{self, Fault};
use crate::world::{Meta, Namespace, Object, Slot};

/// What stands where a desired child should be.
#[derive(Debug)]
pub(in crate::plan) enum Standing<'a, T> {
    /// Nothing: it can be made.
    Missing,
    /// The owner's own child.
    Ours(&'a T),
    /// The owner's own child, which does not decode: it is waited for.
    Undecodable,
    /// A child that is on its way out: it is waited for.
    Leaving,
    /// Something that is not the owner's: it is reported, never touched.
    InTheWay(&'a Meta),
}

/// Looks at what bears the name `name`, where an owner desires a child; `is_ours` says whether an object is that child.
pub(in crate::plan) fn standing<'a, T: Object>(
    namespace: &'a Namespace,
    name: &str,
    is_ours: impl Fn(&Slot<T>) -> bool,
) -> Standing<'a, T> {
    let Some(slot) = T::store(namespace).slot(name) else {
        return Standing::Missing;
    };
    let meta = slot.meta();
    if meta.deleting || is_orphaned(meta, namespace) {
        return Standing::Leaving;
    }
    match slot {
        Slot::Good(object) if is_ours(slot) || seeded::has(Fault::AdoptionByName) => {
            Standing::Ours(object)
        }
        Slot::Bad(_) if is_ours(slot) => Standing::Undecodable,
        _ => Standing::InTheWay(meta),
    }
}
