// SPDX-License-Identifier: Apache-2.0

//! Who trusts whom.

use std::path::PathBuf;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};

use ni_webhook::certificate::Current;
use ni_webhook::certificate::files::Files;
use ni_webhook::metrics::Metrics;
use ni_webhook::serve::tls::{ClientCa, open_to_all};
use ni_webhook::serve::{Limits, Running};

use crate::client::{Client, head, receive, send};
use crate::support::{
    Authority, Directory, Fixture, PATIENCE, REVIEW, eventually, serve, server, value,
};

const FAILURES: &str = "ni_webhook_certificate_failures_total";

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_with_http_1_and_2() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let mut client = Client::new(&fixture.authority.pem);
    for version in [&TLS12, &TLS13] {
        for protocol in ["h2", "http/1.1"] {
            client.versions = vec![version];
            client.protocol = Some(protocol);
            let stream = client.connect(fixture.running.address).await;
            let stream = stream.expect("a handshake");
            let (_, session) = stream.get_ref();
            assert_eq!(session.protocol_version(), Some(version.version));
            assert_eq!(session.alpn_protocol(), Some(protocol.as_bytes()));
        }
    }
}

#[tokio::test]
async fn without_a_certificate_nobody_gets_in_until_there_is_one() {
    let (authority, current) = (Authority::new("late"), Current::default());
    let tls = open_to_all(&current).expect("TLS");
    let running = serve(tls, Limits::default(), PATIENCE, &Metrics::default()).await;
    let client = Client::new(&authority.pem);
    assert!(client.connect(running.address).await.is_err());
    let pair = authority.sign("localhost");
    let published = current.publish(pair.chain.as_bytes(), pair.key.as_bytes());
    published.expect("a good pair");
    assert!(client.connect(running.address).await.is_ok());
}

/// A server that follows two files, with the authority that signed what they hold at first.
async fn following(certificate: PathBuf, key: PathBuf, authority: Authority) -> Fixture {
    let (current, metrics) = (Current::default(), Metrics::default());
    let files = Files::open(certificate, key, current.clone(), metrics.clone());
    tokio::spawn(files.expect("files").keep());
    let tls = open_to_all(&current).expect("TLS");
    let running = serve(tls, Limits::default(), PATIENCE, &metrics).await;
    Fixture {
        authority,
        current,
        metrics,
        running,
    }
}

