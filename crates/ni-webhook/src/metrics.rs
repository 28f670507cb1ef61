// SPDX-License-Identifier: Apache-2.0

//! Prometheus metrics. Every label has a fixed, small set of values.

mod names;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ironcore_api::KINDS;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::review::Endpoint;
use crate::serve::eviction::Reason;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReviewLabels {
    endpoint: &'static str,
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndpointLabels {
    endpoint: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookupLabels {
    answer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EvictionLabels {
    reason: &'static str,
}

/// What came of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed as it is.
    Allowed,
    /// Allowed, with what was filled in.
    Patched,
    /// Refused for its faults.
    Refused,
    /// No verdict: the body was no review, or it took too long.
    Failed,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Patched => "patched",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// What was learned of an object that is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The watch knows it.
    Known,
    /// The watch lacks it, and the API server has it.
    Found,
    /// The API server says that it does not exist.
    Missing,
    /// The API server did not answer in time.
    TimedOut,
    /// The API server answered, and neither yes nor no.
    Failed,
}

impl Lookup {
    fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Found => "found",
            Self::Missing => "missing",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
        }
    }
}

/// All metrics of the webhook; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    reviews: Family<ReviewLabels, Counter>,
    review_seconds: Family<EndpointLabels, Histogram>,
    warnings: Counter,
    lookups: Family<LookupLabels, Counter>,
    connections: Gauge,
    connections_limit: Gauge,
    connections_failed: Counter,
    connections_evicted: Family<EvictionLabels, Counter>,
    requests: Gauge,
    body_bytes: Gauge,
    body_waits: Counter,
    certificate_expires: Gauge,
    certificate_failures: Counter,
}

/// What is not in the table of kinds.
const OTHER: &str = "other";

fn name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Mutate => "mutate",
        Endpoint::Validate => "validate",
    }
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_01, 2.0, 20))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Arc::default(),
            reviews: Family::default(),
            review_seconds: Family::new_with_constructor(seconds),
            warnings: Counter::default(),
            lookups: Family::default(),
            connections: Gauge::default(),
            connections_limit: Gauge::default(),
            connections_failed: Counter::default(),
            connections_evicted: Family::default(),
            requests: Gauge::default(),
            body_bytes: Gauge::default(),
            body_waits: Counter::default(),
            certificate_expires: Gauge::default(),
            certificate_failures: Counter::default(),
        };
        metrics.registry = Arc::new(metrics.register());
        metrics
    }
}

impl Metrics {
    /// Counts a review of `kind` (as in manifests; what is not in the table of kinds counts as `other`).
    pub fn reviewed(&self, endpoint: Endpoint, kind: &str, outcome: Outcome, took: Duration) {
        let endpoint = name(endpoint);
        let known = KINDS.iter().find(|known| known.kind == kind);
        let labels = ReviewLabels {
            endpoint,
            kind: known.map_or(OTHER, |known| known.kind),
            outcome: outcome.as_str(),
        };
        self.reviews.get_or_create(&labels).inc();
        self.review_seconds
            .get_or_create(&EndpointLabels { endpoint })
            .observe(took.as_secs_f64());
    }

    /// Counts a review without verdict, of which nothing is known: its body did not come, or it took too long.
    pub fn review_failed(&self, endpoint: Endpoint) {
        let labels = ReviewLabels {
            endpoint: name(endpoint),
            kind: OTHER,
            outcome: Outcome::Failed.as_str(),
        };
        self.reviews.get_or_create(&labels).inc();
    }

    /// Counts warnings of one review.
    pub fn warned(&self, warnings: usize) {
        self.warnings
            .inc_by(u64::try_from(warnings).unwrap_or(u64::MAX));
    }

    /// Counts an object that was looked up.
    pub fn looked_up(&self, answer: Lookup) {
        let labels = LookupLabels {
            answer: answer.as_str(),
        };
        self.lookups.get_or_create(&labels).inc();
    }

    /// Counts a connection in.
    pub fn connected(&self) {
        self.connections.inc();
    }

    /// Counts a connection out.
    pub fn disconnected(&self) {
        self.connections.dec();
    }

    /// Counts a connection that ended before TLS stood.
    pub fn connection_failed(&self) {
        self.connections_failed.inc();
    }

    /// Notes how many connections may be open at once.
    pub fn connections_limited(&self, limit: usize) {
        self.connections_limit.set(number(limit));
    }

    /// Counts a connection that is closed to make room for another.
    pub fn connection_evicted(&self, reason: Reason) {
        let reason = match reason {
            Reason::Handshake => "handshake",
            Reason::Idle => "idle",
            Reason::Incomplete => "incomplete",
        };
        self.connections_evicted
            .get_or_create(&EvictionLabels { reason })
            .inc();
    }

    /// Counts a review in.
    pub fn request_begun(&self) {
        self.requests.inc();
    }

    /// Counts a review out.
    pub fn request_ended(&self) {
        self.requests.dec();
    }

    /// Counts bytes of a body in.
    pub fn body_grew(&self, bytes: usize) {
        self.body_bytes.inc_by(number(bytes));
    }

    /// Counts bytes of a body out.
    pub fn body_shrank(&self, bytes: usize) {
        self.body_bytes.dec_by(number(bytes));
    }

    /// Counts a body that has to wait for room.
    pub fn body_waited(&self) {
        self.body_waits.inc();
    }

    /// Counts a new certificate, key or client CA that could not be taken.
    pub fn certificate_failed(&self) {
        self.certificate_failures.inc();
    }

    /// Notes when the certificate expires.
    pub fn read(&self, not_after: Option<SystemTime>) {
        let expires = not_after.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let seconds = expires.map_or(0, |time| time.as_secs());
        self.certificate_expires
            .set(i64::try_from(seconds).unwrap_or(i64::MAX));
    }

    /// All metrics in the OpenMetrics text format.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_nobody_knows_share_one_label() {
        let metrics = Metrics::default();
        for kind in ["Machine", "Pod", "", "Pod\"} 1"] {
            metrics.reviewed(Endpoint::Mutate, kind, Outcome::Refused, Duration::ZERO);
        }
        let text = metrics.encode();
        for line in [
            r#"ni_webhook_reviews_total{endpoint="mutate",kind="Machine",outcome="refused"} 1"#,
            r#"ni_webhook_reviews_total{endpoint="mutate",kind="other",outcome="refused"} 3"#,
            r#"ni_webhook_review_duration_seconds_count{endpoint="mutate"} 4"#,
        ] {
            assert!(text.contains(line), "no {line} in {text}");
        }
    }

    #[test]
    fn the_certificate_and_the_process_are_described() {
        let metrics = Metrics::default();
        metrics.read(Some(UNIX_EPOCH + Duration::from_secs(7)));
        let text = metrics.encode();
        assert!(
            text.contains("ni_webhook_certificate_not_after_timestamp_seconds 7"),
            "{text}"
        );
        let process = text.contains("\nprocess_resident_memory_bytes ");
        assert_eq!(process, cfg!(target_os = "linux"), "{text}");
    }
}
