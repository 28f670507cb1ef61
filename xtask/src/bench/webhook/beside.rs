// SPDX-License-Identifier: Apache-2.0

//! What small reviews wait while large ones come in: as many at once as a hostile tenant could have under way.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use hyper::body::Bytes;
use tokio::task::JoinSet;

use super::cells::Effort;
use super::client::{Client, Connection, Transport};
use super::closed_loop::{Limit, drive};
use super::load::{Asking, clients};
use super::report::{BesideRow, Waits};
use super::review::{Endpoint, Review};
use super::samples::Sample;
use super::server::{Program, Server};
use crate::bench::harness::stats::{float, median, mib, percentiles, rounded, us};

/// Large reviews under way, and the connections that they share.
const LARGE: usize = 100;
const CONNECTIONS: usize = 4;
/// Bytes of a large review: as much as the API server takes from a client.
const LARGE_BYTES: usize = 2_900_000;
/// Small reviews: so many clients, so many reviews a second, for so many times a cell's time.
const AT_ONCE: usize = 4;
const PER_SECOND: u32 = 200;
const CELLS: u32 = 5;

/// Measures the webhook and the no-op, each alone and beside large reviews, in turn.
pub(crate) async fn measure(
    webhook: Program<'_>,
    noop: Program<'_>,
    effort: Effort,
) -> Result<Vec<BesideRow>> {
    let mut rows = Vec::new();
    for (program, refuses) in [(webhook, true), (noop, false)] {
        let mut server = program.start().await?;
        let measured = rounds(&server, refuses, effort).await;
        let (alone, beside, large) = measured.map_err(|error| server.running.explain(error))?;
        let row = BesideRow {
            server: program.name,
            alone,
            beside,
            large_per_second: rounded(large),
            peak_mib: rounded(mib(server.running.memory()?.peak)),
        };
        server.running.stop().await;
        eprintln!("{row}");
        rows.push(row);
    }
    Ok(rows)
}

async fn rounds(server: &Server, refuses: bool, effort: Effort) -> Result<(Waits, Waits, f64)> {
    let limit = Limit {
        time: effort.limit.time * CELLS,
        per_second: Some(PER_SECOND),
        ..effort.limit
    };
    let small = Review::new("interface", &Sample::interface()?, Endpoint::Mutate, true)?;
    let large = Arc::new(Review {
        what: "large machine",
        endpoint: Endpoint::Mutate,
        body: large_body(),
        allowed: !refuses,
    });
    let small = Arc::new(small);
    let mut callers = clients(&server.client, &small, Transport::Http2, AT_ONCE).await?;
    let (mut alone, mut beside, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.rounds {
        let waits;
        (callers, waits) = small_reviews(callers, limit).await?;
        alone.push(waits);
        let load = Load::start(&server.client, &large).await?;
        let waits;
        (callers, waits) = small_reviews(callers, limit).await?;
        rates.push(load.stop().await?);
        beside.push(waits);
    }
    Ok((medians(&alone), medians(&beside), median(rates)))
}

async fn small_reviews(callers: Vec<Asking>, limit: Limit) -> Result<(Vec<Asking>, [Duration; 2])> {
    let driven = drive(callers, limit).await?;
    Ok((driven.callers, percentiles(driven.latencies, [500, 990])))
}

fn medians(rounds: &[[Duration; 2]]) -> Waits {
    let of = |at: usize| rounded(median(rounds.iter().map(|round| us(round[at]))));
    Waits {
        p50_us: of(0),
        p99_us: of(1),
    }
}

/// Large reviews that come in all the time, each when another is answered.
struct Load {
    begun: tokio::time::Instant,
    tasks: JoinSet<Result<u64>>,
    stop: tokio::sync::watch::Sender<bool>,
}

impl Load {
    async fn start(client: &Client, review: &Arc<Review>) -> Result<Self> {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut tasks = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let connection = client.http2().await?;
            for _ in 0..LARGE / CONNECTIONS {
                let mut connection = connection.share().context("HTTP/2 is shared")?;
                let (review, stopped) = (review.clone(), stopped.clone());
                tasks.spawn(async move { ask(&mut connection, &review, &stopped).await });
            }
        }
        Ok(Self {
            begun: tokio::time::Instant::now(),
            tasks,
            stop,
        })
    }

    /// Lets those under way be answered; how many were answered in a second.
    async fn stop(mut self) -> Result<f64> {
        self.stop.send_replace(true);
        let mut answered = 0;
        while let Some(done) = self.tasks.join_next().await {
            answered += done??;
        }
        Ok(float(answered) / self.begun.elapsed().as_secs_f64())
    }
}

async fn ask(
    connection: &mut Connection,
    review: &Review,
    stopped: &tokio::sync::watch::Receiver<bool>,
) -> Result<u64> {
    let mut answered = 0;
    while !*stopped.borrow() {
        connection.ask(review).await?;
        answered += 1;
    }
    Ok(answered)
}

/// A machine, nearly all of it a list far beyond its bound.
fn large_body() -> Bytes {
    let entries = "{},".repeat(LARGE_BYTES / 3);
    let object = format!(
        r#"{{"metadata":{{"name":"m"}},"spec":{{"machineClassRef":{{"name":"c"}},"networkInterfaces":[{entries}{{}}]}}}}"#
    );
    let kind = r#"{"group":"compute.ironcore.dev","version":"v1alpha1","kind":"Machine"}"#;
    let review = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","operation":"CREATE","kind":{kind},"object":{object}}}}}"#
    );
    review.into()
}
