// SPDX-License-Identifier: Apache-2.0

//! What is deployed, on a real node: `cargo xtask test --node` runs this within the node's namespaces.
//!
//! One test, as a node takes its time to start: what happens to an installation between its first day and its last.

mod audit;
mod certificates;
mod closed;
mod cluster;
mod disturbances;
mod figures;
mod install;
mod installers;
mod process;
mod removal;
mod samples;
mod stream;

use cluster::Cluster;
use figures::Figures;
use stream::Stream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a node: cargo xtask test --node"]
async fn what_is_deployed_keeps_working_whatever_happens_to_it_and_leaves_nothing() {
    let cluster = Cluster::new().await;
    let mut figures = Figures::default();
    let before = cluster.inventory().await;

    install::first_interface(&cluster, &mut figures).await;
    install::quiet_and_healthy(&cluster).await;
    samples::do_what_they_say(&cluster).await;
    process::idle_memory(&cluster, &mut figures).await;

    let stream = Stream::start(&cluster).await;
    disturbances::rollouts(&cluster).await;
    let rotation = certificates::begin_rotation(&cluster).await;
    disturbances::pods_deleted(&cluster).await;
    disturbances::leader_killed(&cluster, &mut figures).await;
    certificates::rotated(&cluster, &rotation, &mut figures).await;
    let space = stream.end(&mut figures).await;

    closed::without_the_webhook(&cluster, &space).await;
    removal::namespace(&cluster, &space).await;
    audit::nothing_was_forbidden();

    removal::software(&cluster).await;
    installers::xtask_deploy(&cluster).await;
    installers::helm_install(&cluster).await;
    removal::everything(&cluster, &before).await;
    figures.print_and_judge();
}

/// Says what is being done, for whoever watches.
fn act(what: &str) {
    println!("--- {what}");
}
