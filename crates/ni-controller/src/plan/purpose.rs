// SPDX-License-Identifier: Apache-2.0

//! Why a change is made.

/// Why a change is made: for logs, metrics and people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// A declared child is missing.
    Make,
    /// A child differs from its template.
    Repair,
    /// A child differs in what can't change: it is deleted, and then created again.
    Replace,
    /// The owner has stopped declaring a child.
    Remove,
    /// A child is now referred to: it stays, and is its user's.
    Keep,
    /// An object is given to the oldest that names it.
    Claim,
    /// An object's holder is gone, or does not name the object.
    Release,
    /// Blocks are granted and taken back, in the record of the prefix that they are of.
    Grant,
    /// A prefix is told the block that it was granted.
    Assign,
    /// An object that others need gets the finalizer that keeps it until they are gone.
    Protect,
    /// That finalizer comes off.
    Unprotect,
    /// Status.
    Status,
    /// A look at what is really there, before something is taken away or after a surprise.
    Look,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Make,
        Self::Repair,
        Self::Replace,
        Self::Remove,
        Self::Keep,
        Self::Claim,
        Self::Release,
        Self::Grant,
        Self::Assign,
        Self::Protect,
        Self::Unprotect,
        Self::Status,
        Self::Look,
    ];

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Repair => "repair",
            Self::Replace => "replace",
            Self::Remove => "remove",
            Self::Keep => "keep",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Grant => "grant",
            Self::Assign => "assign",
            Self::Protect => "protect",
            Self::Unprotect => "unprotect",
            Self::Status => "status",
            Self::Look => "look",
        }
    }
}
