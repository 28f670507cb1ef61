// SPDX-License-Identifier: Apache-2.0

//! Prometheus metrics. Every label has a fixed, small set of values.

mod names;

use std::sync::Arc;
use std::time::Duration;

use ironcore_api::address::IpFamily;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::core::{Core, Now, Outcome};
use crate::plan::{Change, Reason, Request};
use crate::world::{Kind, Pool};

type Fraction = Gauge<f64, std::sync::atomic::AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ChangeLabels {
    kind: &'static str,
    purpose: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    verb: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    reason: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FamilyLabels {
    family: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// All metrics of the controller; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    changes: Family<ChangeLabels, Counter>,
    request_seconds: Family<RequestLabels, Histogram>,
    events: Family<EventLabels, Counter>,
    reconciles: Counter,
    reconcile_seconds: Histogram,
    retries: Counter,
    longest_turn: Fraction,
    queue_depth: Gauge,
    queue_age: Fraction,
    under_way: Gauge,
    leader: Gauge,
    restores: Counter,
    objects: Family<KindLabels, Gauge>,
    skipped: Family<KindLabels, Gauge>,
    world_bytes: Family<KindLabels, Gauge>,
    without_room: Gauge,
    pools_used: Family<FamilyLabels, Fraction>,
    memory_limit_bytes: Gauge,
    watch_lag: Family<KindLabels, Histogram>,
}

fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Arc::default(),
            changes: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            events: Family::default(),
            reconciles: Counter::default(),
            reconcile_seconds: Histogram::new(exponential_buckets(0.000_005, 4.0, 10)),
            retries: Counter::default(),
            longest_turn: Gauge::default(),
            queue_depth: Gauge::default(),
            queue_age: Gauge::default(),
            under_way: Gauge::default(),
            leader: Gauge::default(),
            restores: Counter::default(),
            objects: Family::default(),
            skipped: Family::default(),
            world_bytes: Family::default(),
            without_room: Gauge::default(),
            pools_used: Family::default(),
            memory_limit_bytes: Gauge::default(),
            watch_lag: Family::new_with_constructor(seconds),
        };
        metrics.registry = Arc::new(metrics.register());
        metrics
    }
}

impl Metrics {
    /// Counts the answer to a request.
    pub fn answered(&self, change: &Change, outcome: &Outcome, took: Duration) {
        let verb = match change.request {
            Request::Create(_) => "create",
            Request::Patch(_) => "patch",
            Request::PatchStatus(_) => "patch_status",
            Request::Delete { .. } => "delete",
            Request::Read => "get",
            Request::Ask(_) => "ask",
        };
        self.request_seconds
            .get_or_create(&RequestLabels { verb })
            .observe(took.as_secs_f64());
        let outcome = match outcome {
            Outcome::Object(_) => "done",
            Outcome::Gone => "gone",
            Outcome::Told(true) => "yes",
            Outcome::Told(false) => "no",
            Outcome::Failed(failure) => failure.as_str(),
        };
        let labels = ChangeLabels {
            kind: change.kind.as_str(),
            purpose: change.purpose.as_str(),
            outcome,
        };
        self.changes.get_or_create(&labels).inc();
    }

    /// Counts an Event that was sent or not.
    pub fn event(&self, reason: Reason, sent: bool) {
        self.count_event(reason, if sent { "sent" } else { "failed" });
    }

    /// Counts an Event that was dropped for newer ones.
    pub fn event_dropped(&self, reason: Reason) {
        self.count_event(reason, "dropped");
    }

    fn count_event(&self, reason: Reason, outcome: &'static str) {
        self.events
            .get_or_create(&EventLabels {
                reason: reason.as_str(),
                outcome,
            })
            .inc();
    }

    /// Records how long planning took.
    pub fn planned(&self, took: Duration) {
        self.reconcile_seconds.observe(took.as_secs_f64());
    }

    /// Records for how long one task kept all others waiting.
    pub fn turn(&self, took: Duration) {
        let took = took.as_secs_f64();
        if took > self.longest_turn.get() {
            self.longest_turn.set(took);
        }
    }

    /// Records how long a write took to come back by its watch.
    pub fn watch_lag(&self, kind: Kind, lag: Duration) {
        self.watch_lag
            .get_or_create(&KindLabels {
                kind: kind.as_str(),
            })
            .observe(lag.as_secs_f64());
    }

    /// Reads what the core knows.
    pub fn read(&self, core: &Core, now: Now) {
        let counts = core.counts();
        self.reconciles
            .inc_by(counts.reconciles.saturating_sub(self.reconciles.get()));
        self.retries
            .inc_by(counts.retries.saturating_sub(self.retries.get()));
        let (depth, age) = core.queue_depth(now);
        self.queue_depth.set(count(depth));
        self.queue_age.set(age.as_secs_f64());
        self.under_way.set(count(core.under_way()));
        for kind in Kind::ALL {
            let labels = KindLabels {
                kind: kind.as_str(),
            };
            let size = core.world().size(kind);
            self.objects.get_or_create(&labels).set(count(size.objects));
            self.skipped.get_or_create(&labels).set(count(size.skipped));
            self.world_bytes
                .get_or_create(&labels)
                .set(count(size.bytes));
        }
        let prefixes = core.world().size(Kind::Prefix);
        self.without_room.set(count(prefixes.waiting));
        for family in [IpFamily::IPv4, IpFamily::IPv6] {
            let labels = FamilyLabels {
                family: family.as_str(),
            };
            let used = used_ratio(core.world().pools().iter(), family);
            self.pools_used.get_or_create(&labels).set(used);
        }
        self.memory_limit_bytes
            .set(count(memory_limit_bytes().unwrap_or(0)));
    }

