// SPDX-License-Identifier: Apache-2.0

//! The process itself, by the names that Prometheus' own client libraries use, so that dashboards and alerts for these fit.

use std::fmt;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

/// Adds the process to `registry`, which must not have a prefix. It is read at each scrape.
pub fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(Process));
}

#[derive(Debug)]
struct Process;

/// What the operating system says of the process. What it does not say is left out.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    cpu: Option<Duration>,
    started: Option<u64>,
    resident_bytes: Option<u64>,
    virtual_bytes: Option<u64>,
    threads: Option<u64>,
    open_fds: Option<u64>,
    max_fds: Option<u64>,
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let seen = Seen::now();
        if let Some(cpu) = seen.cpu {
            let help = "User and system CPU time";
            let counter = ConstCounter::new(cpu.as_secs_f64());
            let (unit, kind) = (Some(&Unit::Seconds), counter.metric_type());
            counter.encode(encoder.encode_descriptor("process_cpu", help, unit, kind)?)?;
        }
        for (name, help, unit, value) in [
            (
                "process_start_time",
                "When the process started, since the epoch",
                Some(Unit::Seconds),
                seen.started,
            ),
            (
                "process_resident_memory",
                "Resident memory",
                Some(Unit::Bytes),
                seen.resident_bytes,
            ),
            (
                "process_virtual_memory",
                "Virtual memory",
                Some(Unit::Bytes),
                seen.virtual_bytes,
            ),
            ("process_threads", "Threads", None, seen.threads),
            (
                "process_open_fds",
                "Open file descriptors",
                None,
                seen.open_fds,
            ),
            (
                "process_max_fds",
                "Maximum number of open file descriptors",
                None,
                seen.max_fds,
            ),
        ] {
            let Some(value) = value else { continue };
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let kind = gauge.metric_type();
            gauge.encode(encoder.encode_descriptor(name, help, unit.as_ref(), kind)?)?;
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
impl Seen {
    fn now() -> Self {
        use procfs::process::{LimitValue, Process};

        let Ok(process) = Process::myself() else {
            return Self::default();
        };
        let (stat, limits) = (process.stat().ok(), process.limits().ok());
        let limit = limits.map(|limits| limits.max_open_files.soft_limit);
        let boot = procfs::boot_time_secs().ok();
        let ticks = |ticks| {
            Duration::from_secs(ticks)
                / u32::try_from(procfs::ticks_per_second()).unwrap_or(u32::MAX)
        };
        Self {
            cpu: stat.as_ref().map(|stat| ticks(stat.utime + stat.stime)),
            started: stat
                .as_ref()
                .zip(boot)
                .map(|(stat, boot)| boot + ticks(stat.starttime).as_secs()),
            resident_bytes: stat.as_ref().map(|stat| stat.rss * procfs::page_size()),
            virtual_bytes: stat.as_ref().map(|stat| stat.vsize),
            threads: stat
                .as_ref()
                .and_then(|stat| stat.num_threads.try_into().ok()),
            open_fds: process
                .fd_count()
                .ok()
                .and_then(|count| count.try_into().ok()),
            max_fds: limit.map(|limit| match limit {
                LimitValue::Unlimited => u64::MAX,
                LimitValue::Value(limit) => limit,
            }),
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Seen {
    fn now() -> Self {
        Self::default()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::SystemTime;

    use prometheus_client::encoding::text;

    use super::*;

    fn scrape() -> String {
        let mut registry = Registry::default();
        register(&mut registry);
        // What is beside it has a prefix; the process has none.
        registry.sub_registry_with_prefix("ni");
        let mut out = String::new();
        text::encode(&mut out, &registry).expect("text");
        out
    }

    fn value(text: &str, name: &str) -> f64 {
        let line = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
        text.lines()
            .find_map(line)
            .unwrap_or_else(|| panic!("no {name} in {text}"))
    }

    #[test]
    fn the_process_is_described_by_the_conventional_names() {
        let files = [(); 9].map(|()| std::fs::File::open("/proc/self/stat").expect("a file"));
        let text = scrape();
        assert!(value(&text, "process_open_fds") >= 9.0, "{text}");
        drop(files);
        let resident = value(&text, "process_resident_memory_bytes");
        assert!(resident > 1e5, "{text}");
        assert!(value(&text, "process_virtual_memory_bytes") >= resident);
        assert!(value(&text, "process_threads") >= 1.0);
        assert!(value(&text, "process_max_fds") >= value(&text, "process_open_fds"));
        let now = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
        let age = now.as_secs_f64() - value(&text, "process_start_time_seconds");
        assert!((-5.0..3600.0).contains(&age), "{age}");
    }

    #[test]
    fn the_cpu_time_grows_with_work() {
        let before = value(&scrape(), "process_cpu_seconds_total");
        let mut sum = 0_u64;
        while value(&scrape(), "process_cpu_seconds_total") <= before {
            sum = std::hint::black_box((0..1_000_000).sum::<u64>() ^ sum);
        }
    }
}
