// SPDX-License-Identifier: Apache-2.0

//! Clients in several languages, each run against a system of its own.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use xtask::cargo::{Program, build};
use xtask::control_plane::{Binaries, ControlPlane, Options, check_go, go};
use xtask::up::Ours;
use xtask::{crds, repo};

use super::cluster::remove_left;
use super::{python, run};
use crate::commands::gen_go::GenGo;

/// The Go client and its generator, whether the client is up to date, and programs that use it.
pub(super) async fn in_go() -> Result<()> {
    let root = repo::root();
    let generator = root.join("hack/go-client");
    let users = ["tests/go-client", "tests/ironcore-client"].map(|module| root.join(module));
    check_go(
        &generator,
        "the Go client",
        "leave it out: `--only` names the steps to run",
    )?;
    ensure!(
        GenGo { check: true }.run().await? == ExitCode::SUCCESS,
        "see above"
    );
    for module in [&generator, &root.join("clients/go")]
        .into_iter()
        .chain(&users)
    {
        lint_go(module).await?;
    }
    // Go's cache of results does not see what of the repository they read.
    run(go(&generator, ["test", "-count=1", "./..."])).await?;
    with_system(async |kubeconfig| {
        for module in &users {
            let mut tests = go(module, ["test", "-count=1", "./..."]);
            tests.env("KUBECONFIG", kubeconfig);
            run(tests).await?;
        }
        Ok(())
    })
    .await
}

/// Lints and format of a Go module.
pub(super) async fn lint_go(module: &Path) -> Result<()> {
    run(go(module, ["vet", "./..."])).await?;
    let unformatted = Command::new("gofmt")
        .args(["-l", "."])
        .current_dir(module)
        .output()
        .context("running gofmt, which comes with Go")?;
    ensure!(
        unformatted.status.success() && unformatted.stdout.is_empty(),
        "not as `gofmt -w .` in {} has it: {}{}",
        module.display(),
        String::from_utf8_lossy(&unformatted.stdout),
        String::from_utf8_lossy(&unformatted.stderr)
    );
    Ok(())
}

/// The examples of `ironcore-api`.
pub(super) async fn in_rust() -> Result<()> {
    let [client, list] = build(
        [Program::Example("client"), Program::Example("list")],
        "dev",
    )
    .await?;
    with_system(async |kubeconfig| {
        let mut command = Command::new(client);
        command.env("KUBECONFIG", kubeconfig);
        run(command).await?;
        let listed = Command::new(list).env("KUBECONFIG", kubeconfig).output()?;
        let text = String::from_utf8_lossy(&listed.stdout);
        ensure!(
            listed.status.success() && text.contains(LISTED),
            "the example `list` says ({}):\n{text}{}without `{LISTED}`",
            listed.status,
            String::from_utf8_lossy(&listed.stderr)
        );
        Ok(())
    })
    .await
}

/// What the example `list` says of the interface that the example `client` leaves.
const LISTED: &str = " example Some(Available) [\"10.0.0.1\"]\n";

/// The tests of `tests/python-client`.
pub(super) async fn in_python() -> Result<()> {
    let Some(python) = python::with_packages().await? else {
        return Ok(());
    };
    with_system(async |kubeconfig| run(python.tests(kubeconfig)).await).await
}

/// Runs a client's tests against a control plane with definitions, webhook and controller, and ends it. Hands in the
/// administrator's kubeconfig.
async fn with_system(tests: impl AsyncFnOnce(&Path) -> Result<()>) -> Result<()> {
    let binaries = Binaries::find_or_obtain().await?;
    let ours = Ours::build(true, true, "dev").await?;
    let all = repo::root().join(".cache/test");
    remove_left(&all);
    let dir = all.join(std::process::id().to_string());
    let plane = ControlPlane::start(&binaries, Options::new(&dir)).await?;
    crds::install(&plane.client().await?).await?;
    let started = ours.start(plane.kubeconfig(), &dir).await?;
    let result = tests(plane.kubeconfig()).await;
    for (process, _) in started {
        process.stop(Duration::from_secs(5)).await;
    }
    plane.stop().await;
    match result {
        Ok(()) => std::fs::remove_dir_all(&dir).context("removing the control plane's folder"),
        Err(why) => Err(why.context(format!(
            "the servers' logs are in {}",
            dir.join("logs").display()
        ))),
    }
}