    /// Says whether this replica leads.
    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// Counts that the API server went back to an older state.
    pub fn restored(&self) {
        self.restores.inc();
    }

    /// All metrics in the OpenMetrics text format.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        // Writing to a String does not fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

/// What is used of all pools of a family together; 0 where there is none.
fn used_ratio(pools: impl Iterator<Item = Pool>, family: IpFamily) -> f64 {
    let pools = pools.filter(|pool| pool.block.family() == family);
    let (all, used) = pools.fold((0.0, 0.0), |(all, used), pool| {
        let size = f64::from(family.bits() - pool.block.length()).exp2();
        (
            all + size,
            used + size * f64::from(pool.used_percent) / 100.0,
        )
    });
    if all > 0.0 { used / all } else { 0.0 }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The limit of the control group, as Linux reports it inside of a container; `None` where there is none.
fn memory_limit_bytes() -> Option<usize> {
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok()?;
    limit.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use ironcore_api::address::parse_prefix;

    use crate::core::Backoff;
    use crate::plan::{Options, Purpose};

    /// One of each.
    fn all() -> String {
        let metrics = Metrics::default();
        let change = Change {
            kind: Kind::Machine,
            name: "m".into(),
            request: Request::Read,
            purpose: Purpose::Look,
            then: None,
        };
        metrics.answered(&change, &Outcome::Gone, Duration::ZERO);
        metrics.event(Reason::Waiting, true);
        metrics.planned(Duration::ZERO);
        metrics.watch_lag(Kind::Machine, Duration::ZERO);
        let backoff = Backoff {
            base: Duration::ZERO,
            cap: Duration::ZERO,
        };
        let now = Now {
            elapsed: Duration::ZERO,
            wall: k8s_openapi::jiff::Timestamp::UNIX_EPOCH,
        };
        metrics.read(&Core::new(Options::default(), backoff), now);
        metrics.encode()
    }

    #[test]
    fn pools_count_by_their_size() {
        let pool = |block: &str, used_percent| Pool {
            block: parse_prefix(block).expect("a block"),
            used_percent,
        };
        let pools = [
            pool("203.0.113.0/28", 100),
            pool("198.51.100.0/26", 50),
            pool("2001:db8::/64", 10),
        ];
        for (pools, family, expected) in [
            (&pools[..], IpFamily::IPv4, 0.6),
            (&pools, IpFamily::IPv6, 0.1),
            (&[], IpFamily::IPv4, 0.0),
        ] {
            let used = used_ratio(pools.iter().copied(), family);
            assert!((used - expected).abs() < 1e-9, "{used} of {pools:?}");
        }
    }

    /// Name, type and labels, as a row of the docs has them.
    fn rows(text: &str) -> BTreeSet<String> {
        let mut rows = BTreeSet::new();
        for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let (name, kind) = line.split_once(' ').unwrap();
            let sample = text
                .lines()
                .find(|line| line.starts_with(name) && !line.starts_with('#'))
                .unwrap();
            let labels = sample
                .split_once('{')
                .map_or("", |(_, rest)| rest.split_once('}').unwrap().0);
            let labels = labels
                .split(',')
                .filter_map(|label| label.split_once('=').map(|(name, _)| name))
                .filter(|name| *name != "le")
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let total = if kind == "counter" { "_total" } else { "" };
            let row = format!("| `{name}{total}` | {kind} | {labels} |");
            rows.insert(row.replace("|  |", "| |"));
        }
        rows
    }

    #[test]
    fn the_docs_name_every_metric_with_its_type_and_labels_and_no_other() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        // What follows is the webhook's.
        let (docs, _) = docs.split_once("\n## ni-webhook\n").expect("its heading");
        let is_ours = |line: &&str| line.starts_with("| `ni_") || line.starts_with("| `process_");
        let documented = docs.lines().filter(is_ours);
        let rows = rows(&all());
        let unknown: Vec<&str> = documented
            .clone()
            .filter(|line| line.matches('|').count() == 5)
            .filter(|line| !rows.iter().any(|row| line.starts_with(row)))
            .collect();
        assert!(unknown.is_empty(), "{unknown:#?}\nin {rows:#?}");
        let missing: Vec<&String> = rows
            .iter()
            .filter(|row| !documented.clone().any(|line| line.starts_with(*row)))
            .collect();
        assert!(missing.is_empty(), "{missing:#?}");
    }
}
