// SPDX-License-Identifier: Apache-2.0

//! Who has an object that several may name: decided for the object, from all that name it (contract, Claims).

use ironcore_api::reference::UidRef;

use crate::seeded::{self, Fault};
use crate::world::{Meta, Object, Slot, Store};

/// What to do about an object's holder reference.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict<'a> {
    /// Nothing.
    Keep,
    /// Give it to this one.
    Claim(&'a Meta),
    /// The holder is gone or names it no longer: release it, after one look at the holder.
    Release(&'a UidRef),
}

/// Decides from the stored `holder`, the store it is of, whether a holder still names the object, and all that
/// would have it.
pub(super) fn decide<'a, T: Object>(
    holder: Option<&'a UidRef>,
    store: &'a Store<T>,
    still_names: impl Fn(&T) -> bool,
    claimants: impl Iterator<Item = &'a Meta>,
) -> Verdict<'a> {
    let Some(reference) =
        holder.filter(|holder| !holder.name.is_empty() && !seeded::has(Fault::ClaimOfWhatIsHeld))
    else {
        let eligible = claimants.filter(|meta| !meta.deleting);
        return eligible
            .min_by_key(|meta| meta.seniority())
            .map_or(Verdict::Keep, Verdict::Claim);
    };
    let slot = store
        .slot(&reference.name)
        .filter(|slot| *slot.meta().uid == *reference.uid);
    match slot {
        None => Verdict::Release(reference),
        Some(Slot::Good(object)) if !object.meta().deleting && !still_names(object) => {
            Verdict::Release(reference)
        }
        Some(_) => Verdict::Keep,
    }
}