#[tokio::test]
async fn a_swapped_symlink_brings_the_new_certificate_and_drops_no_connection() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let directory = Directory::new();
    for (version, authority) in [("one", &old), ("two", &new)] {
        let pair = authority.sign("localhost");
        directory.write(&format!("{version}/tls.crt"), &pair.chain);
        directory.write(&format!("{version}/tls.key"), &pair.key);
    }
    directory.link("data", "one");
    let (certificate, key) = (
        directory.path("data/tls.crt"),
        directory.path("data/tls.key"),
    );
    let fixture = following(certificate, key, old).await;
    let address = fixture.running.address;
    let old = Client::new(&fixture.authority.pem);
    let mut kept = old.connect(address).await.expect("the old certificate");
    let request = head("POST", "/validate", REVIEW.len()) + REVIEW;
    send(&mut kept, &request).await.expect("sent");
    assert_eq!(receive(&mut kept).await.expect("an answer").status, 200);
    directory.link("data", "two");
    let new = Client::new(&new.pem);
    eventually("the new certificate", async || {
        new.connect(address).await.is_ok()
    })
    .await;
    assert!(old.connect(address).await.is_err());
    send(&mut kept, &request).await.expect("sent");
    assert_eq!(receive(&mut kept).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn half_a_change_is_waited_out() {
    let directory = Directory::new();
    let authority = Authority::new("server");
    let (first, second) = (authority.sign("localhost"), authority.sign("localhost"));
    let (certificate, key) = directory.write_pair(&first);
    let fixture = following(certificate, key, authority).await;
    let client = Client::new(&fixture.authority.pem);
    let before = fixture.current.identity().expect("the first");
    directory.write("tls.crt", &second.chain);
    eventually("a failure", async || value(&fixture.metrics, FAILURES) == 1).await;
    let stream = client.connect(fixture.running.address).await;
    let (_, session) = stream.as_ref().expect("the first still").get_ref();
    let shown = session.peer_certificates().expect("certificates");
    assert_eq!(shown, before.key().cert);
    directory.write("tls.key", &second.key);
    eventually("the second", async || {
        let now = fixture.current.identity().expect("one of them");
        now.key().cert != before.key().cert
    })
    .await;
    assert_eq!(value(&fixture.metrics, FAILURES), 1);
}

#[tokio::test]
async fn files_that_vanish_leave_the_certificate_in_use() {
    let directory = Directory::new();
    let authority = Authority::new("server");
    let (certificate, key) = directory.write_pair(&authority.sign("localhost"));
    let fixture = following(certificate.clone(), key, authority).await;
    std::fs::remove_file(certificate).expect("removed");
    eventually("a failure", async || value(&fixture.metrics, FAILURES) == 1).await;
    let client = Client::new(&fixture.authority.pem);
    assert!(client.connect(fixture.running.address).await.is_ok());
}

/// A server that answers only those whom the authorities in a file signed and, if `names` are given, who have one.
async fn restricted(
    directory: &Directory,
    authority: &Authority,
    names: &[&str],
) -> (Running, Metrics) {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    let (current, metrics) = (Current::default(), Metrics::default());
    let pair = authority.sign("localhost");
    let published = current.publish(pair.chain.as_bytes(), pair.key.as_bytes());
    published.expect("a good pair");
    let clients = ClientCa::open(directory.path("ca.crt"), names, current, metrics.clone());
    let clients = clients.expect("authorities");
    let tls = clients.tls();
    tokio::spawn(clients.keep());
    let running = serve(tls, Limits::default(), PATIENCE, &metrics).await;
    (running, metrics)
}

#[tokio::test]
async fn with_client_ca_only_its_clients_are_answered() {
    let (server, clients, others) = (
        Authority::new("server"),
        Authority::new("clients"),
        Authority::new("others"),
    );
    let directory = Directory::new();
    directory.write("ca.crt", &clients.pem);
    let (running, metrics) = restricted(&directory, &server, &[]).await;
    let mut client = Client::new(&server.pem);
    // With TLS 1.3 the client learns of the refusal only with the answer.
    let answered = async |client: &Client| {
        client
            .post(running.address, "/validate", REVIEW)
            .await
            .is_ok()
    };
    for version in [&TLS12, &TLS13] {
        client.versions = vec![version];
        client.pair = None;
        assert!(!answered(&client).await);
        client.pair = Some(others.sign("api-server"));
        assert!(!answered(&client).await);
        client.pair = Some(clients.sign("api-server"));
        assert!(answered(&client).await);
    }
    directory.write("ca.crt", "nonsense");
    eventually("a failure", async || value(&metrics, FAILURES) == 1).await;
    assert!(answered(&client).await);
    directory.write("ca.crt", &others.pem);
    eventually("the old client is refused", async || {
        !answered(&client).await
    })
    .await;
    client.pair = Some(others.sign("api-server"));
    assert!(answered(&client).await);
}

#[tokio::test]
async fn with_client_names_other_clients_of_the_same_ca_are_refused() {
    let (server, clients, others) = (
        Authority::new("server"),
        Authority::new("clients"),
        Authority::new("others"),
    );
    let directory = Directory::new();
    directory.write("ca.crt", &clients.pem);
    let names = ["kube-apiserver", "api.example"];
    let (running, metrics) = restricted(&directory, &server, &names).await;
    let cases = [
        (clients.sign_common_name("kube-apiserver"), true),
        (clients.sign("api.example"), true),
        (clients.sign_common_name("system:node:a"), false),
        (clients.sign("other.example"), false),
        (others.sign_common_name("kube-apiserver"), false),
    ];
    let mut client = Client::new(&server.pem);
    for version in [&TLS12, &TLS13] {
        client.versions = vec![version];
        for (case, (pair, expected)) in cases.iter().enumerate() {
            client.pair = Some(pair.clone());
            let answer = client.post(running.address, "/validate", REVIEW).await;
            assert_eq!(answer.is_ok(), *expected, "{version:?}, {case}");
        }
    }
    let refused = value(&metrics, "ni_webhook_connections_failed_total");
    assert_eq!(refused, 6, "refused in the handshake");
    // The names hold of later authorities as well.
    directory.write("ca.crt", &others.pem);
    client.pair = Some(cases[4].0.clone());
    eventually("the other authority", async || {
        let answer = client.post(running.address, "/validate", REVIEW).await;
        answer.is_ok()
    })
    .await;
    client.pair = Some(others.sign_common_name("system:node:a"));
    let answer = client.post(running.address, "/validate", REVIEW).await;
    assert!(answer.is_err());
}

#[tokio::test]
async fn without_authorities_a_restricted_server_does_not_start() {
    let directory = Directory::new();
    directory.write("ca.crt", "");
    for name in ["ca.crt", "missing.crt"] {
        let (current, metrics) = (Current::default(), Metrics::default());
        let opened = ClientCa::open(directory.path(name), Vec::new(), current, metrics);
        let said = opened.err().expect("refused").to_string();
        assert!(said.contains(name), "{said}");
    }
}

#[tokio::test]
async fn files_that_are_broken_at_the_start_are_taken_once_they_are_right() {
    let directory = Directory::new();
    let authority = Authority::new("server");
    let good = authority.sign("localhost");
    directory.write("tls.crt", "");
    directory.write("tls.key", &good.key);
    let (certificate, key) = (directory.path("tls.crt"), directory.path("tls.key"));
    let fixture = following(certificate, key, authority).await;
    assert!(fixture.current.identity().is_none());
    directory.write_pair(&good);
    eventually("a certificate", async || {
        fixture.current.identity().is_some()
    })
    .await;
    let drained = fixture.running.drain(Duration::from_secs(1)).await;
    assert!(drained.expect("drained"));
}
