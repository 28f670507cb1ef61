// SPDX-License-Identifier: Apache-2.0

//! References to other objects, by name, in the referrer's own namespace.

use ironcore_derive::Judged;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::wire::nullable;
use crate::{KINDS, Kind};

/// A reference by name to an object of the same namespace.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Judged,
)]
#[field(atomic)]
pub struct LocalRef {
    /// Name of the object. Empty is the same as no reference.
    #[serde(default, deserialize_with = "nullable")]
    #[field(most = NAME, text(optional_subdomain))]
    pub name: String,
}

impl LocalRef {
    /// A reference to `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

/// A reference by name and UID to an object of the same namespace: not to a later
/// object of the same name.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Judged,
)]
#[field(atomic)]
pub struct UidRef {
    /// Name of the object. Empty is the same as no reference.
    #[serde(default, deserialize_with = "nullable")]
    #[field(most = NAME, text(optional_subdomain))]
    pub name: String,
    /// UID of the object.
    #[serde(default, deserialize_with = "nullable")]
    #[field(most = UID)]
    pub uid: String,
}

impl UidRef {
    /// A reference to the object `name` whose UID is `uid`.
    pub fn new(name: impl Into<String>, uid: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            uid: uid.into(),
        }
    }
}

/// A reference that may not be set: Go clients send `{}` or `{name: ""}` then.
pub trait Named {
    /// The name, or `None` if the reference is not set.
    fn named(&self) -> Option<&str>;
}

impl Named for LocalRef {
    fn named(&self) -> Option<&str> {
        Some(self.name.as_str()).filter(|name| !name.is_empty())
    }
}

impl Named for UidRef {
    fn named(&self) -> Option<&str> {
        Some(self.name.as_str()).filter(|name| !name.is_empty())
    }
}

impl<R: Named> Named for Option<R> {
    fn named(&self) -> Option<&str> {
        self.as_ref().and_then(Named::named)
    }
}

/// A kind that others refer to by name, and whose objects may not exist yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Referent {
    /// `networkRef`.
    Network,
    /// `networkInterfaceRef`.
    NetworkInterface,
    /// `parentRef`.
    Prefix,
    /// `virtualIPRef`.
    VirtualIP,
}

impl Referent {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Network,
        Self::NetworkInterface,
        Self::Prefix,
        Self::VirtualIP,
    ];

    /// The name of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "Network",
            Self::NetworkInterface => "NetworkInterface",
            Self::Prefix => "Prefix",
            Self::VirtualIP => "VirtualIP",
        }
    }

    /// Its entry in the table of kinds.
    ///
    /// # Panics
    /// Never: a test holds that each is there.
    pub fn kind(self) -> &'static Kind {
        let known = KINDS.iter().find(|kind| kind.kind == self.as_str());
        known.expect("every referent is in the table of kinds")
    }
}

/// A reference in the spec of an object to another object of its namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Path of the field with the name: `spec.networkRef.name`.
    pub field: String,
    /// Kind of the object.
    pub referent: Referent,
    /// Its name, never empty.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_referent_is_in_the_table_of_kinds() {
        for referent in Referent::ALL {
            assert_eq!(referent.kind().kind, referent.as_str());
        }
    }
}
