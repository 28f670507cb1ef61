//! What an operator reads of reviews. Texts of users are quoted, and cut.

use std::borrow::Cow;
use std::time::Duration;

use ironcore_api::field::Fault;
use tracing::{debug, info};

use super::Endpoint;
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

/// A refusal: whose, and why, as far as one line tells.
pub(super) fn refused(endpoint: Endpoint, request: &Request<'_>, first: &Fault, faults: usize) {
    info!(
        ?endpoint,
        kind = ?short(&request.kind.kind),
        namespace = ?short(request.namespace()),
        name = ?short(request.name()),
        user = ?short(request.user()),
        dry_run = request.is_dry_run(),
        faults,
        first = ?short(&first.to_string()),
        "refused"
    );
}
