// SPDX-License-Identifier: Apache-2.0

//! What the metrics are called, and what they mean.

use ni_runtime::process;
use prometheus_client::registry::{Registry, Unit};

use super::Metrics;

impl Metrics {
    pub(super) fn register(&self) -> Registry {
        let mut registry = Registry::default();
        process::register(&mut registry);
        let all = registry.sub_registry_with_prefix("ni");
        all.register(
            "changes",
            "Requests that change or read an object, by kind, purpose and outcome",
            self.changes.clone(),
        );
        all.register_with_unit(
            "api_request_duration",
            "Time from sending a request to its answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        all.register(
            "events",
            "Events, by reason and outcome",
            self.events.clone(),
        );
        all.register(
            "reconciles",
            "Reconciles: how often changes were planned for an object",
            self.reconciles.clone(),
        );
        all.register_with_unit(
            "reconcile_duration",
            "Time to plan the next request; reconciles that need no request are not counted",
            Unit::Seconds,
            self.reconcile_seconds.clone(),
        );
        all.register(
            "retries",
            "Retries of objects, because a request failed or because the same write was undone",
            self.retries.clone(),
        );
        all.register_with_unit(
            "longest_turn",
            "Longest CPU time since the process started that the main loop or a watch used without yielding to other tasks on its thread",
            Unit::Seconds,
            self.longest_turn.clone(),
        );
        all.register(
            "queue_depth",
            "Objects that wait to be reconciled",
            self.queue_depth.clone(),
        );
        all.register_with_unit(
            "queue_oldest_age",
            "How long the oldest object in the queue has been waiting",
            Unit::Seconds,
            self.queue_age.clone(),
        );
        all.register(
            "requests_under_way",
            "Requests in flight",
            self.under_way.clone(),
        );
        all.register(
            "leader",
            "1 while this replica leads, 0 while it is a standby",
            self.leader.clone(),
        );
        all.register(
            "restores",
            "How often everything was listed again because the API server had gone back to an older state",
            self.restores.clone(),
        );
        self.register_world(all);
        registry
    }

    /// What is known, and what it takes.
    fn register_world(&self, all: &mut Registry) {
        all.register(
            "world_objects",
            "Objects in memory, by kind",
            self.objects.clone(),
        );
        all.register_with_unit(
            "world",
            "Estimated memory of these objects, by kind",
            Unit::Bytes,
            self.world_bytes.clone(),
        );
        all.register(
            "prefixes_without_room",
            "Prefixes that wait because no parent has room for them",
            self.without_room.clone(),
        );
        all.register(
            "public_pools_used_ratio",
            "Share of the addresses of all public pools that are used, by family",
            self.pools_used.clone(),
        );
        all.register_with_unit(
            "memory_limit",
            "Memory limit of the container, 0 if there is none",
            Unit::Bytes,
            self.memory_limit_bytes.clone(),
        );
        all.register(
            "objects_skipped",
            "Objects that cannot be decoded, by kind",
            self.skipped.clone(),
        );
        all.register_with_unit(
            "watch_lag",
            "Time from the answer to a write until the watch delivers it (sampled), by kind",
            Unit::Seconds,
            self.watch_lag.clone(),
        );
    }
}
