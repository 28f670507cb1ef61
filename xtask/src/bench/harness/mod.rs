// SPDX-License-Identifier: Apache-2.0

//! What all benchmarks share: programs that run and what they use, an API server and writes to it, samples, rounds, tables,
//! pictures and targets. A benchmark adds its scenario.

pub(crate) mod audit;
pub(crate) mod chart;
pub(crate) mod controller;
pub(crate) mod folder;
pub(crate) mod interfaces;
pub(crate) mod latency;
pub(crate) mod metrics;
pub(crate) mod objects;
pub(crate) mod output;
pub(crate) mod plane;
pub(crate) mod program;
pub(crate) mod random;
pub(crate) mod release;
pub(crate) mod rounds;
pub(crate) mod stats;
pub(crate) mod table;
pub(crate) mod targets;
pub(crate) mod usage;
pub(crate) mod watch;
pub(crate) mod writes;
