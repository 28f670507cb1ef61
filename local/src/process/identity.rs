// SPDX-License-Identifier: Apache-2.0

//! Which process a pid meant: pids are used again, so a pid alone proves nothing.

use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

/// A pid together with the time its process began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The process id, which is the process group's id as well.
    pub pid: u32,
    /// Opaque; equal only for the same process.
    pub started: String,
}

impl Identity {
    /// Of a process that runs now; `None` when there is none of that pid.
    pub fn of(pid: u32) -> Option<Self> {
        let started = started_in_proc(pid).or_else(|| started_by_ps(pid))?;
        Some(Self { pid, started })
    }

    /// Whether this very process still runs.
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// Sends a signal to the process; to nobody when the pid is somebody else's by now.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.living_pid() {
            // It may have ended in between: that is what was wanted.
            let _ = kill_process(pid, signal);
        }
    }

    /// Sends a signal to the process and all of its group.
    pub fn signal_group(&self, signal: Signal) {
        if let Some(pid) = self.living_pid() {
            let _ = kill_process_group(pid, signal);
        }
    }

    fn living_pid(&self) -> Option<Pid> {
        self.is_alive()
            .then(|| Pid::from_raw(self.pid.try_into().ok()?))?
    }
}

/// Linux: boot id and start time in clock ticks since boot; none for zombies, which are dead to us.
fn started_in_proc(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold blanks and parentheses itself.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let (state, ticks) = (fields.first()?, fields.get(19)?);
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    (*state != "Z").then(|| format!("{}/{ticks}", boot.trim()))
}

fn started_by_ps(pid: u32) -> Option<String> {
    if std::path::Path::new("/proc/self/stat").exists() {
        return None;
    }
    let mut ps = Command::new("ps");
    ps.args(["-o", "lstart=", "-p", &pid.to_string()])
        .stderr(Stdio::null());
    let output = ps.output().ok()?;
    let started = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!started.is_empty()).then_some(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_itself() {
        let me = Identity::of(std::process::id()).expect("we run");
        assert!(me.is_alive());
    }

    #[test]
    fn the_same_pid_started_at_another_time_is_another() {
        let me = Identity {
            pid: std::process::id(),
            started: "long ago".into(),
        };
        assert!(!me.is_alive());
        // Would end this test if it went to the pid alone.
        me.signal(Signal::KILL);
    }
}
