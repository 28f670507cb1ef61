// SPDX-License-Identifier: Apache-2.0

//! A request to both, as the model sees it, and the object that it is about.

use api_model::{Delete, Policy, Request};
use ironcore_api::KINDS;
use serde_json::Value;

use super::At;

/// A request about one object.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) kind: At,
    /// Empty where only the body has one, or the server makes it.
    pub(super) name: String,
    pub(super) what: What,
    /// Whether somebody asks who may do little.
    pub(super) limited: bool,
}

/// The request.
#[derive(Clone, Debug)]
pub(super) enum What {
    Get,
    Create(Value),
    Patch(Value),
    PatchStatus(Value),
    Delete {
        uid: Option<String>,
        version: Option<String>,
        policy: Option<Policy>,
    },
}

impl Ask {
    /// As the model is asked.
    pub(super) fn request(&self) -> Request<'_> {
        match &self.what {
            What::Get => Request::Get,
            What::Create(body) => Request::Create(body),
            What::Patch(body) => Request::Patch(body),
            What::PatchStatus(body) => Request::PatchStatus(body),
            What::Delete {
                uid,
                version,
                policy,
            } => Request::Delete(Delete {
                uid: uid.as_deref(),
                version: version.as_deref(),
                policy: *policy,
            }),
        }
    }

    /// For people: `PATCH machines/a {…}`.
    pub(super) fn told(&self) -> String {
        let object = format!("{}/{}", KINDS[self.kind].plural, self.name);
        let who = if self.limited {
            " as a limited user"
        } else {
            ""
        };
        match &self.what {
            What::Get => format!("GET {object}{who}"),
            What::Create(body) => format!("POST {object}{who} {body}"),
            What::Patch(body) => format!("PATCH {object}{who} {body}"),
            What::PatchStatus(body) => format!("PATCH {object}/status{who} {body}"),
            What::Delete {
                uid,
                version,
                policy,
            } => {
                format!("DELETE {object}{who} uid {uid:?} version {version:?} {policy:?}")
            }
        }
    }
}
