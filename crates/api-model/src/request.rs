// SPDX-License-Identifier: Apache-2.0

//! Requests and their answers.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Server;
use super::limits::Verb;
use super::schema::Cause;
use super::write::Part;

/// A request about one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Request<'a> {
    /// Read it.
    Get,
    /// Create it. Where the request has no name, the body has one, or `generateName`.
    Create(&'a Value),
    /// Merge this into it. `metadata.uid` and `metadata.resourceVersion` are preconditions.
    Patch(&'a Value),
    /// Merge this into its status. Of a status patch the server ignores the uid.
    PatchStatus(&'a Value),
    /// Delete it.
    Delete(Delete<'a>),
}

/// How an object is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delete<'a> {
    /// The UID, as a precondition.
    pub uid: Option<&'a str>,
    /// The version, as a precondition.
    pub version: Option<&'a str>,
    /// What becomes of the objects that it owns.
    pub policy: Option<Policy>,
}

/// `propagationPolicy`: what becomes of the objects that an object owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// They go after it. The default.
    Background,
    /// It goes after those that block it.
    Foreground,
    /// They stay, without owner.
    Orphan,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The object as it is now; after a patch that took the last finalizer off, as it would be.
    Object(Arc<Value>),
    /// It is gone by this request.
    Gone,
    /// It was refused.
    Refused(Refusal),
    /// 422: it was refused for these causes.
    Invalid(Vec<Cause>),
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 404: the object does not exist, or the namespace to create it in does not.
    NotFound,
    /// 409: one of that name exists.
    AlreadyExists,
    /// 409: it is another one, or of another version.
    Conflict,
    /// 403: the namespace is being deleted.
    NamespaceTerminating,
    /// 403: a right or a quota is lacking.
    Forbidden,
    /// 400: name or namespace of the body are not those of the request.
    BadRequest,
}

impl Answer {
    /// The code of the answer, and `reason` of its status.
    pub fn code(&self) -> (u16, &'static str) {
        match self {
            Self::Object(_) | Self::Gone => (200, ""),
            Self::Invalid(_) => (422, "Invalid"),
            Self::Refused(refusal) => match refusal {
                Refusal::NotFound => (404, "NotFound"),
                Refusal::AlreadyExists => (409, "AlreadyExists"),
                Refusal::Conflict => (409, "Conflict"),
                Refusal::NamespaceTerminating | Refusal::Forbidden => (403, "Forbidden"),
                Refusal::BadRequest => (400, "BadRequest"),
            },
        }
    }
}

impl<K: Copy + Ord> Server<K> {
    /// Serves a request, as the real server does.
    pub fn serve(&mut self, kind: K, name: &str, request: &Request<'_>) -> Answer {
        let served = self
            .check_right(kind, request.verb())
            .and_then(|()| match request {
                Request::Get => {
                    let object = self.stored(kind, name).map(|stored| stored.object.clone());
                    object
                        .map(Answer::Object)
                        .ok_or(Answer::Refused(super::Refusal::NotFound))
                }
                Request::Create(body) => self.write_new(kind, &named(body, name), Part::Main),
                Request::Patch(patch) => self.write_patch(kind, name, patch, Part::Main),
                Request::PatchStatus(patch) => self.write_patch(kind, name, patch, Part::Status),
                Request::Delete(delete) => self.write_delete(kind, name, delete),
            });
        served.unwrap_or_else(|refused| refused)
    }
}

/// The body with this name, if it is one.
pub(crate) fn named(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    if !name.is_empty() {
        super::merge::merge(&mut body, &json!({ "metadata": { "name": name } }));
    }
    body
}

impl Request<'_> {
    fn verb(&self) -> Verb {
        match self {
            Self::Get => Verb::Get,
            Self::Create(_) => Verb::Create,
            Self::Patch(_) => Verb::Patch,
            Self::PatchStatus(_) => Verb::PatchStatus,
            Self::Delete(_) => Verb::Delete,
        }
    }
}

#[cfg(test)]
mod tests;
