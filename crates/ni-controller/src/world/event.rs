// SPDX-License-Identifier: Apache-2.0

//! What watches report, and how objects are lost.

use ni_runtime::scope::Scope;

use super::kinds::{AnyObject, Kind};
use super::meta::Meta;

/// What a watch reports of objects of one kind.
#[derive(Clone, Debug)]
pub enum Event {
    /// A list of what the watch covers begins.
    ListBegins(Kind, Scope),
    /// An item of the list.
    Listed(AnyObject),
    /// The list is complete: what it covers and did not show is gone.
    ListEnds(Kind, Scope),
    /// An object came or changed.
    Applied(AnyObject),
    /// An object went.
    Deleted(AnyObject),
}

impl Event {
    /// The kind that is watched.
    pub fn kind(&self) -> Kind {
        match self {
            Self::ListBegins(kind, _) | Self::ListEnds(kind, _) => *kind,
            Self::Listed(object) | Self::Applied(object) | Self::Deleted(object) => object.kind(),
        }
    }

    /// The metadata of the object that it shows.
    pub fn shown(&self) -> Option<&Meta> {
        match self {
            Self::Listed(object) | Self::Applied(object) | Self::Deleted(object) => {
                Some(object.meta())
            }
            Self::ListBegins(..) | Self::ListEnds(..) => None,
        }
    }
}

/// Why an object is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// We deleted it, after a look at its owner.
    Ours,
    /// Nobody knows: its owner may have gone first, and the garbage collector come for it.
    Unexplained,
}
