// SPDX-License-Identifier: Apache-2.0

//! What rules and webhook cost whoever creates objects: creates through an API server, setting by setting, in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Result, ensure};
use kube::Client;

use super::cells::Effort;
use super::closed_loop::{Caller, Limit, drive};
use super::plane::Plane;
use super::report::{CreatesRow, Speed};
use super::samples::Sample;
use super::server::Program;
use super::setting::{Setting, Stage};
use crate::bench::harness::stats::{float, percentiles};
use crate::bench::harness::writes;

/// Creates under way: one after the other, and as many as the server has use for.
const AT_ONCE: [usize; 2] = [1, 16];

/// Created objects are deleted between two loads, which takes its time as well.
const MOST_CREATES: u64 = 5000;

/// A kind with a number of creates under way, and its rounds.
struct Cell {
    sample: Sample,
    at_once: usize,
    rounds: Vec<[Speed; 3]>,
}

/// Measures interfaces and machines.
pub(crate) async fn measure(
    plane: &Plane,
    program: Program<'_>,
    effort: Effort,
) -> Result<Vec<CreatesRow>> {
    let mut stage = Stage {
        client: plane.client.clone(),
        kubeconfig: plane.kubeconfig(),
        program,
        webhook: None,
    };
    let mut cells = Vec::new();
    for sample in [Sample::interface()?, Sample::machine()?] {
        cells.extend(AT_ONCE.map(|at_once| Cell {
            sample: sample.clone(),
            at_once,
            rounds: Vec::new(),
        }));
    }
    for round in 0..effort.rounds as usize {
        one_round(plane, &mut stage, &mut cells, round, effort.limit).await?;
    }
    stage.withdraw().await?;
    let row = |cell: Cell| CreatesRow::new(cell.sample.kind.kind, cell.at_once, &cell.rounds);
    Ok(cells.into_iter().map(row).collect())
}

async fn one_round(
    plane: &Plane,
    stage: &mut Stage<'_>,
    cells: &mut [Cell],
    round: usize,
    limit: Limit,
) -> Result<()> {
    let mut speeds = vec![[Speed::default(); 3]; cells.len()];
    // Each is first once: whatever grows with time does not fall on one of them.
    for place in 0..Setting::ALL.len() {
        let index = (round + place) % Setting::ALL.len();
        let setting = Setting::ALL[index];
        stage.set(setting).await?;
        for (cell, speeds) in cells.iter().zip(&mut speeds) {
            plane.settle().await?;
            speeds[index] = cell.load(stage, setting, limit).await?;
            eprintln!(
                "{} by {}, {setting:?}: {:.0} creates/s",
                cell.sample.kind.kind, cell.at_once, speeds[index].per_second
            );
        }
    }
    for (cell, speeds) in cells.iter_mut().zip(speeds) {
        cell.rounds.push(speeds);
    }
    Ok(())
}

impl Cell {
    async fn load(&self, stage: &Stage<'_>, setting: Setting, limit: Limit) -> Result<Speed> {
        let before = stage.reviews().await?;
        let driven = drive(self.creators(&stage.client), limit.at_most(MOST_CREATES)).await?;
        let after = stage.reviews().await?;
        let created = float(driven.latencies.len() as u64);
        let mut counts = before.iter().zip(after);
        let reviewed = counts.all(|(before, after)| after - before >= created);
        ensure!(
            created > 0.0 && reviewed == (setting == Setting::Webhook),
            "{created} creates with {setting:?}: reviews were {before:?}, are {after:?}"
        );
        writes::delete_all(&stage.client, &self.sample.collection(), "").await?;
        Ok(Speed {
            per_second: created / driven.wall.as_secs_f64(),
            latencies: percentiles(driven.latencies, [500, 990]),
        })
    }

    fn creators(&self, client: &Client) -> Vec<Creating> {
        let next = Arc::new(AtomicU64::new(0));
        let creating = |_| Creating {
            client: client.clone(),
            sample: self.sample.clone(),
            next: next.clone(),
        };
        (0..self.at_once).map(creating).collect()
    }
}

/// Creates one object after the other.
struct Creating {
    client: Client,
    sample: Sample,
    /// Number of the next object, whoever creates it.
    next: Arc<AtomicU64>,
}

impl Caller for Creating {
    async fn call(&mut self) -> Result<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let object = self.sample.named(&format!("sample-{number:06}")).object;
        writes::create(&self.client, &self.sample.collection(), &object).await?;
        Ok(())
    }
}
