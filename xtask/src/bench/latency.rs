//! One more machine, a thousand times; in between two plain writes one after the other.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::objects::{NICS, foreign_interface, interface_name, machine, status};
use super::plane::Plane;
use super::stats::{ms, percentiles};
use super::writes;

/// Numbers of interfaces that belong to no machine: out of the way of all others.
const FOREIGN: u32 = 1_000_000;

/// Times of many.
#[derive(Default)]
pub(crate) struct Latencies {
    machines: Vec<Duration>,
    writes: Vec<Duration>,
}

/// From the create's answer of a machine until both of its interfaces are Available.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfMachines {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

/// A create and a status, one after the other.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OfWrites {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Latencies {
    /// Of one more machine.
    pub(crate) fn of_machines(&self) -> OfMachines {
        let [p50, p99, max] = percentiles(self.machines.clone(), [500, 990, 1000]).map(ms);
        OfMachines { p50, p99, max }
    }

    /// Of two writes.
    pub(crate) fn of_writes(&self) -> OfWrites {
        let [p50, p99] = percentiles(self.writes.clone(), [500, 990]).map(ms);
        OfWrites { p50, p99 }
    }
}

/// Adds `count` machines to the `first` that are there, while the controller runs.
pub(crate) async fn measure(plane: &Plane, first: u32, count: u32) -> Result<Latencies> {
    let mut latencies = Latencies::default();
    for index in first..first + count {
        latencies.machines.push(one_machine(plane, index).await?);
        latencies
            .writes
            .push(two_writes(plane, FOREIGN + index).await?);
    }
    Ok(latencies)
}

async fn one_machine(plane: &Plane, index: u32) -> Result<Duration> {
    let collection = writes::collection("compute", "machines");
    writes::create(&plane.client, &collection, &machine(index, true)).await?;
    let answered = Instant::now();
    let names: Vec<String> = (0..NICS).map(|nic| interface_name(index, nic)).collect();
    let available = plane.observer.these_available(&names).await?;
    Ok(available.saturating_duration_since(answered))
}

async fn two_writes(plane: &Plane, index: u32) -> Result<Duration> {
    let body = foreign_interface(index);
    let begun = Instant::now();
    let written = writes::create_interface(&plane.client, &body).await?;
    let name = body["metadata"]["name"].as_str().unwrap_or_default();
    writes::patch_status(&plane.client, name, &status(index, 0, &written)).await?;
    Ok(begun.elapsed())
}
