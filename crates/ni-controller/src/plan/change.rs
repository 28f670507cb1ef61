// SPDX-License-Identifier: Apache-2.0

//! One thing to do: a request to the API server, and why.

use serde_json::Value;

use super::{Notice, Purpose, Question};
use crate::world::{Kind, Str};

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Kind of the object.
    pub kind: Kind,
    /// Its name, in the namespace of the plan.
    pub name: Str,
    /// The request.
    pub request: Request,
    /// Why.
    pub purpose: Purpose,
    /// The Event to send once it is done.
    pub then: Option<Notice>,
}

/// A request to the API server.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Create this object.
    Create(Value),
    /// Merge this into the object; it carries the uid, and the resource version where a lost update would hurt.
    Patch(Value),
    /// Merge this into the object's status.
    PatchStatus(Value),
    /// Delete the object in this very version.
    Delete {
        /// Its UID.
        uid: Str,
        /// Its resource version.
        version: u64,
    },
    /// Read the object.
    Read,
    /// Ask the API server a question about the object: the answer is yes or no, and nothing more is learned.
    Ask(Question),
}

impl Request {
    /// The version from which alone it is done, if it names one.
    pub fn from_version(&self) -> Option<u64> {
        match self {
            Self::Patch(body) | Self::PatchStatus(body) => {
                let version = body["metadata"]["resourceVersion"].as_str()?;
                version.parse().ok()
            }
            Self::Delete { version, .. } => Some(*version),
            Self::Create(_) | Self::Read | Self::Ask(_) => None,
        }
    }

    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Read | Self::Ask(_))
    }
}

/// Reads the object `name`.
pub(crate) fn look(kind: Kind, name: &str) -> Change {
    Change {
        kind,
        name: name.into(),
        request: Request::Read,
        purpose: Purpose::Look,
        then: None,
    }
}

/// Asks the API server about the object `name`.
pub(super) fn ask(kind: Kind, name: &str, question: Question) -> Change {
    Change {
        request: Request::Ask(question),
        ..look(kind, name)
    }
}
