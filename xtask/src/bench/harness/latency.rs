// SPDX-License-Identifier: Apache-2.0

//! One more machine, a thousand times; in between two plain writes one after the other.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use super::objects::{foreign_interface, status};
use super::plane::Plane;
use super::stats::{ms, percentiles, rounded};
use super::writes;

/// Numbers of interfaces that belong to no machine: out of the way of all others.
const FOREIGN: u32 = 1_000_000;

/// Times of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies {
    machines: Vec<Duration>,
    writes: Vec<Duration>,
}

/// From the create's answer of a machine until its interfaces are Available.
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

impl fmt::Display for OfMachines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} / {:.1} / {:.1}", self.p50, self.p99, self.max)
    }
}

impl fmt::Display for OfWrites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} / {:.1}", self.p50, self.p99)
    }
}

impl Latencies {
    /// Of one more machine.
    pub(crate) fn of_machines(&self) -> OfMachines {
        let [p50, p99, max] = percentiles(self.machines.clone(), [500, 990, 1000]);
        let [p50, p99, max] = [p50, p99, max].map(|time| rounded(ms(time)));
        OfMachines { p50, p99, max }
    }

    /// Of two writes.
    pub(crate) fn of_writes(&self) -> OfWrites {
        let [p50, p99] = percentiles(self.writes.clone(), [500, 990]);
        let [p50, p99] = [p50, p99].map(|time| rounded(ms(time)));
        OfWrites { p50, p99 }
    }
}

/// A machine to add, and the names of its interfaces.
pub(crate) type Added = (Value, Vec<String>);

/// Adds the machines of these numbers, while the controller runs.
pub(crate) async fn measure(
    plane: &Plane,
    numbers: Range<u32>,
    machine: impl Fn(u32) -> Added,
) -> Result<Latencies> {
    let mut latencies = Latencies::default();
    for index in numbers {
        let time = one_machine(plane, &machine(index)).await?;
        latencies.machines.push(time);
        latencies
            .writes
            .push(two_writes(plane, FOREIGN + index).await?);
    }
    Ok(latencies)
}

async fn one_machine(plane: &Plane, (machine, interfaces): &Added) -> Result<Duration> {
    let collection = writes::collection("compute", "machines");
    writes::create(&plane.client, &collection, machine).await?;
    let answered = Instant::now();
    let available = plane.interfaces.these_available(interfaces).await?;
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
