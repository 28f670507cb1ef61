// SPDX-License-Identifier: Apache-2.0

//! What etcd has received.

use anyhow::{Context, Result};
use http::Request;
use xtask::control_plane::plain_client;

const RECEIVED: &str = "etcd_network_client_grpc_received_bytes_total";

/// Bytes that etcd on this port has received from its clients.
pub(crate) async fn received(port: u16) -> Result<f64> {
    let request = Request::get("/metrics").body(Vec::new())?;
    let text = plain_client(port)?.request_text(request).await;
    let text = text.context("reading etcd's metrics")?;
    value(&text).with_context(|| format!("etcd has no metric {RECEIVED}"))
}

/// Go writes large counters as floats.
fn value(text: &str) -> Option<f64> {
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix(RECEIVED))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_counter_reads() {
        let text = format!("# TYPE {RECEIVED} counter\n{RECEIVED} 1.25e+06\n");
        let found = value(&text).expect("it is there");
        assert!((found - 1_250_000.0).abs() < 1.0, "{found}");
        assert_eq!(value("other 1\n"), None);
    }
}
