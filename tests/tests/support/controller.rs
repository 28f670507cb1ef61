// SPDX-License-Identifier: Apache-2.0

//! The real controller, as a child process.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http::Request;
use rustix::process::Signal;
use tokio::time::timeout;
use xtask::control_plane::{free_port, is_ok, plain_client};
use xtask::process::Tied;

use super::scratch::scratch;
use super::wait::eventually;

/// A running controller; it is killed on drop, and when the tests end, however they do.
pub(crate) struct Controller {
    process: Tied,
    port: u16,
    log: PathBuf,
}

impl Controller {
    /// Starts it with these flags; returns when it is ready.
    pub(crate) async fn start(kubeconfig: &Path, flags: &[&str]) -> Self {
        Self::start_of(&program(), kubeconfig, flags).await
    }

    /// As `start`, of another build.
    pub(crate) async fn start_of(program: &Path, kubeconfig: &Path, flags: &[&str]) -> Self {
        let this = Self::launch_of(program, kubeconfig, flags);
        let client = plain_client(this.port).expect("a client");
        eventually("the controller is ready", || async {
            let ready = is_ok(&client, "/readyz").await;
            ready.then_some(()).ok_or_else(|| this.log())
        })
        .await;
        this
    }

    /// Starts it, and does not wait.
    pub(crate) fn launch(kubeconfig: &Path, flags: &[&str]) -> Self {
        Self::launch_of(&program(), kubeconfig, flags)
    }

    fn launch_of(program: &Path, kubeconfig: &Path, flags: &[&str]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = scratch().join(format!("controller-{number}.log"));
        let port = free_port().expect("a free port");
        let mut command = Command::new(program);
        command.args([
            "run",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--log",
            "info,ni_controller=debug,ni_runtime=debug",
        ]);
        command.args(flags).env("KUBECONFIG", kubeconfig);
        let process = Tied::spawn_logged("ni-controller", command, &log).expect("a controller");
        Self { process, port, log }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        read(&self.log)
    }

    /// Where it logs.
    pub(crate) fn log_file(&self) -> &Path {
        &self.log
    }

    /// Whether it answers 200 at this path.
    pub(crate) async fn answers(&self, path: &str) -> bool {
        is_ok(&plain_client(self.port).expect("a client"), path).await
    }

    /// The sum of the whole numbers of the samples whose name and labels begin like this.
    pub(crate) async fn metric(&self, begin: &str) -> u64 {
        let request = Request::get("/metrics")
            .body(Vec::new())
            .expect("a request");
        let client = plain_client(self.port).expect("a client");
        let text = client.request_text(request).await.expect("metrics");
        let samples = text.lines().filter(|line| line.starts_with(begin));
        let whole = |line: &str| {
            line.rsplit(' ')
                .next()?
                .split('.')
                .next()?
                .parse::<u64>()
                .ok()
        };
        samples.filter_map(whole).sum()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.process.identity().signal(signal);
    }

    /// SIGKILL: it has no time for anything.
    pub(crate) async fn kill(self) {
        self.process.stop(Duration::ZERO).await;
    }

    /// Waits until it has ended by itself: how, and what it has logged. Fails if it runs on.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let status = timeout(Duration::from_mins(1), self.process.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it runs on:\n{}", self.log()));
        (status.expect("its status"), self.log())
    }

    /// SIGTERM: how it ended, and how long it took.
    pub(crate) async fn terminate(mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        self.signal(Signal::TERM);
        let status = self.process.wait().await.expect("its status");
        (status, begun.elapsed())
    }
}

/// What `ni-controller plan` prints.
pub(crate) fn plan(kubeconfig: &Path) -> String {
    plan_with(kubeconfig, &[])
}

/// As `plan`, with these flags.
pub(crate) fn plan_with(kubeconfig: &Path, flags: &[&str]) -> String {
    let output = try_plan(kubeconfig, flags);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

/// How `ni-controller plan` ends with these flags, and what it prints.
pub(crate) fn try_plan(kubeconfig: &Path, flags: &[&str]) -> Output {
    let output = Command::new(program())
        .arg("plan")
        .args(flags)
        .env("KUBECONFIG", kubeconfig)
        .output();
    output.expect("ni-controller plan")
}

pub(crate) fn read(log: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned()
}

/// `NI_CONTROLLER_BIN`, else what `cargo build` has put beside this test.
pub(crate) fn program() -> PathBuf {
    let beside = || {
        std::env::current_exe()
            .ok()?
            .parent()?
            .parent()
            .map(|dir| dir.join("ni-controller"))
    };
    let program = std::env::var_os("NI_CONTROLLER_BIN")
        .map(PathBuf::from)
        .or_else(beside);
    let program = program.filter(|program| program.is_file());
    program.expect("no ni-controller: run `cargo xtask test`, or `cargo build -p ni-controller` and this again")
}
