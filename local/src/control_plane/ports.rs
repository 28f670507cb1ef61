// SPDX-License-Identifier: Apache-2.0

//! Free ports on loopback.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Context, Result};

const LOWEST: u16 = 20_000;

/// A port that nobody listens on now.
///
/// Below the range that connections take theirs from: while a server is restarted, a client that
/// retries could otherwise be given the server's own port and keep it.
pub fn free_port() -> Result<u16> {
    let highest = ephemeral_start();
    let span = u64::from(highest.saturating_sub(LOWEST));
    (0..200u16)
        .filter(|_| span > 0)
        .map(|attempt| LOWEST + u16::try_from(random(attempt) % span).unwrap_or_default())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .map_or_else(any_free_port, Ok)
}

fn any_free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    Ok(listener
        .context("no free port on 127.0.0.1; see what listens with `ss -ltn`")?
        .local_addr()?
        .port())
}

/// Where Linux begins to take ports for outgoing connections.
fn ephemeral_start() -> u16 {
    let range =
        std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range
        .split_whitespace()
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or(32_768)
}

/// The standard library's only source of randomness; good enough to spread ports.
fn random(attempt: u16) -> u64 {
    RandomState::new().hash_one((std::process::id(), attempt))
}
