// SPDX-License-Identifier: Apache-2.0

//! From the API server's JSON to trimmed objects, in two steps: metadata, then spec and status. One object's fault is never
//! another's.

use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde_json::value::RawValue;

use super::meta::{Meta, RawMeta};
use super::object::Object;
use super::share::Shared;

/// An object of the API server's: decoded, or known by its metadata alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<T> {
    /// It decoded.
    Good(Box<T>),
    /// It did not. It exists all the same: it keeps its name and what refers to it.
    Bad(Box<Undecodable>),
}

/// An object that does not decode.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecodable {
    /// Its metadata.
    pub meta: Meta,
    /// Why it does not decode.
    pub error: String,
}

impl<T: Object> Slot<T> {
    /// Metadata, which always decodes.
    pub fn meta(&self) -> &Meta {
        match self {
            Self::Good(object) => object.meta(),
            Self::Bad(undecodable) => &undecodable.meta,
        }
    }

    /// Metadata, to change.
    pub(super) fn meta_mut(&mut self) -> &mut Meta {
        match self {
            Self::Good(object) => object.meta_mut(),
            Self::Bad(undecodable) => &mut undecodable.meta,
        }
    }

    /// The object, if it decoded.
    pub fn good(&self) -> Option<&T> {
        match self {
            Self::Good(object) => Some(object),
            Self::Bad(_) => None,
        }
    }

    /// Whether both are the same but for the version and the last writer. `other` is left as it was.
    pub(super) fn is_same(&self, other: &mut Self) -> bool {
        let (known, offered) = (self.meta(), other.meta_mut());
        let version = std::mem::replace(&mut offered.version, known.version);
        let writer = std::mem::replace(&mut offered.last_writer, known.last_writer.clone());
        let same = self == other;
        let offered = other.meta_mut();
        offered.version = version;
        offered.last_writer = writer;
        same
    }

    /// Replaces texts that many objects have by shared copies, and those that the version that is known has, by these.
    pub(super) fn share(&mut self, known: Option<&Self>, shared: &mut Shared) {
        match self {
            Self::Good(object) => object.share(known.and_then(Self::good), shared),
            Self::Bad(undecodable) => undecodable.meta.share(known.map(Self::meta), shared),
        }
    }
}

/// An object as received: its trimmed form, and what only the receiving code needs.
#[derive(Clone, Debug)]
pub struct Received<T> {
    /// The trimmed object.
    pub slot: Slot<T>,
    /// `resourceVersion` as text, to resume a watch from.
    pub resource_version: String,
    /// Whether it bears finalizers: a delete of it is then only an update.
    pub finalizers: bool,
}

/// An object's JSON, read once: its spec and status only as far as to know where they end.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow)]
    metadata: RawMeta<'a>,
    #[serde(borrow)]
    spec: Option<&'a RawValue>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
}

impl Parts<'_> {
    fn body<T: Object>(&self) -> Result<T::Body, serde_json::Error> {
        let parts = [("spec", self.spec), ("status", self.status)];
        let parts = parts.into_iter().filter_map(|(key, raw)| Some((key, raw?)));
        T::Body::deserialize(MapDeserializer::new(parts))
    }

    fn received<T: Object>(self) -> Received<T> {
        let meta = self.metadata.trim();
        let body = self.body::<T>();
        Received {
            resource_version: self.metadata.resource_version.as_ref().to_owned(),
            finalizers: !self.metadata.finalizers.is_empty(),
            slot: match body {
                Ok(body) => Slot::Good(Box::new(T::assemble(meta, self.metadata, body))),
                Err(error) => Slot::Bad(Box::new(Undecodable {
                    meta,
                    error: cause(&error),
                })),
            },
        }
    }
}

/// Decodes one object's JSON. Fails only if not even the metadata decodes.
///
/// # Errors
/// Says what is wrong with the metadata.
pub fn decode<T: Object>(json: &str) -> Result<Received<T>, serde_json::Error> {
    serde_json::from_str(json)
}

/// What is wrong, without where: the place moves with every version of the object, and what is told of it would be
/// another cause each time.
fn cause(error: &serde_json::Error) -> String {
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// From JSON that is in memory as a whole, as kube has it: parts of it are borrowed.
impl<'de, T: Object> Deserialize<'de> for Received<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parts::deserialize(deserializer).map(Parts::received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Machine;

    #[test]
    fn what_is_wrong_reads_the_same_wherever_it_stands() {
        let error = |room: &str| {
            let json = format!(
                r#"{{"metadata":{{"name":"m"}},{room}"spec":{{"networkInterfaces":"none"}}}}"#
            );
            match decode::<Machine>(&json).unwrap().slot {
                Slot::Bad(undecodable) => undecodable.error,
                Slot::Good(machine) => panic!("{machine:?}"),
            }
        };
        assert_eq!(error(""), error("\n  "));
        assert!(error("").contains("none"), "{}", error(""));
        assert!(!error("").contains("column"), "{}", error(""));
    }
}
