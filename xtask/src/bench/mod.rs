// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`: how the controller compares with the fastest that a client can do, also where it grants prefixes, and
//! the webhook with a server that judges nothing (docs/performance.md).

mod allocation;
mod audit;
mod controller;
mod floor;
mod folder;
mod latency;
mod machines;
mod markdown;
mod objects;
mod observer;
mod plane;
mod release;
mod report;
mod round;
mod stats;
mod usage;
mod verdicts;
mod webhook;
mod world;
mod writes;

pub(crate) use allocation::{BenchAllocation, Space, Writer};
pub(crate) use controller::BenchController;
pub(crate) use floor::Floor;
pub(crate) use webhook::BenchWebhook;
pub(crate) use world::{BenchWorld, StandIn};
