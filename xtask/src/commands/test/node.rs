// SPDX-License-Identifier: Apache-2.0

//! The whole on a real node.

use std::path::PathBuf;

use anyhow::{Context, Result};
use xtask::image::{Wanted, make};
use xtask::node::{Node, Options};
use xtask::up::lock;
use xtask::{cargo, helm, repo};

use super::run as run_command;

/// Makes the images by a profile of cargo's, starts a node with them, runs the test in it, and ends it.
pub(super) async fn run(profile: &str) -> Result<()> {
    let _lock = lock("node-test")?;
    let wanted = Wanted {
        profile: profile.to_owned(),
        ..Wanted::default()
    };
    let images = make(&wanted, &repo::root().join("target/images/node")).await?;
    let test = cargo::build_test("cluster").await?;
    let options = Options {
        images: images.into_iter().map(|image| image.archive).collect(),
        ..Options::new(repo::root().join(".cache/node/test"))
    };
    // From within nothing can be fetched to build it.
    let helm = helm::find_or_build().await?;
    let node = Node::start(options).await?;
    let logs = node.logs();
    let result = tests(&node, test, helm).await;
    let stopped = node.stop().await;
    result.with_context(|| format!("logs of servers and pods are in {}", logs.display()))?;
    stopped
}

async fn tests(node: &Node, test: PathBuf, helm: PathBuf) -> Result<()> {
    let mut command = node.command(test);
    command.args(["--ignored", "--nocapture", "node::"]);
    command.env("AUDIT_LOG", node.audit_log());
    command.env("HELM", helm);
    // Others' folders are not seen to be in use from within.
    command.env("CLUSTER_TESTS_SCRATCH", node.logs().join("test"));
    run_command(command).await
}
