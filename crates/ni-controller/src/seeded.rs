// SPDX-License-Identifier: Apache-2.0

//! Faults that a test switches on, to prove that the exploration of `crates/explore` finds them. Without the feature
//! `seeded-faults`, which nothing that ships is built with, each is off for good, and the compiler leaves it out.

use serde_json::Value;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "seeded-faults", derive(clap::ValueEnum))]
pub enum Fault {
    /// What the API server answers to a write does not enter the world.
    OwnWritesUnknown,
    /// What the API server answers to a create does not enter the world.
    OwnCreatesUnknown,
    /// An object that a delete took away comes back with a late event of it.
    OwnDeletesForgotten,
    /// An answer counts although its watch has reported the object gone since.
    LateAnswerBelieved,
    /// What waited is sent although what it follows from has changed.
    StaleOrdersSent,
    /// A list is complete as soon as it begins.
    ListBeginsComplete,
    /// An object that a list does not show, and only an answer did, is not read.
    DoubtfulNotRead,
    /// A list that has caught up before it ends takes back what it has shown first.
    CaughtUpListGoesBack,
    /// A version that is older than the known one replaces it.
    VersionsGoBack,
    /// A claim does not name the version that it was decided by.
    ClaimWithoutVersion,
    /// A status does not name the version that it was decided by.
    StatusWithoutVersion,
    /// A repair does not name the UID of the child.
    RepairWithoutUid,
    /// A child is taken away without a look at its owner.
    RemovalWithoutLook,
    /// An object is released without a look at its holder.
    ReleaseWithoutLook,
    /// A look at an object counts as one at each object of its name.
    LookWithoutKind,
    /// A look counts although a list that is old has taken the view back behind it.
    LookOutlivesView,
    /// A child is known by its name alone.
    AdoptionByName,
    /// What others added to a child is taken away.
    OthersAdditionsLost,
    /// A claimant that is being deleted keeps the others from claiming.
    BadClaimBlocks,
    /// A claim does not ask who holds the object.
    ClaimOfWhatIsHeld,
    /// A status is written without a look at the stored one.
    StatusNotCompared,
    /// Each write of a status moves its times.
    StatusTimesMove,
    /// Two interfaces may show one address.
    HolderNotAsked,
    /// The record is written without the version that it was decided by.
    GrantWithoutVersion,
    /// Who names a block that is recorded has it, whoever it was granted to.
    GrantNotAttributed,
    /// The block of a prefix that is being deleted is free.
    BlockOfDeletingFree,
    /// A prefix that goes does not wait for those that have parts of it.
    ParentNotKept,
    /// A network that is being deleted goes without a question to the API server whether interfaces refer to it.
    NetworkNotAsked,
    /// A public address is freed without a question to the API server whether its virtual IP is there.
    AddressFreedUnasked,
}

/// Takes a precondition off a write, where the fault is switched on.
pub(crate) fn drop_precondition(body: &mut Value, name: &str, fault: Fault) {
    if has(fault)
        && let Some(metadata) = body["metadata"].as_object_mut()
    {
        metadata.remove(name);
    }
}

/// Whether this fault is switched on.
#[cfg(not(feature = "seeded-faults"))]
pub(crate) const fn has(_: Fault) -> bool {
    false
}

#[cfg(feature = "seeded-faults")]
pub(crate) use switch::has;
#[cfg(feature = "seeded-faults")]
pub use switch::with;

#[cfg(feature = "seeded-faults")]
mod switch {
    use std::cell::Cell;

    use super::Fault;

    thread_local! {
        static ON: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    pub(crate) fn has(fault: Fault) -> bool {
        ON.get() == Some(fault)
    }

    /// Runs this with the fault switched on, for this thread.
    pub fn with<T>(fault: Fault, run: impl FnOnce() -> T) -> T {
        ON.set(Some(fault));
        let answer = run();
        ON.set(None);
        answer
    }
}
