// SPDX-License-Identifier: Apache-2.0

//! Removing a node's control groups once its processes have ended, also where we have no time for it.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Waits for its standard input to end, which is when the process that holds the other end does, and then for ten
/// seconds at most until every group can be removed. A line that it reads before tells it to let them be.
const SWEEP: &str = r#"
read -r _ && exit 0
tries=100
while [ $tries -gt 0 ]; do
    left=0
    for group in "$@"; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
        [ -d "$group" ] && left=1
    done
    [ $left = 0 ] && exit 0
    sleep 0.1
    tries=$((tries - 1))
done
exit 1
"#;

/// Removes groups when it is told to, or when we end.
pub(super) struct Sweeper {
    process: Child,
    groups: Vec<PathBuf>,
}

impl Sweeper {
    /// For these groups; each has what is below it removed as well.
    pub(super) fn start(groups: &[PathBuf]) -> Result<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", SWEEP, "sweep"]).args(groups);
        // Of a process group of its own: Ctrl-C is for us, and we end what holds the groups first.
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let process = command.spawn().context("starting `sh`")?;
        Ok(Self {
            process,
            groups: groups.to_owned(),
        })
    }

    /// Removes them now.
    ///
    /// # Errors
    /// If some are still in use after ten seconds.
    pub(super) fn sweep(mut self) -> Result<()> {
        // Ends its standard input.
        let status = self.process.wait().context("waiting for `sh`")?;
        let left: Vec<_> = self.groups.iter().filter(|group| group.exists()).collect();
        ensure!(
            status.success() && left.is_empty(),
            "control groups cannot be removed, so processes must be left in them: {left:?}"
        );
        Ok(())
    }

    /// Leaves them to others.
    pub(super) fn dismiss(mut self) -> Vec<PathBuf> {
        if let Some(input) = &mut self.process.stdin {
            let _ = input.write_all(b"\n");
        }
        let _ = self.process.wait();
        self.groups
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("xtask-sweep-{name}-{}", std::process::id()));
        fs::create_dir_all(dir.join("a/b")).expect("a folder");
        dir
    }

    #[test]
    fn groups_go_with_those_below_them() {
        let dir = folder("goes");
        Sweeper::start(std::slice::from_ref(&dir))
            .and_then(Sweeper::sweep)
            .expect("swept");
        assert!(!dir.exists());
    }

    #[test]
    fn groups_go_when_whoever_started_the_sweeper_is_gone() {
        let dir = folder("orphan");
        let mut sweeper = Sweeper::start(std::slice::from_ref(&dir)).expect("a sweeper");
        drop(sweeper.process.stdin.take());
        assert!(sweeper.process.wait().expect("its status").success());
        assert!(!dir.exists());
    }

    #[test]
    fn a_dismissed_sweeper_leaves_them() {
        let dir = folder("stays");
        let sweeper = Sweeper::start(std::slice::from_ref(&dir)).expect("a sweeper");
        assert_eq!(sweeper.dismiss(), std::slice::from_ref(&dir));
        assert!(dir.join("a/b").exists());
        fs::remove_dir_all(dir).expect("removed");
    }
}
