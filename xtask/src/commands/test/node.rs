//! The whole on a real node.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xtask::image::{Wanted, make};
use xtask::node::{self, Node, Options};
use xtask::up::lock;
use xtask::{cargo, repo};

use super::run as run_command;

/// How the step is run.
pub(super) struct HowNode {
    /// Install packages that are missing.
    pub(super) install: bool,
    /// Cargo's, of what the images run.
    pub(super) profile: String,
}

/// Why it can't be run here, if so. Packages that are missing are no reason where they may be installed.
pub(super) fn obstacle(how: &HowNode) -> Option<anyhow::Error> {
    let able = if how.install {
        node::install()
    } else {
        node::check()
    };
    able.err()
}

/// Makes the images, starts a node with them, runs the test in it, and ends it.
pub(super) async fn run(how: &HowNode) -> Result<()> {
    let _lock = lock("node-test")?;
    let wanted = Wanted {
        profile: how.profile.clone(),
        ..Wanted::default()
    };
    let images = make(&wanted, &repo::root().join("target/images/node")).await?;
    let test = cargo::build_test("cluster").await?;
    let options = Options {
        images: images.into_iter().map(|image| image.archive).collect(),
        ..Options::new(repo::root().join(".cache/node/test"))
    };
    let node = Node::start(options).await?;
    let logs = node.logs();
    let result = tests(&node, test).await;
    let stopped = node.stop().await;
    result.with_context(|| format!("logs of servers and pods are in {}", logs.display()))?;
    stopped
}

async fn tests(node: &Node, test: PathBuf) -> Result<()> {
    let mut command = node.command(test);
    command.args(["--ignored", "--nocapture", "node::"]);
    command.env("AUDIT_LOG", node.audit_log());
    // Others' folders are not seen to be in use from within.
    command.env("CLUSTER_TESTS_SCRATCH", node.logs().join("test"));
    run_command(command).await
}
