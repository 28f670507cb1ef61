// SPDX-License-Identifier: Apache-2.0

//! A folder for what the tests write: logs, control planes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// This run's folder, below `target`, or where `CLUSTER_TESTS_SCRATCH` says. Those of runs that have ended are removed by the next run: till then one can
/// read their logs.
pub(crate) fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let all = std::env::var_os("CLUSTER_TESTS_SCRATCH").map(PathBuf::from);
        let all = all.unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
        for old in fs::read_dir(&all).into_iter().flatten().flatten() {
            let ended = old
                .file_name()
                .to_string_lossy()
                .strip_prefix("run-")
                .is_some_and(|pid| !lives(pid));
            if ended {
                let _ = fs::remove_dir_all(old.path());
            }
        }
        let mine = all.join(format!("run-{}", std::process::id()));
        fs::create_dir_all(&mine).expect("a folder");
        mine
    })
}

fn lives(pid: &str) -> bool {
    pid.parse()
        .ok()
        .and_then(xtask::process::Identity::of)
        .is_some()
}
