//! Who has to be planned for when an object comes, changes or goes: only those that read what changed.

use super::Dirty;
use super::decode::Slot;
use super::kinds::{Kind, Namespace};
use super::links::Contended;
use super::meta::Str;
use super::namespace::Key;
use super::object::{Affect, Object};

/// Names what is affected by an object that came or changed. Answers the addresses of which it may be another's turn now.
pub(super) fn changed<T: Object>(
    namespace: &Namespace,
    old: Option<Slot<T>>,
    new: &Slot<T>,
    affect: Affect<'_>,
) -> Vec<Contended> {
    let meta = new.meta();
    affect(T::KIND, &meta.name);
    // What an owner writes to its children names their version.
    if let Some((kind, owner)) = meta.owner_key() {
        affect(kind, &owner);
    }
    let Some(mut old) = old else {
        return came(namespace, new, affect);
    };
    let before = old.meta_mut();
    if before.uid != meta.uid {
        let mut contended = went(namespace, &old, affect);
        contended.extend(came(namespace, new, affect));
        return contended;
    }
    before.version = meta.version;
    before.generation = meta.generation;
    before.last_writer.clone_from(&meta.last_writer);
    let (reads_as, contends_as) = match (&old, new) {
        (Slot::Good(old), Slot::Good(new)) => (old.reads_as(new), old.contends_as(new)),
        (old, new) => (old == new, false),
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
    let mut contended = Vec::new();
    if !contends_as {
        contended = namespace.contended_by(&old);
        contended.extend(namespace.contended_by(new));
    }
    contended
}

fn came<T: Object>(namespace: &Namespace, new: &Slot<T>, affect: Affect<'_>) -> Vec<Contended> {
    namespace.readers_of(new, affect);
    namespace.children_of(T::KIND, &new.meta().name, affect);
    namespace.contended_by(new)
}

/// Names what is affected by an object that went. Answers as [`changed`] does.
pub(super) fn went<T: Object>(
    namespace: &Namespace,
    old: &Slot<T>,
    affect: Affect<'_>,
) -> Vec<Contended> {
    affect(T::KIND, &old.meta().name);
    came(namespace, old, affect)
}

/// Collects what is affected into `dirty`.
pub(super) fn collect<'a>(namespace: &'a Str, dirty: &'a mut Dirty) -> impl FnMut(Kind, &str) + 'a {
    |kind, name| {
        dirty.insert(Key {
            namespace: namespace.clone(),
            kind,
            name: name.into(),
        });
    }
}
