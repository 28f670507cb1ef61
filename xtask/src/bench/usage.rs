// SPDX-License-Identifier: Apache-2.0

//! What a process has used, as Linux tells it.

use std::time::Duration;

use anyhow::{Context, Result};

/// User and system time of a running process.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    let stat = stat.context("the benchmark reads /proc, which only Linux has")?;
    let ticks = cpu_ticks(&stat).context("/proc/PID/stat is not as expected")?;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_millis(ticks * 1000 / per_second))
}

fn cpu_ticks(stat: &str) -> Option<u64> {
    // The name in parentheses may hold blanks.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Resident memory in bytes: `VmRSS` now, `VmHWM` at most.
pub(crate) fn memory(pid: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kib = memory_kib(&status, field)
        .with_context(|| format!("/proc/PID/status does not tell {field}"))?;
    Ok(kib * 1024)
}

fn memory_kib(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim_start_matches(':')
        .trim()
        .strip_suffix(" kB")?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_read() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 999 0";
        assert_eq!(cpu_ticks(stat), Some(300));
        let status = "Name:\tx\nVmHWM:\t   62464 kB\nVmRSS:\t   50000 kB\n";
        assert_eq!(memory_kib(status, "VmHWM"), Some(62464));
        assert_eq!(memory_kib(status, "VmSwap"), None);
    }
}
