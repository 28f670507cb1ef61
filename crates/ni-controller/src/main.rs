// SPDX-License-Identifier: Apache-2.0

//! `ni-controller`: see `--help`.

use clap::Parser;
use ironcore_api::ownership::MANAGED_BY;
use kube::Client;
use mimalloc::MiMalloc;
use ni_runtime::client;
use ni_runtime::signals::stopped;
use tokio::sync::mpsc;
use tracing::info;

use ni_controller::events::{self, Outbox};
use ni_controller::lease::{self, Keeper, Term};
use ni_controller::metrics::Metrics;
use ni_controller::options::{Cli, Command, Election, ReleaseFinalizers, Run};
use ni_controller::release::{self, Released};
use ni_controller::run::{self, Connections, Ended};
use ni_controller::turn::measured;
use ni_controller::watch_thread::WatchThread;
use ni_controller::{preview, serve};

// A world is many small objects, which one thread decodes and another one keeps: glibc's allocator takes a third of a start's CPU time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

// One thread but for the watches: the loop and its requests hand over to each other at every answer, and between threads each of
// these would be a wake-up; that is a fifth of all CPU time, and more memory.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    cli.logs.start()?;
    match cli.command {
        Command::Run(options) => control(&options).await,
        Command::Plan(options) => {
            options.check()?;
            let preview = preview::preview(&client::infer(client::ASKS).await?, &options).await?;
            print!("{}", preview.text);
            anyhow::ensure!(
                preview.failed == 0,
                "{} reads failed; lines marked `unknown` depend on them. `plan` needs the verbs get, list and watch.",
                preview.failed
            );
            Ok(())
        }
        Command::ReleaseFinalizers(options) => release_finalizers(&options).await,
    }
}

async fn release_finalizers(options: &ReleaseFinalizers) -> anyhow::Result<()> {
    let client = client::infer(client::ASKS).await?;
    let others = if options.dry_run {
        let (ours, others) = release::preview(&client).await?;
        for object in &ours {
            println!("would release {object}");
        }
        println!("{} would be released", ours.len());
        others
    } else {
        let Released { off, others } = release::release(&client, options.timeout).await?;
        for (plural, count) in &off {
            println!("{count} {plural} released");
        }
        if off.is_empty() {
            println!("nothing to release");
        }
        others
    };
    for object in &others {
        println!("left alone {object}");
    }
    anyhow::ensure!(
        others.is_empty(),
        "{} objects still have finalizers of this controller, as others manage them (annotation {MANAGED_BY}): remove the annotation, or the finalizers",
        others.len()
    );
    Ok(())
}

async fn control(options: &Run) -> anyhow::Result<()> {
    options.deciding.check()?;
    let client = client::infer(client::ASKS).await?;
    let metrics = Metrics::default();
    let outbox = Outbox::default();
    let (ask, probes) = mpsc::channel(16);
    let address = serve::serve(options.listen, ask, metrics.clone()).await?;
    let namespaces = &options.deciding.namespaces;
    info!(version = env!("CARGO_PKG_VERSION"), %address, %namespaces, "started");
    tokio::spawn(events::send_all(
        client.clone(),
        outbox.clone(),
        metrics.clone(),
        options.request_timeout,
    ));
    let (term, keeper) = elect(&client, &options.election)?;
    let stopped = stopped()?;
    let watches = WatchThread::start()?;
    let leads = term.clone();
    let connections = Connections {
        questions: client,
        orders: client::infer_while(client::ASKS, move || leads.holds()).await?,
        watches: watches.source(client::infer(client::WATCHES)).await?,
    };
    let running = run::run(
        connections,
        options,
        term,
        metrics.clone(),
        outbox,
        probes,
        stopped,
    );
    let ended = measured(&metrics, running).await?;
    match (keeper, ended) {
        (Some(keeper), Ended::Idle) => keeper.leave().await,
        // What is under way may be done yet: others wait until the lease expires.
        (Some(_), Ended::WithRequestsUnderWay) | (None, _) => {}
    }
    Ok(())
}

fn elect(client: &Client, options: &Election) -> anyhow::Result<(Term, Option<Keeper>)> {
    if !options.leader_elect {
        return Ok((Term::unlimited(), None));
    }
    let (namespace, name) = (&options.lease_namespace, &options.lease_name);
    let (term, keeper) = lease::keep(client.clone(), namespace, name, options.times()?);
    Ok((term, Some(keeper)))
}
