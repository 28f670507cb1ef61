// SPDX-License-Identifier: Apache-2.0

//! The finalizer by which an object that others need stays until they are gone (contract, Protection).

use serde_json::json;

use super::{Change, Purpose, Request};
use crate::world::{Meta, Stored, Str};

/// Whether the finalizer of objects of this kind is among `finalizers`.
pub(super) fn is_on<T: Stored>(finalizers: &[Str]) -> bool {
    let ours = T::KIND.entry().finalizer;
    finalizers.iter().any(|known| Some(&**known) == ours)
}

/// Puts it on.
pub(super) fn put_on<T: Stored>(meta: &Meta, finalizers: &[Str]) -> Change {
    let others = finalizers.iter().map(|known| &**known);
    let all: Vec<&str> = others.chain(T::KIND.entry().finalizer).collect();
    write::<T>(meta, &all, Purpose::Protect)
}

/// Takes it off.
pub(super) fn take_off<T: Stored>(meta: &Meta, finalizers: &[Str]) -> Change {
    let ours = T::KIND.entry().finalizer;
    let others = finalizers.iter().map(|known| &**known);
    let others: Vec<&str> = others.filter(|known| Some(*known) != ours).collect();
    write::<T>(meta, &others, Purpose::Unprotect)
}

/// Writes the list whole, into the very version that is known: what others add meanwhile is not lost.
fn write<T: Stored>(meta: &Meta, finalizers: &[&str], purpose: Purpose) -> Change {
    Change {
        kind: T::KIND,
        name: meta.name.clone(),
        request: Request::Patch(json!({ "metadata": {
            "uid": &*meta.uid,
            "resourceVersion": meta.version.to_string(),
            "finalizers": finalizers,
        } })),
        purpose,
        then: None,
    }
}
