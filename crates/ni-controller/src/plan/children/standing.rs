//! What stands where a child should be.

use crate::plan::child::is_orphaned;
use crate::world::{Meta, Namespace, Object, Slot, Store};

/// What stands where a desired child should be.
#[derive(Debug)]
pub(super) enum Standing<'a, T> {
    /// Nothing: it can be made.
    Missing,
    /// The owner's own child.
    Ours(&'a T),
    /// A child that is on its way out, or that is the owner's and does not decode: it is waited for.
    Leaving,
    /// Something that is not the owner's: it is reported, never touched.
    InTheWay(&'a Meta),
}

/// Looks at what bears the name `name`, where the owner with UID `owner` desires a child.
pub(super) fn standing<'a, T: Object>(
    namespace: &Namespace,
    store: &'a Store<T>,
    name: &str,
    owner: &str,
) -> Standing<'a, T> {
    let Some(slot) = store.slot(name) else {
        return Standing::Missing;
    };
    let meta = slot.meta();
    if meta.deleting || is_orphaned(meta, namespace) {
        return Standing::Leaving;
    }
    match slot {
        Slot::Good(object) if meta.is_managed_by(owner) => Standing::Ours(object),
        Slot::Bad(_) if meta.is_managed_by(owner) => Standing::Leaving,
        _ => Standing::InTheWay(meta),
    }
}
