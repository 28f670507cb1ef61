// SPDX-License-Identifier: Apache-2.0

//! What users are to know: the contract's Events.

use crate::world::{Kind, Meta, Str};

/// Why: part of the contract (contract, Events).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(
    missing_docs,
    reason = "each is explained in docs/events.md, which a test compares with this list"
)]
pub enum Reason {
    NameTaken,
    InterfaceTaken,
    ReplacementNeeded,
    NotAsWritten,
    ChildRefused,
    VirtualIPTaken,
    AddressInUse,
    NetworkError,
    FamilyMismatch,
    NotDecodable,
    NoRoom,
    InUse,
    InvalidSpec,
    WriteRefused,
    WriteUndone,
    InterfaceReplaced,
    InterfaceRepaired,
    InterfaceDeleted,
    InterfaceKept,
    ChildReplaced,
    Released,
    Waiting,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::NameTaken,
        Self::InterfaceTaken,
        Self::ReplacementNeeded,
        Self::NotAsWritten,
        Self::ChildRefused,
        Self::VirtualIPTaken,
        Self::AddressInUse,
        Self::NetworkError,
        Self::FamilyMismatch,
        Self::NotDecodable,
        Self::NoRoom,
        Self::InUse,
        Self::InvalidSpec,
        Self::WriteRefused,
        Self::WriteUndone,
        Self::InterfaceReplaced,
        Self::InterfaceRepaired,
        Self::InterfaceDeleted,
        Self::InterfaceKept,
        Self::ChildReplaced,
        Self::Released,
        Self::Waiting,
    ];

    /// The reason as it stands in Events and conditions.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NameTaken => "NameTaken",
            Self::InterfaceTaken => "InterfaceTaken",
            Self::ReplacementNeeded => "ReplacementNeeded",
            Self::NotAsWritten => "NotAsWritten",
            Self::ChildRefused => "ChildRefused",
            Self::VirtualIPTaken => "VirtualIPTaken",
            Self::AddressInUse => "AddressInUse",
            Self::NetworkError => "NetworkError",
            Self::FamilyMismatch => "FamilyMismatch",
            Self::NotDecodable => "NotDecodable",
            Self::NoRoom => "NoRoom",
            Self::InUse => "InUse",
            Self::InvalidSpec => "InvalidSpec",
            Self::WriteRefused => "WriteRefused",
            Self::WriteUndone => "WriteUndone",
            Self::InterfaceReplaced => "InterfaceReplaced",
            Self::InterfaceRepaired => "InterfaceRepaired",
            Self::InterfaceDeleted => "InterfaceDeleted",
            Self::InterfaceKept => "InterfaceKept",
            Self::ChildReplaced => "ChildReplaced",
            Self::Released => "Released",
            Self::Waiting => "Waiting",
        }
    }

    /// Whether it asks somebody to act.
    pub fn is_warning(self) -> bool {
        !matches!(
            self,
            Self::InterfaceReplaced
                | Self::InterfaceRepaired
                | Self::InterfaceDeleted
                | Self::InterfaceKept
                | Self::ChildReplaced
                | Self::Released
                | Self::Waiting
        )
    }
}

/// One thing that users are to know, as an Event on one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Why.
    pub reason: Reason,
    /// Kind of the object that it is on.
    pub kind: Kind,
    /// Its namespace.
    pub namespace: Str,
    /// Its name.
    pub name: Str,
    /// Its UID.
    pub uid: Str,
    /// The whole sentence; it names the object in the way or waited for, and is what tells causes apart.
    pub message: String,
}

impl Notice {
    /// An Event on the object with `meta`.
    pub fn on(reason: Reason, kind: Kind, meta: &Meta, message: String) -> Self {
        Self {
            reason,
            kind,
            namespace: meta.namespace.clone(),
            name: meta.name.clone(),
            uid: meta.uid.clone(),
            message,
        }
    }
}
