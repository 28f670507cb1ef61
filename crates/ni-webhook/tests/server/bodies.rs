// SPDX-License-Identifier: Apache-2.0

//! How much of all bodies the server holds at once.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::{FutureExt, StreamExt, stream};
use http::Request;
use ni_webhook::metrics::Metrics;
use ni_webhook::review::Answer;
use ni_webhook::serve::Limits;
use ni_webhook::serve::budget::{ENTRY, JUDGED_AT_ONCE, LARGEST_BODY, SMALL, SMALL_ROOM};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::client::TlsStream;

use crate::client::{Client, closed, head, send};
use crate::support::{Holding, REVIEW, eventually, judged_by, server, value};

/// What a client can make an API server send: an object close to its bound.
const LARGE: usize = 2_900_000;

/// What a request may take, where bodies stall: twice as much as a stalled one gets while nobody waits.
const LIMIT: Duration = Duration::from_secs(8);

fn bytes(metrics: &Metrics) -> i64 {
    value(metrics, "ni_webhook_body_bytes ")
}

async fn all_is_given_back(metrics: &Metrics) {
    eventually("all is given back", async || {
        bytes(metrics) == 0 && value(metrics, "ni_webhook_requests ") == 0
    })
    .await;
}

/// A review with white space behind it, so that it is `size` bytes long.
fn padded(size: usize) -> String {
    format!("{REVIEW}{}", " ".repeat(size - REVIEW.len()))
}

/// Sends the first `sent` of `size` bytes of a body, and no more.
async fn begin(
    client: &Client,
    address: SocketAddr,
    size: usize,
    sent: usize,
) -> TlsStream<TcpStream> {
    let mut stream = client.connect(address).await.expect("in");
    send(&mut stream, &head("POST", "/mutate", size))
        .await
        .expect("sent");
    send(&mut stream, &"x".repeat(sent)).await.expect("sent");
    stream
}

