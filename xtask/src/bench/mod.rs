// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask bench`: how the controller compares with the fastest that a client can do, also where it grants prefixes, and
//! the webhook with a server that judges nothing (docs/performance.md).

mod allocation;
mod controller;
mod harness;
mod part;
mod webhook;
mod world;

pub(crate) use allocation::BenchAllocation;
pub(crate) use controller::BenchController;
pub(crate) use part::Part;
pub(crate) use webhook::BenchWebhook;
pub(crate) use world::BenchWorld;
