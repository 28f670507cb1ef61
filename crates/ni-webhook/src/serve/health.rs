// SPDX-License-Identifier: Apache-2.0

//! `/healthz`, `/readyz` and `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::certificate::Current;
use crate::metrics::Metrics;
use crate::references::References;

/// How long readiness waits for the first lists. A name that they lack is asked for one by one, so without them
/// answers are right but cost more; where they never come, that is better than no answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether the server is about to stop; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on it is.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What health is read from.
#[derive(Clone)]
pub struct Health {
    /// The certificate in use.
    pub current: Current,
    /// What is known of the objects that others refer to.
    pub references: References,
    /// Whether it is about to stop.
    pub stopping: Stopping,
    /// All metrics.
    pub metrics: Metrics,
    /// When the process started.
    pub started: Instant,
}

impl Health {
    /// Why the API server should not ask here now; `None` where it may.
    pub fn unready(&self, now: SystemTime) -> Option<&'static str> {
        let patient = self.started.elapsed() < PATIENCE;
        if self.stopping.begun() {
            Some("it is shutting down")
        } else if self.current.identity().is_none() {
            Some("there is no certificate")
        } else if !self.current.is_valid(now) {
            Some("the certificate is not valid now")
        } else if patient && !self.references.ready() {
            Some("the first lists of what objects refer to are not complete")
        } else {
            None
        }
    }
}

/// Answers about health; without TLS, so not for the open.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(scrape))
        .with_state(health)
}

async fn ready(State(health): State<Health>) -> impl IntoResponse {
    match health.unready(SystemTime::now()) {
        None => (StatusCode::OK, "ok"),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

async fn scrape(State(health): State<Health>) -> impl IntoResponse {
    let identity = health.current.identity();
    health
        .metrics
        .read(identity.map(|identity| identity.validity().not_after));
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, format)], health.metrics.encode())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::identity::tests::pair;

    fn health() -> Health {
        Health {
            current: Current::default(),
            references: References::none(),
            stopping: Stopping::default(),
            metrics: Metrics::default(),
            started: Instant::now(),
        }
    }

    #[test]
    fn it_is_ready_with_a_valid_certificate_until_it_stops() {
        let (health, now) = (health(), SystemTime::now());
        assert_eq!(health.unready(now), Some("there is no certificate"));
        let (chain, key) = pair();
        let published = health.current.publish(chain.as_bytes(), key.as_bytes());
        published.expect("a good pair");
        assert_eq!(health.unready(now), None);
        assert_eq!(
            health.unready(now + Duration::from_hours(24)),
            Some("the certificate is not valid now")
        );
        health.stopping.begin();
        assert_eq!(health.unready(now), Some("it is shutting down"));
    }
}
