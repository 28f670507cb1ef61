// SPDX-License-Identifier: Apache-2.0

//! Child processes that end with us, however we end.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Identity, stop};

/// Kills group `$1` as soon as its standard input ends, which is when the process that holds the
/// other end does: by itself, by SIGKILL, whatever. `PR_SET_PDEATHSIG` would be tied to the
/// thread that forked (tests end threads all the time) and to Linux.
const GUARD: &str = "read -r _; kill -KILL -\"$1\" 2>/dev/null";

/// A child in a process group of its own, with a guard that kills the group when we are gone.
///
/// Of its own, so that Ctrl-C on the terminal reaches us only, and we end things in order.
pub struct Tied {
    name: String,
    log: Option<PathBuf>,
    identity: Identity,
    child: Child,
    guard: Option<Child>,
}

impl Tied {
    /// Starts a server that writes its output to `log`.
    pub fn spawn_logged(name: &str, mut command: Command, log: &Path) -> Result<Self> {
        let file = File::options().create(true).append(true).open(log);
        let out = file.with_context(|| format!("opening the log {}", log.display()))?;
        command.stdout(out.try_clone()?).stderr(out);
        let mut tied = Self::spawn(name, command)?;
        tied.log = Some(log.to_owned());
        Ok(tied)
    }

    /// Starts a command that shares our output.
    pub fn spawn(name: &str, mut command: Command) -> Result<Self> {
        keep_inherited();
        command.stdin(Stdio::null()).process_group(0);
        let program = command.get_program().to_owned();
        let what = || format!("starting {name} ({})", program.to_string_lossy());
        let mut child = command.spawn().with_context(what)?;
        let guard = guard(child.id())
            .inspect_err(|_| drop(child.kill()))
            .with_context(what)?;
        let pid = child.id();
        // None if it has ended already: then there is nobody to signal.
        let started = Identity::of(pid).map(|identity| identity.started);
        let identity = Identity {
            pid,
            started: started.unwrap_or_default(),
        };
        Ok(Self {
            name: name.to_owned(),
            log: None,
            identity,
            child,
            guard: Some(guard),
        })
    }

    /// The name it was started under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its log, if it has one.
    pub fn log(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    /// Pid and start time.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The lines of its piped standard output, else of its piped standard error, once.
    pub fn lines(&mut self) -> impl Iterator<Item = String> + Send + use<> {
        let out = self
            .child
            .stdout
            .take()
            .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let err = || {
            self.child
                .stderr
                .take()
                .map(|pipe| Box::new(pipe) as Box<dyn Read + Send>)
        };
        let pipe = out.or_else(err).unwrap_or_else(|| Box::new(io::empty()));
        BufReader::new(pipe).lines().map_while(Result::ok)
    }

    /// How it ended, if it did.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            // From now on the pid may become somebody else's.
            self.end_guard();
        }
        Ok(status)
    }

    /// Waits for it to end by itself.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// As [`wait`](Self::wait), for code that is not async.
    pub fn wait_blocking(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait();
        self.end_guard();
        status
    }

    /// Fails, with the end of the log, when the process has ended.
    pub fn check(&mut self) -> Result<()> {
        let Some(status) = self.try_wait()? else {
            return Ok(());
        };
        let tail = self.log.as_deref().map(log_tail).unwrap_or_default();
        anyhow::bail!("{} ended early ({status}){tail}", self.name)
    }

    /// Stops it, by force after `grace`.
    pub async fn stop(mut self, grace: Duration) {
        if self.guard.is_some() {
            stop(&self.identity, grace).await;
            self.end();
        }
    }

    /// Lets it live on without us.
    pub fn detach(mut self) -> Identity {
        self.end_guard();
        self.identity.clone()
    }

    fn end(&mut self) {
        // Not waited for yet, so the pid is still its own even if it has ended.
        if let Some(group) = self.child.id().try_into().ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.end_guard();
    }

    fn end_guard(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            let _ = guard.kill();
            let _ = guard.wait();
        }
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        // Without a guard it was detached or has ended.
        if self.guard.is_some() {
            self.end();
        }
    }
}

/// Keeps descriptors that we were started with, beyond the standard three, from all processes that we start: a server that
/// lives on would hold a lock or a pipe of our caller's. Our own ones are kept from them as they are opened.
fn keep_inherited() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| close_fds::set_fds_cloexec_threadsafe(3, &[]));
}

fn guard(pid: u32) -> Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "guard", &pid.to_string()]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command
        .spawn()
        .context("starting `sh`, which must be in PATH")
}

/// The last lines of a log, worded to follow an error message.
pub fn log_tail(log: &Path) -> String {
    const LINES: usize = 12;
    let text = std::fs::read(log).map(|b| String::from_utf8_lossy(&b).into_owned());
    let text = text.unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(LINES)..].join("\n    ");
    format!("; its log {} ends with:\n    {tail}", log.display())
}
