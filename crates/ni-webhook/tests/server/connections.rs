// SPDX-License-Identifier: Apache-2.0

//! What a connection may take.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use ni_webhook::metrics::Metrics;
use ni_webhook::serve::{self, Limits};

use crate::client::{Client, closed, head, receive, send};
use crate::support::{PATIENCE, REVIEW, SHORT, eventually, server, value};

const OPEN: &str = "ni_webhook_connections ";

/// As long as nobody is silent who has something to say, on a busy machine either.
const SILENCE: Duration = Duration::from_secs(2);

fn limits() -> Limits {
    Limits {
        connections: 8,
        handshake: PATIENCE,
        first_request: PATIENCE,
        silence: PATIENCE,
    }
}

#[tokio::test]
async fn who_does_not_shake_hands_is_put_out() {
    let limits = Limits {
        handshake: SHORT,
        ..limits()
    };
    let fixture = server(limits, PATIENCE).await;
    let mut silent = TcpStream::connect(fixture.running.address)
        .await
        .expect("in");
    closed(&mut silent).await;
    let mut nonsense = TcpStream::connect(fixture.running.address)
        .await
        .expect("in");
    nonsense
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .await
        .expect("sent");
    closed(&mut nonsense).await;
    eventually("no connection open", async || {
        value(&fixture.metrics, OPEN) == 0
    })
    .await;
    assert_eq!(
        value(&fixture.metrics, "ni_webhook_connections_failed_total"),
        2
    );
}

#[tokio::test]
async fn who_asks_nothing_is_put_out() {
    let limits = Limits {
        first_request: SILENCE,
        ..limits()
    };
    let fixture = server(limits, PATIENCE).await;
    let mut client = Client::new(&fixture.authority.pem);
    for protocol in ["h2", "http/1.1"] {
        client.protocol = Some(protocol);
        let mut stream = client.connect(fixture.running.address).await.expect("in");
        closed(&mut stream).await;
    }
}

#[tokio::test]
async fn slow_headers_are_cut_off() {
    let limits = Limits {
        first_request: SILENCE,
        ..limits()
    };
    let fixture = server(limits, PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    send(&mut stream, "POST /mutate HTTP/1.1\r\n")
        .await
        .expect("sent");
    let begun = std::time::Instant::now();
    loop {
        if send(&mut stream, "a: b\r\n").await.is_err() {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "not cut off");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn slow_headers_of_a_second_request_are_cut_off() {
    let limits = Limits {
        silence: SILENCE,
        ..limits()
    };
    let fixture = server(limits, PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    let request = head("POST", "/mutate", REVIEW.len()) + REVIEW;
    send(&mut stream, &request).await.expect("sent");
    assert_eq!(receive(&mut stream).await.expect("an answer").status, 200);
    send(&mut stream, "POST /mutate HTTP/1.1\r\n")
        .await
        .expect("sent");
    let begun = std::time::Instant::now();
    while send(&mut stream, "a: b\r\n").await.is_ok() {
        assert!(begun.elapsed() < PATIENCE, "not cut off");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_used_one_is_not() {
    let limits = Limits {
        silence: SILENCE,
        ..limits()
    };
    let fixture = server(limits, PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    let request = head("POST", "/validate", REVIEW.len()) + REVIEW;
    let begun = std::time::Instant::now();
    while begun.elapsed() < 2 * SILENCE {
        send(&mut stream, &request).await.expect("sent");
        assert_eq!(receive(&mut stream).await.expect("an answer").status, 200);
        tokio::time::sleep(SHORT / 8).await;
    }
    assert!(closed(&mut stream).await < PATIENCE);
}

#[tokio::test]
async fn who_asks_and_never_reads_is_put_out() {
    let limits = Limits {
        silence: SILENCE,
        ..limits()
    };
    let fixture = server(limits, PATIENCE).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let stream = socket.connect(fixture.running.address).await.expect("in");
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.shake(stream).await.expect("a handshake");
    let requests = head("POST", "/nowhere", 0).repeat(100);
    while let Ok(()) = timeout(PATIENCE, send(&mut stream, &requests))
        .await
        .expect("cut off in time")
    {}
    eventually("no connection open", async || {
        value(&fixture.metrics, OPEN) == 0
    })
    .await;
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let fixture = server(limits(), PATIENCE).await;
    let router = axum::Router::new();
    let taken = serve::plain(fixture.running.address, router, limits()).await;
    assert_eq!(
        taken.expect_err("taken").kind(),
        std::io::ErrorKind::AddrInUse
    );
    assert_eq!(value(&Metrics::default(), OPEN), 0);
}
