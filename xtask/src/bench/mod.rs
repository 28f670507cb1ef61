//! `cargo xtask bench`: how the controller compares with the fastest that a client can do (docs/performance.md).

mod audit;
mod controller;
mod floor;
mod latency;
mod machines;
mod objects;
mod observer;
mod plane;
mod report;
mod round;
mod stats;
mod usage;
mod writes;

pub(crate) use controller::BenchController;
pub(crate) use floor::Floor;
