// SPDX-License-Identifier: Apache-2.0

//! What the API server is told (admission.k8s.io/v1): a refusal as its own validation would word it, so that `kubectl`
//! prints it alike and Go clients read it with `apierrors.IsInvalid` and `apierrors.StatusCause`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use k8s_openapi::ByteString;
use kube::core::Status;
use kube::core::response::{StatusCause, StatusDetails, reason};
use serde::Serialize;

use ironcore_api::field::Fault;
use ironcore_api::validate::MOST_FAULTS;

use super::request::{API_VERSION, KIND, Request};
use super::warnings::passable;
use crate::admit::Verdict;

/// Characters of one fault's message.
const LONGEST_MESSAGE: usize = 1024;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Response<'a>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<ByteString>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// The answer that tells `verdict`.
pub fn verdict(request: &Request<'_>, verdict: Verdict) -> Vec<u8> {
    let refused = !verdict.faults.is_empty();
    let patch = verdict.patch.map(|patch| ByteString(encode(&patch)));
    write(Response {
        uid: &request.uid,
        allowed: !refused,
        status: refused.then(|| invalid(request, &verdict.faults, verdict.more_faults)),
        patch_type: patch.is_some().then_some("JSONPatch"),
        patch,
        warnings: passable(&verdict.warnings),
    })
}

/// The answer to a review of which no more than `uid` can be read.
pub fn unreadable(uid: &str, error: &str) -> Vec<u8> {
    let message = format!("the review can't be read: {}", clip(error, LONGEST_MESSAGE));
    write(Response {
        uid,
        status: Some(Status::failure(&message, "BadRequest").with_code(400)),
        ..Response::default()
    })
}

/// What `apierrors.NewInvalid` makes of the faults.
fn invalid(request: &Request<'_>, faults: &[Fault], more: usize) -> Status {
    let (kind, name) = (&request.kind, request.name());
    let listed = &faults[..faults.len().min(MOST_FAULTS)];
    let more = more + faults.len() - listed.len();
    let causes = listed.iter().map(|fault| StatusCause {
        reason: fault.reason.as_str().to_owned(),
        message: clip(&fault.message, LONGEST_MESSAGE).into_owned(),
        field: fault.field.clone(),
    });
    let causes: Vec<_> = causes.collect();
    let all = aggregate(&causes, more);
    let message = format!("{}.{} {name:?} is invalid: {all}", kind.kind, kind.group);
    let details = StatusDetails {
        name: name.to_owned(),
        group: kind.group.to_string(),
        kind: kind.kind.to_string(),
        uid: String::new(),
        causes,
        retry_after_seconds: 0,
    };
    Status::failure(&message, reason::INVALID)
        .with_code(422)
        .with_details(details)
}

/// All causes as apimachinery joins them: each once, in brackets where there are several.
fn aggregate(causes: &[StatusCause], more: usize) -> String {
    let texts = causes
        .iter()
        .map(|cause| format!("{}: {}", cause.field, cause.message));
    let texts: Vec<String> = texts
        .chain((more > 0).then(|| format!("and {more} more")))
        .collect();
    let mut seen = BTreeSet::new();
    let said: Vec<&str> = texts
        .iter()
        .map(String::as_str)
        .filter(|text| seen.insert(*text))
        .collect();
    match &said[..] {
        [only] => (*only).to_owned(),
        _ => format!("[{}]", said.join(", ")),
    }
}

fn write(response: Response<'_>) -> Vec<u8> {
    encode(&Review {
        api_version: API_VERSION,
        kind: KIND,
        response,
    })
}

fn encode(data: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(data).expect("texts, numbers and lists of them are JSON")
}

/// The text, and no more of it than `most` characters.
pub(super) fn clip(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most - 1).chain(['…']).collect()),
    }
}

#[cfg(test)]
#[path = "response_tests.rs"]
mod tests;
