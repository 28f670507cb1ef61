// SPDX-License-Identifier: Apache-2.0

//! Reviews in, reviews out: [`request`] reads them, [`crate::admit`] and `refer` decide, [`response`] writes.

mod allowance;
mod log;
mod refer;
pub mod request;
pub mod response;
mod warnings;

use std::time::Instant;

use serde_json::value::RawValue;
use tracing::debug;

use ironcore_api::Kind;

use crate::admit::{Verdict, admit};
use crate::metrics::{Metrics, Outcome};
use crate::options::{Judging, NetworkReferences};
use crate::references::References;
use log::Refusals;
use request::{Received, Request};

/// Which of the two endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Fills in, then judges.
    Mutate,
    /// Judges.
    Validate,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A review, as JSON.
    Review(Vec<u8>),
    /// It was no review; why.
    NoReview(String),
}

/// What answers.
#[derive(Debug)]
pub struct Webhook {
    references: References,
    denies: bool,
    controller_user: String,
    metrics: Metrics,
    refusals: Refusals,
}

impl Webhook {
    /// Judges by `judging`, with what `references` knows.
    pub fn new(references: References, judging: &Judging, metrics: Metrics) -> Self {
        Self {
            references,
            denies: judging.network_references == NetworkReferences::Deny,
            controller_user: judging.controller_user.clone(),
            metrics,
            refusals: Refusals::default(),
        }
    }
}

/// Answers one review.
///
/// Whatever comes in: a review gets an answer with its uid, and nothing makes this panic. It has no side effects, so
/// that a dry run is a review like any other.
pub async fn answer(webhook: &Webhook, endpoint: Endpoint, body: &[u8]) -> Answer {
    let begun = Instant::now();
    match request::read(body) {
        Ok(Received::Request(request)) => {
            let verdict = webhook.verdict(endpoint, &request).await;
            webhook.record(endpoint, &request, &verdict, begun);
            Answer::Review(response::verdict(&request, verdict))
        }
        Ok(Received::Unreadable { uid, error }) => {
            debug!(?endpoint, error, "cannot read the review");
            let took = begun.elapsed();
            webhook
                .metrics
                .reviewed(endpoint, "", Outcome::Failed, took);
            Answer::Review(response::unreadable(&uid, &error))
        }
        Err(no_review) => {
            debug!(?endpoint, reason = %no_review, "the body is not a review");
            webhook.metrics.review_failed(endpoint);
            Answer::NoReview(no_review.to_string())
        }
    }
}

impl Webhook {
    async fn verdict(&self, endpoint: Endpoint, request: &Request<'_>) -> Verdict {
        match request.judged() {
            Some(kind) => {
                let verdict = judge(endpoint, kind, request);
                self.refer(endpoint, request, verdict).await
            }
            None => Verdict::default(),
        }
    }

    fn record(&self, endpoint: Endpoint, request: &Request<'_>, verdict: &Verdict, begun: Instant) {
        let took = begun.elapsed();
        let outcome = match verdict {
            Verdict { faults, .. } if !faults.is_empty() => Outcome::Refused,
            Verdict { patch: Some(_), .. } => Outcome::Patched,
            _ => Outcome::Allowed,
        };
        self.metrics
            .reviewed(endpoint, &request.kind.kind, outcome, took);
        self.metrics.warned(verdict.warnings.len());
        log::reviewed(endpoint, request, outcome, took);
        if let Some(first) = verdict.faults.first() {
            self.refusals
                .tell(endpoint, request, first, verdict.number_of_faults());
        }
    }
}

fn judge(endpoint: Endpoint, kind: &Kind, request: &Request<'_>) -> Verdict {
    let object = request.object.map_or("null", RawValue::get);
    admit(
        endpoint,
        kind,
        object,
        request.old_object.map(RawValue::get),
    )
}
