// SPDX-License-Identifier: Apache-2.0

//! What a process has used, as Linux says.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use procfs_core::FromRead;
use procfs_core::process::{Schedstat, Stat, Status};

/// Resident memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) resident: u64,
    /// At most.
    pub(crate) peak: u64,
}

/// User and system time of a process, to a few milliseconds.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = Stat::from_file(format!("/proc/{pid}/stat"));
    let stat = stat.context("the benchmark reads /proc, which only Linux has")?;
    let ticks = stat.utime + stat.stime;
    let per_second = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_millis(ticks * 1000 / per_second))
}

/// CPU time of the threads that a process has now, to the nanosecond.
pub(crate) fn cpu_of_threads(pid: u32) -> Result<Duration> {
    let mut all = Duration::ZERO;
    for thread in threads(pid)? {
        let stat = Schedstat::from_file(thread?.join("schedstat"))?;
        all += Duration::from_nanos(stat.sum_exec_runtime);
    }
    Ok(all)
}

/// Whether one of its threads runs, or would.
pub(crate) fn runs(pid: u32) -> Result<bool> {
    for thread in threads(pid)? {
        if Stat::from_file(thread?.join("stat"))?.state == 'R' {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Resident memory of a process.
pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let status = Status::from_file(format!("/proc/{pid}/status"))?;
    let bytes = |kib: Option<u64>| {
        kib.map(|kib| kib * 1024)
            .context("a process without memory")
    };
    Ok(Memory {
        resident: bytes(status.vmrss)?,
        peak: bytes(status.vmhwm)?,
    })
}

/// The folder of each thread.
fn threads(pid: u32) -> Result<impl Iterator<Item = Result<PathBuf>>> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
    let tasks = tasks.context("the benchmark reads /proc, which only Linux has")?;
    Ok(tasks.map(|task| Ok(task?.path())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_something() {
        let me = std::process::id();
        let begun = std::time::Instant::now();
        while cpu(me).expect("/proc").is_zero() {
            assert!(begun.elapsed() < Duration::from_mins(1));
        }
        assert!(cpu_of_threads(me).expect("/proc") > Duration::ZERO);
        assert!(runs(me).expect("/proc"));
        let memory = memory(me).expect("/proc");
        assert!(memory.resident > 1 << 20 && memory.resident <= memory.peak + (1 << 20));
    }
}
