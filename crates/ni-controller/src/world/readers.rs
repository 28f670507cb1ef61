// SPDX-License-Identifier: Apache-2.0

//! Who has to be planned for when an object comes, changes or goes: only those that read what changed.

use std::collections::BTreeSet;

use super::Dirty;
use super::contests::Bid;
use super::decode::Slot;
use super::kinds::{Kind, Namespace};
use super::meta::Str;
use super::namespace::Key;
use super::object::{Affect, Object};

/// Names who is affected by an object of which only the version has changed.
pub(super) fn renewed<T: Object>(of: &Str, slot: &Slot<T>, dirty: &mut Dirty) {
    let keys = if T::READS_VERSIONS {
        &mut dirty.changed
    } else {
        &mut dirty.renewed
    };
    let renew = &mut collect(of, keys);
    renew(T::KIND, &slot.meta().name);
    note_owner(slot, renew);
}

/// Names the owner of an object: what it writes to its children names their version.
fn note_owner<T: Object>(slot: &Slot<T>, affect: Affect<'_>) {
    if let Some((kind, owner)) = slot.meta().owner_key() {
        affect(kind, &owner);
    }
}

/// Names who is affected by an object that came or changed. Answers what it may be another's turn to have now.
pub(super) fn changed<T: Object>(
    namespace: &Namespace,
    old: Option<Slot<T>>,
    new: &Slot<T>,
    of: &Str,
    dirty: &mut Dirty,
) -> Vec<Bid> {
    let meta = new.meta();
    let same = old.as_ref().is_some_and(|old| old.meta().uid == meta.uid);
    if same && !T::READS_VERSIONS {
        note_owner(new, &mut collect(of, &mut dirty.renewed));
    } else {
        note_owner(new, &mut collect(of, &mut dirty.changed));
    }
    let affect = &mut collect(of, &mut dirty.changed);
    affect(T::KIND, &meta.name);
    let Some(mut old) = old else {
        return came(namespace, new, affect);
    };
    let before = old.meta_mut();
    if before.uid != meta.uid {
        let mut bids = went(namespace, &old, affect);
        bids.extend(came(namespace, new, affect));
        return bids;
    }
    before.version = meta.version;
    before.generation = meta.generation;
    before.last_writer.clone_from(&meta.last_writer);
    let (reads_as, stands_as, bids_as) = match (&old, new) {
        (Slot::Good(old), Slot::Good(new)) => {
            (old.reads_as(new), old.stands_as(new), old.bids_as(new))
        }
        (old, new) => (old == new, old == new, false),
    };
    if !reads_as {
        match (&old, new) {
            (Slot::Good(old), Slot::Good(new)) => {
                T::readers_of_change(old, new, namespace, affect);
            }
            (old, new) => {
                namespace.readers_of(old, affect);
                namespace.readers_of(new, affect);
            }
        }
    }
    if !stands_as {
        T::readers_of_name(namespace, &meta.name, affect);
    }
    let mut bids = Vec::new();
    if !bids_as {
        bids = namespace.bids_of(&old);
        bids.extend(namespace.bids_of(new));
    }
    bids
}

fn came<T: Object>(namespace: &Namespace, new: &Slot<T>, affect: Affect<'_>) -> Vec<Bid> {
    namespace.readers_of(new, affect);
    T::readers_of_name(namespace, &new.meta().name, affect);
    namespace.children_of(T::KIND, &new.meta().name, affect);
    namespace.bids_of(new)
}

/// Names who is affected by an object that went. Answers as [`changed`] does.
pub(super) fn went<T: Object>(
    namespace: &Namespace,
    old: &Slot<T>,
    affect: Affect<'_>,
) -> Vec<Bid> {
    affect(T::KIND, &old.meta().name);
    came(namespace, old, affect)
}

/// Collects who is affected.
pub(super) fn collect<'a>(
    namespace: &'a Str,
    keys: &'a mut BTreeSet<Key>,
) -> impl FnMut(Kind, &str) + 'a {
    |kind, name| {
        keys.insert(Key {
            namespace: namespace.clone(),
            kind,
            name: name.into(),
        });
    }
}
