// SPDX-License-Identifier: Apache-2.0

//! The processes of pods, which a node sees.

use std::fs;

use k8s_openapi::api::core::v1::Pod;
use rustix::process::{Pid, Signal, kill_process};

use super::act;
use super::cluster::{CONTROLLER, Cluster, WEBHOOK, name};
use super::figures::Figures;

/// The process of a pod's program.
pub(super) struct Process {
    pid: i32,
}

impl Process {
    /// Of this pod.
    pub(super) fn of(pod: &Pod, program: &str) -> Self {
        let uid = pod.metadata.uid.as_deref().expect("a uid");
        let found = fs::read_dir("/proc").expect("processes").flatten();
        let mut found = found.filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let words = fs::read(entry.path().join("cmdline")).ok()?;
            let first = words.split(|byte| *byte == 0).next()?;
            let groups = fs::read_to_string(entry.path().join("cgroup")).ok()?;
            let ours = first == format!("/{program}").as_bytes() && groups.contains(uid);
            ours.then_some(Self { pid })
        });
        found
            .next()
            .unwrap_or_else(|| panic!("{} has no process", name(pod)))
    }

    /// SIGKILL.
    pub(super) fn kill(&self) {
        let pid = Pid::from_raw(self.pid).expect("a pid");
        kill_process(pid, Signal::KILL).expect("it runs");
    }

    /// MiB that are resident: what its control group counts, and its program's file, which is counted for whoever touched
    /// it first, so mostly for nobody here.
    fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<f64>().ok())
            .expect("a number of kB")
            / 1024.0
    }
}

/// What both programs take while nothing happens: the larger of the two pods of each.
pub(super) async fn idle_memory(cluster: &Cluster, figures: &mut Figures) {
    act("memory");
    for (app, goal) in [(CONTROLLER, 30.0), (WEBHOOK, 15.0)] {
        let pods = cluster.pods(app).await;
        let resident = pods.iter().map(|pod| Process::of(pod, app).resident());
        let most = resident.fold(0.0, f64::max);
        figures.exact(
            &format!("resident memory of an idle {app}"),
            most,
            "MiB",
            goal,
        );
    }
}
