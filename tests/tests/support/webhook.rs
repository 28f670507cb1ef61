// SPDX-License-Identifier: Apache-2.0

//! The real webhook, as a child process.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http::Request;
use rustix::process::Signal;
use xtask::control_plane::{free_port, is_ok, plain_client};
use xtask::process::Tied;

use super::controller::read;
use super::scratch::scratch;
use super::wait::eventually;

/// Where a webhook listens, on loopback.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports {
    /// HTTPS: `/mutate` and `/validate`.
    pub reviews: u16,
    /// HTTP: `/healthz`, `/readyz` and `/metrics`.
    pub health: u16,
}

impl Ports {
    /// Two that nobody listens on now.
    pub(crate) fn free() -> Self {
        let port = || free_port().expect("a free port");
        Self {
            reviews: port(),
            health: port(),
        }
    }

    /// What the API server is to call.
    pub(crate) fn url(self, path: &str) -> String {
        format!("https://127.0.0.1:{}/{path}", self.reviews)
    }
}

/// A running webhook; it is killed on drop, and when the tests end, however they do.
pub(crate) struct Webhook {
    process: Tied,
    pub ports: Ports,
    log: PathBuf,
}

impl Webhook {
    /// Starts it with these flags on free ports; returns when it is ready.
    pub(crate) async fn start(kubeconfig: &Path, flags: &[&str]) -> Self {
        let this = Self::launch(kubeconfig, Ports::free(), flags);
        this.until_ready().await;
        this
    }

    /// Starts it on these ports, as after a restart, and does not wait.
    pub(crate) fn launch(kubeconfig: &Path, ports: Ports, flags: &[&str]) -> Self {
        Self::launch_of(&program(), kubeconfig, ports, flags)
    }

    /// As `launch`, of another build.
    pub(crate) fn launch_of(
        program: &Path,
        kubeconfig: &Path,
        ports: Ports,
        flags: &[&str],
    ) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = scratch().join(format!("webhook-{number}.log"));
        let mut command = Command::new(program);
        command.args([
            &format!("--listen=127.0.0.1:{}", ports.reviews),
            &format!("--health-listen=127.0.0.1:{}", ports.health),
            "--log=info,ni_webhook=debug,ni_runtime=debug",
        ]);
        command.args(flags).env("KUBECONFIG", kubeconfig);
        let process = Tied::spawn_logged("ni-webhook", command, &log).expect("a webhook");
        Self {
            process,
            ports,
            log,
        }
    }

    /// Waits until it is ready.
    pub(crate) async fn until_ready(&self) {
        let client = plain_client(self.ports.health).expect("a client");
        eventually("the webhook is ready", || async {
            let ready = is_ok(&client, "/readyz").await;
            ready.then_some(()).ok_or_else(|| self.log())
        })
        .await;
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }

    /// Whether it answers 200 at this path.
    pub(crate) async fn answers(&self, path: &str) -> bool {
        is_ok(&plain_client(self.ports.health).expect("a client"), path).await
    }

    /// The value of the metric with this name and these labels, 0 where there is none.
    pub(crate) async fn metric(&self, sample: &str) -> u64 {
        let request = Request::get("/metrics")
            .body(Vec::new())
            .expect("a request");
        let client = plain_client(self.ports.health).expect("a client");
        let text = client.request_text(request).await.expect("metrics");
        let value = |line: &str| line.strip_prefix(sample)?.strip_prefix(' ')?.parse().ok();
        text.lines().find_map(value).unwrap_or(0)
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.process.identity().signal(signal);
    }

    /// From now on, [`Self::peak`] is of what comes.
    pub(crate) fn forget_peak(&self) {
        let path = format!("/proc/{}/clear_refs", self.process.identity().pid);
        std::fs::write(path, "5").expect("the process runs");
    }

    /// The most memory that was resident, in KiB.
    pub(crate) fn peak(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.identity().pid);
        let status = std::fs::read_to_string(path).expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        number.expect("a number of KiB")
    }

    /// SIGKILL: it has no time for anything.
    pub(crate) async fn kill(self) {
        self.process.stop(Duration::ZERO).await;
    }

    /// SIGTERM: how it ended, and how long it took.
    pub(crate) async fn terminate(mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        self.signal(Signal::TERM);
        let status = self.process.wait().await.expect("its status");
        (status, begun.elapsed())
    }
}

/// `NI_WEBHOOK_BIN`, else what `cargo build` has put beside this test.
pub(crate) fn program() -> PathBuf {
    let beside = || {
        std::env::current_exe()
            .ok()?
            .parent()?
            .parent()
            .map(|dir| dir.join("ni-webhook"))
    };
    let program = std::env::var_os("NI_WEBHOOK_BIN")
        .map(PathBuf::from)
        .or_else(beside);
    let program = program.filter(|program| program.is_file());
    program.expect(
        "no ni-webhook: run `cargo xtask test`, or `cargo build -p ni-webhook` and this again",
    )
}
