// SPDX-License-Identifier: Apache-2.0

//! What an operator reads of reviews. Texts of users are quoted, and cut.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ironcore_api::field::Fault;
use tracing::{debug, info};

use super::Endpoint;
use super::allowance::Allowance;
use super::request::Request;
use super::response::clip;
use crate::metrics::Outcome;

/// Characters of a text: as many as a name has at most.
const LONGEST: usize = 253;

fn short(text: &str) -> Cow<'_, str> {
    clip(text, LONGEST)
}

/// Any review, for those who look closely.
pub(super) fn reviewed(
    endpoint: Endpoint,
    request: &Request<'_>,
    outcome: Outcome,
    took: Duration,
) {
    debug!(
        ?endpoint,
        kind = ?short(&request.kind.kind),
        namespace = ?short(request.namespace()),
        name = ?short(request.name()),
        ?outcome,
        ?took,
        "reviewed"
    );
}

/// Tells of refusals, as many as the allowance has.
#[derive(Debug)]
pub(super) struct Refusals {
    start: Instant,
    allowance: Mutex<Allowance>,
}

impl Default for Refusals {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            allowance: Mutex::default(),
        }
    }
}

impl Refusals {
    /// A refusal: whose, and why, as far as one line tells; and how many before it have no line.
    pub(super) fn tell(
        &self,
        endpoint: Endpoint,
        request: &Request<'_>,
        first: &Fault,
        faults: usize,
    ) {
        let Some(withheld) = self.take() else { return };
        info!(
            ?endpoint,
            kind = ?short(&request.kind.kind),
            namespace = ?short(request.namespace()),
            name = ?short(request.name()),
            user = ?short(request.user()),
            dry_run = request.is_dry_run(),
            faults,
            first = ?short(&first.to_string()),
            withheld,
            "refused"
        );
    }

    fn take(&self) -> Option<u64> {
        let now = self.start.elapsed();
        // Its numbers are sound whatever happened to who held it.
        let allowance = self.allowance.lock();
        allowance.unwrap_or_else(PoisonError::into_inner).take(now)
    }
}