#[tokio::test]
async fn large_bodies_take_turns_and_all_are_answered() {
    let holding = Holding::new();
    let fixture = judged_by(Limits::default(), holding.judge()).await;
    let mut client = Client::new(&fixture.authority.pem);
    let body = Bytes::from(padded(LARGE));
    let mut answers = Vec::new();
    for _ in 0..4 {
        let sender = client.http2(fixture.running.address).await;
        for _ in 0..10 {
            let request = Request::post("https://localhost/mutate").body(body.clone().into());
            let mut sender = sender.clone();
            answers.push(tokio::spawn(async move {
                sender.send_request(request.expect("a request")).await
            }));
        }
    }
    holding.release(answers.len());
    for answer in answers {
        let answer = answer.await.expect("no panic");
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    let most = holding.count(|_| ()).most_bytes;
    assert!(
        (LARGE..=JUDGED_AT_ONCE).contains(&most),
        "{most} bytes at once"
    );
    all_is_given_back(&fixture.metrics).await;
}

#[tokio::test]
async fn small_reviews_pass_large_ones_that_wait_on_the_same_connection() {
    let holding = Holding::new();
    let fixture = judged_by(Limits::default(), holding.judge()).await;
    let mut client = Client::new(&fixture.authority.pem);
    let mut sender = client.http2(fixture.running.address).await;
    let post = |sender: &mut hyper::client::conn::http2::SendRequest<Body>, body: Bytes| {
        let request = Request::post("https://localhost/mutate").body(body.into());
        tokio::spawn(sender.send_request(request.expect("a request")))
    };
    let large = Bytes::from(padded(LARGE));
    let waiting: Vec<_> = (0..50).map(|_| post(&mut sender, large.clone())).collect();
    eventually("large ones wait", async || {
        value(&fixture.metrics, "ni_webhook_body_waits_total ") >= 45
    })
    .await;
    let mut small = Vec::new();
    for size in [REVIEW.len(), ENTRY, SMALL] {
        small.push(post(&mut sender, padded(size).into()));
    }
    eventually("small ones are judged", async || {
        holding.count(|_| ()).reviews >= small.len()
    })
    .await;
    holding.release(small.len() + waiting.len());
    for answer in small.into_iter().chain(waiting) {
        let answer = answer.await.expect("no panic");
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    all_is_given_back(&fixture.metrics).await;
}

#[tokio::test]
async fn large_bodies_that_stall_do_not_keep_others_from_being_answered() {
    let fixture = server(Limits::default(), LIMIT).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let mut stalled = Vec::new();
    for _ in 0..6 {
        stalled.push(begin(&client, address, LARGEST_BODY, 2 * SMALL).await);
    }
    eventually("they wait for each other", async || {
        value(&fixture.metrics, "ni_webhook_body_waits_total ") >= 3
    })
    .await;
    for size in [REVIEW.len(), SMALL, LARGE] {
        let answer = client.post(address, "/validate", &padded(size)).await;
        assert_eq!(answer.expect("an answer").status, 200, "{size} bytes");
    }
    drop(stalled);
    all_is_given_back(&fixture.metrics).await;
}

#[tokio::test]
async fn small_bodies_that_stall_do_not_keep_others_from_being_answered() {
    let fixture = server(Limits::default(), LIMIT).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    // More than there is room for: on fewer connections than a server takes.
    let mut stalled = Vec::new();
    let strangers = SMALL_ROOM / SMALL;
    let mut http2 = Client::new(&fixture.authority.pem);
    let mut senders = Vec::new();
    for _ in 0..2 {
        let mut sender = http2.http2(address).await;
        for _ in 0..=strangers / 2 {
            let part = Bytes::from("x".repeat(2 * ENTRY));
            let part = stream::iter([Ok::<_, io::Error>(part)]).chain(stream::pending());
            let request = Request::post("https://localhost/mutate")
                .header("content-length", SMALL)
                .body(Body::from_stream(part));
            stalled.push(tokio::spawn(
                sender.send_request(request.expect("a request")),
            ));
        }
        senders.push(sender);
    }
    eventually("they wait for each other", async || {
        value(&fixture.metrics, "ni_webhook_body_waits_total ") >= 1
    })
    .await;
    for size in [REVIEW.len(), ENTRY, SMALL, LARGE] {
        let answer = client.post(address, "/validate", &padded(size)).await;
        assert_eq!(answer.expect("an answer").status, 200, "{size} bytes");
    }
    for stalled in stalled {
        stalled.abort();
    }
    drop(senders);
    all_is_given_back(&fixture.metrics).await;
}

#[tokio::test]
async fn a_body_that_stalls_is_cut_off_even_if_nobody_waits() {
    let fixture = server(Limits::default(), LIMIT).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = begin(&client, fixture.running.address, LARGE, 2 * SMALL).await;
    let answer = crate::client::receive(&mut stream).await;
    assert_eq!(answer.expect("an answer").status, 408);
    closed(&mut stream).await;
    all_is_given_back(&fixture.metrics).await;
}

#[tokio::test]
async fn large_answers_that_nobody_reads_do_not_keep_others_from_being_answered() {
    let judge = |_, _| async { Answer::Review(vec![b' '; LARGEST_BODY]) }.boxed();
    let fixture = judged_by(Limits::default(), Arc::new(judge)).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let request = head("POST", "/mutate", LARGE) + &padded(LARGE);
    let mut deaf = Vec::new();
    for _ in 0..6 {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let stream = socket.connect(address).await.expect("in");
        let mut stream = client.shake(stream).await.expect("a handshake");
        send(&mut stream, &request).await.expect("sent");
        deaf.push(stream);
    }
    let answer = client.post(address, "/mutate", &padded(LARGE)).await;
    assert_eq!(answer.expect("an answer").body.len(), LARGEST_BODY);
    drop(deaf);
    all_is_given_back(&fixture.metrics).await;
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    for size in [REVIEW.len(), SMALL, LARGE] {
        let holding = Holding::new();
        let fixture = judged_by(Limits::default(), holding.judge()).await;
        let client = Client::new(&fixture.authority.pem);
        let address = fixture.running.address;
        let mut stream = client.connect(address).await.expect("in");
        let request = head("POST", "/mutate", size) + &padded(size);
        send(&mut stream, &request).await.expect("sent");
        let half = begin(&client, address, size, size / 2).await;
        holding.holds(1).await;
        eventually("half of the other", async || {
            bytes(&fixture.metrics) > i64::try_from(size).expect("a number")
        })
        .await;
        drop((stream, half));
        // One that is judged on a thread of its own is judged to the end.
        holding.release(1);
        all_is_given_back(&fixture.metrics).await;
    }
}
