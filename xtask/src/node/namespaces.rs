// SPDX-License-Identifier: Apache-2.0

//! The namespaces that a node lives in, and the process that they end with.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::cgroups::{self, Hierarchy};
use super::sweeper::Sweeper;
use crate::process::{Identity, Tied};
use crate::repo;

/// The node's folder, as its namespaces have it: short enough for sockets wherever the checkout is.
pub(super) const WITHIN: &str = "/run/node";

/// Puts itself into the groups before `--`, then becomes what is after it.
const JOIN: &str = r#"
while [ "$1" != -- ]; do
    echo $$ > "$1/cgroup.procs" || exit 1
    shift
done
shift
exec "$@"
"#;

/// Becomes `$2` in the folder `$1`. (Not every `nsenter` can do that.)
const IN_FOLDER: &str = r#"cd "$1" && shift && exec "$@""#;

/// Where a node is: what a command needs to be run in it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Place {
    /// Process 1 of the namespaces.
    pub(super) init: Identity,
    /// Its control groups.
    pub(super) groups: Vec<PathBuf>,
}

/// The namespaces. All that runs in them ends when they are dropped.
pub(super) struct Namespaces {
    /// In the order in which they go when dropped.
    outer: Tied,
    sweeper: Sweeper,
    place: Place,
}

impl Namespaces {
    /// Makes them, for a node with this folder.
    pub(super) async fn make(dir: &Path) -> Result<Self> {
        let hierarchies = cgroups::hierarchies()?;
        let groups = make_groups(&hierarchies)?;
        let sweeper = Sweeper::start(&groups)?;
        let mut command = joined(&groups);
        command.args(["unshare", "--mount", "--net", "--uts", "--ipc", "--cgroup"]);
        command.args(["--pid", "--fork", "--kill-child", "--propagation=private"]);
        command.arg(repo::root().join("hack/node/init.sh")).arg(dir);
        for hierarchy in &hierarchies {
            command.args([&hierarchy.name, &hierarchy.options]);
        }
        let mut outer = Tied::spawn_logged("init", command, &dir.join("logs/init.log"))?;
        let init = until_made(&mut outer, &dir.join("init.pid")).await?;
        let place = Place { init, groups };
        Ok(Self {
            outer,
            sweeper,
            place,
        })
    }

    /// Where it is.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Fails when they have ended.
    pub(super) fn check(&mut self) -> Result<()> {
        self.outer.check()
    }

    /// Ends all that runs in them.
    ///
    /// # Errors
    /// If something is left.
    pub(super) async fn end(self) -> Result<()> {
        self.outer.stop(Duration::ZERO).await;
        tokio::task::spawn_blocking(|| self.sweeper.sweep()).await?
    }

    /// Lets them live on without us.
    pub(super) fn detach(self) -> Place {
        self.outer.detach();
        self.sweeper.dismiss();
        self.place
    }
}

impl Place {
    /// A command that runs `program` within, in the folder `cwd`.
    pub(super) fn command(&self, cwd: &Path, program: &OsStr) -> Command {
        let mut command = joined(&self.groups);
        command.args(["nsenter", "--target", &self.init.pid.to_string()]);
        command.args([
            "--mount", "--net", "--uts", "--ipc", "--cgroup", "--pid", "--",
        ]);
        command.args(["sh", "-c", IN_FOLDER, "in-folder"]);
        command.arg(cwd).arg(program);
        command
    }

    /// Ends what was detached.
    ///
    /// # Errors
    /// If something is left.
    pub(super) async fn end(&self) -> Result<()> {
        // All in its namespace end with process 1, which no handler of theirs can prevent.
        self.init.signal(Signal::KILL);
        let sweeper = Sweeper::start(&self.groups)?;
        tokio::task::spawn_blocking(|| sweeper.sweep()).await?
    }
}

const GROUP: &str = "ironcore-ni-node-";

/// A group per hierarchy, named by our pid; what others left whose pids nobody has any more goes.
fn make_groups(hierarchies: &[Hierarchy]) -> Result<Vec<PathBuf>> {
    let nobodys = |group: &Path| {
        let name = group.file_name().unwrap_or_default().to_string_lossy();
        let pid = name.strip_prefix(GROUP).and_then(|pid| pid.parse().ok());
        let empty = fs::read(group.join("cgroup.procs")).is_ok_and(|pids| pids.is_empty());
        empty && pid.is_some_and(|pid| Identity::of(pid).is_none())
    };
    let left = cgroups::left(hierarchies, GROUP, nobodys);
    if !left.is_empty() {
        Sweeper::start(&left)?.sweep()?;
    }
    let name = format!("{GROUP}{}", std::process::id());
    let made = hierarchies.iter().map(|hierarchy| hierarchy.make(&name));
    made.collect()
}

fn joined(groups: &[PathBuf]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", JOIN, "join"]).args(groups).arg("--");
    command
}

/// Waits until process 1 says that it has made everything.
async fn until_made(outer: &mut Tied, pid_file: &Path) -> Result<Identity> {
    const PATIENCE: Duration = Duration::from_secs(20);
    let deadline = Instant::now() + PATIENCE;
    loop {
        outer.check()?;
        if let Ok(pid) = fs::read_to_string(pid_file) {
            let pid = pid.trim().parse().context("the pid of process 1")?;
            return Identity::of(pid).context("process 1 has ended");
        }
        if Instant::now() > deadline {
            bail!("the namespaces are not made after {PATIENCE:?}");
        }
        sleep(Duration::from_millis(10)).await;
    }
}
