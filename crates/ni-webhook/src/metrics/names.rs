// SPDX-License-Identifier: Apache-2.0

//! What the metrics are called, and what they mean.

use ni_runtime::process;
use prometheus_client::registry::{Registry, Unit};

use super::Metrics;

impl Metrics {
    pub(super) fn register(&self) -> Registry {
        let mut registry = Registry::default();
        process::register(&mut registry);
        let all = registry.sub_registry_with_prefix("ni_webhook");
        all.register(
            "reviews",
            "Reviews, by endpoint, kind and outcome",
            self.reviews.clone(),
        );
        all.register_with_unit(
            "review_duration",
            "Time from a review's last byte to its answer, by endpoint",
            Unit::Seconds,
            self.review_seconds.clone(),
        );
        all.register("warnings", "Warnings to users", self.warnings.clone());
        all.register(
            "reference_lookups",
            "Lookups of referenced objects, by answer",
            self.lookups.clone(),
        );
        self.register_connections(all);
        self.register_requests(all);
        self.register_certificate(all);
        registry
    }

    fn register_connections(&self, all: &mut Registry) {
        all.register(
            "connections",
            "Connections that are open",
            self.connections.clone(),
        );
        all.register(
            "connections_limit",
            "Connections that may be open at once",
            self.connections_limit.clone(),
        );
        all.register(
            "connections_failed",
            "Connections that ended before their TLS handshake was complete",
            self.connections_failed.clone(),
        );
        all.register(
            "connections_evicted",
            "Connections that were closed to make room for others, by reason",
            self.connections_evicted.clone(),
        );
    }

    fn register_requests(&self, all: &mut Registry) {
        all.register(
            "requests",
            "Reviews under way, from their headers until their answer is sent",
            self.requests.clone(),
        );
        all.register_with_unit(
            "body",
            "Bodies of reviews in memory",
            Unit::Bytes,
            self.body_bytes.clone(),
        );
        all.register(
            "body_waits",
            "Bodies of reviews that had to wait for room",
            self.body_waits.clone(),
        );
    }

    fn register_certificate(&self, all: &mut Registry) {
        all.register_with_unit(
            "certificate_not_after_timestamp",
            "When the certificate in use expires, 0 without one",
            Unit::Seconds,
            self.certificate_expires.clone(),
        );
        all.register(
            "certificate_failures",
            "New certificates, keys or client CAs that could not be taken",
            self.certificate_failures.clone(),
        );
    }
}
