// SPDX-License-Identifier: Apache-2.0

//! Whose child an object is.

use crate::world::{Kind, Meta, Namespace};

/// Whether the object's controller owner is gone: the garbage collector will come. Owners of kinds that the
/// world does not hold are taken to be there.
pub(super) fn is_orphaned(meta: &Meta, namespace: &Namespace) -> bool {
    meta.owner.as_ref().is_some_and(|owner| {
        let mut kinds = Kind::ALL.into_iter();
        kinds.find(|kind| owner.is_a(*kind)).is_some_and(|kind| {
            let known = namespace.meta(kind, &owner.name);
            known.is_none_or(|meta| meta.uid != owner.uid)
        })
    })
}

/// Whether the object is a managed child of an owner of this kind, or left to the garbage collector: its owner
/// repairs it, nobody claims or releases it.
pub(super) fn is_child(meta: &Meta, owner: Kind, namespace: &Namespace) -> bool {
    is_orphaned(meta, namespace)
        || meta.ephemeral
            && meta
                .owner
                .as_ref()
                .is_some_and(|reference| reference.is_a(owner))
}

/// Whether an object that some of this kind may hold is released once its holder names it no longer.
pub(super) fn is_released(meta: &Meta, holder: Kind, namespace: &Namespace) -> bool {
    !meta.deleting && !meta.external && !is_child(meta, holder, namespace)
}

/// How a message names what is in the way.
pub(super) fn describe(kind: Kind, meta: &Meta) -> String {
    match &meta.owner {
        Some(owner) => format!(
            "{} {} of {} {}",
            kind.as_str(),
            meta.name,
            owner.kind,
            owner.name
        ),
        None => format!("{} {}", kind.as_str(), meta.name),
    }
}
