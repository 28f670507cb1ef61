// SPDX-License-Identifier: Apache-2.0

//! The server over real sockets.

mod bodies;
mod client;
mod connections;
mod drain;
mod eviction;
mod handshakes;
mod inputs;
mod panics;
mod process;
mod requests;
mod reviews;
mod support;
