// SPDX-License-Identifier: Apache-2.0

//! How a server of a running system is doing.

use super::{Server, State};
use crate::control_plane::{client_of, is_ok, plain_client};

/// One word, or a few: alive, and ready if it has a way to tell.
pub async fn health(state: &State, server: &Server) -> &'static str {
    if !server.process.is_alive() {
        return "ended";
    }
    match is_ready(state, server).await {
        None => "running",
        Some(true) => "ready",
        Some(false) => "not ready",
    }
}

async fn is_ready(state: &State, server: &Server) -> Option<bool> {
    let port = server.port?;
    let (client, path) = match server.name.as_str() {
        "kube-apiserver" => (client_of(&state.kubeconfig).await, "/readyz"),
        "etcd" => (plain_client(port), "/health"),
        _ => (plain_client(port), "/readyz"),
    };
    match client {
        Ok(client) => Some(is_ok(&client, path).await),
        Err(_) => Some(false),
    }
}
