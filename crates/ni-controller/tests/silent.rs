// SPDX-License-Identifier: Apache-2.0

//! A server, or a proxy before it, that takes connections and never says a word.

use std::time::Duration;

use kube::{Client, Config};
use ni_controller::metrics::Metrics;
use ni_controller::release;
use ni_controller::watch::{Source, Watches, list};
use ni_controller::world::{Kind, Watched};
use ni_runtime::client::client;
use ni_runtime::scope::Scope;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Far more than what is waited for: only a failing test waits as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client of a silent server that it gives up after `silence`, and how many connections the server has had.
async fn silent(silence: Duration) -> (Client, watch::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (count, connections) = watch::channel(0);
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            held.push(connection);
            count.send_replace(held.len());
        }
    });
    let url = format!("http://{address}").parse().expect("a URL");
    let client = client(Config::new(url), silence).expect("a client");
    (client, connections)
}

#[tokio::test]
async fn watches_give_it_up_and_try_again() {
    let (client, mut connections) = silent(Duration::from_millis(200)).await;
    let _watches = Watches::start(
        &Source::here(client.clone()),
        &Watched::default(),
        &Metrics::default(),
    );
    // Each has tried once and, that one given up, once more.
    let tries = connections.wait_for(|count| *count >= 2 * Kind::ALL.len());
    let tried = tokio::time::timeout(PATIENCE, tries).await;
    tried.expect("in time").expect("a server");
}

#[tokio::test]
async fn lists_and_reads_fail() {
    let (client, _connections) = silent(Duration::from_millis(200)).await;
    let list = list(&client, Kind::Machine, &Scope::All, drop);
    let listed = tokio::time::timeout(PATIENCE, list).await;
    assert!(listed.expect("in time").is_err());
    let found = tokio::time::timeout(PATIENCE, release::preview(&client)).await;
    assert!(found.expect("in time").is_err());
}
