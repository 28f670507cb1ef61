// SPDX-License-Identifier: Apache-2.0

//! Who is closed when the server is full.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use futures::{StreamExt, stream};
use http::Request;
use hyper::client::conn::http2::SendRequest;
use ni_webhook::metrics::Metrics;
use ni_webhook::serve::Limits;
use ni_webhook::serve::budget::REQUESTS;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::client::{Client, closed, head, receive, send};
use crate::support::{Holding, PATIENCE, REVIEW, SHORT, eventually, judged_by, server, value};

const OPEN: &str = "ni_webhook_connections ";
const UNDER_WAY: &str = "ni_webhook_requests ";

/// Connections that a server takes.
const FULL: u32 = 64;

/// Connections of strangers, one after the other.
const STRANGERS: usize = 1100;

fn limits(connections: u32) -> Limits {
    Limits {
        connections,
        handshake: PATIENCE,
        first_request: PATIENCE,
        silence: PATIENCE,
    }
}

/// Connections that were closed for others and were one of these.
fn evicted(metrics: &Metrics, reasons: &[&str]) -> usize {
    let text = metrics.encode();
    let counts = reasons.iter().filter_map(|reason| {
        let name = format!("ni_webhook_connections_evicted_total{{reason=\"{reason}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name))?;
        line.parse::<usize>().ok()
    });
    counts.sum()
}

/// A stranger's connection, which is kept.
enum Stranger {
    Plain(TcpStream),
    Secured(Box<TlsStream<TcpStream>>),
}

impl Stranger {
    async fn closed(&mut self) {
        match self {
            Self::Plain(stream) => closed(stream).await,
            Self::Secured(stream) => closed(stream).await,
        };
    }
}

/// Fills a server with connections that `stranger` makes, of which the oldest must go each time. Then somebody else is
/// answered, at once; why the strangers were closed.
async fn fill(
    reasons: &[&str],
    stranger: impl AsyncFn(&Client, SocketAddr) -> io::Result<Stranger>,
) {
    let fixture = server(limits(FULL), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let mut strangers = VecDeque::new();
    for _ in 0..STRANGERS {
        strangers.push_back(stranger(&client, address).await.expect("in"));
        if strangers.len() > FULL as usize {
            let mut oldest = strangers.pop_front().expect("one of them");
            oldest.closed().await;
        }
        assert!(value(&fixture.metrics, OPEN) <= i64::from(FULL));
    }
    let answer = client.post(address, "/validate", REVIEW).await;
    assert_eq!(answer.expect("an answer").status, 200);
    let closed = evicted(&fixture.metrics, reasons);
    assert_eq!(closed, STRANGERS + 1 - FULL as usize);
    drop(strangers);
    eventually("all are gone", async || value(&fixture.metrics, OPEN) == 0).await;
}

#[tokio::test]
async fn strangers_that_say_nothing_keep_nobody_out() {
    fill(&["idle"], async |client, address| {
        let stream = client.connect(address).await?;
        Ok(Stranger::Secured(Box::new(stream)))
    })
    .await;
}

#[tokio::test]
async fn strangers_that_ask_for_something_else_keep_nobody_out() {
    fill(&["idle"], async |client, address| {
        let mut stream = client.connect(address).await?;
        send(&mut stream, &head("GET", "/elsewhere", 0)).await?;
        assert_eq!(receive(&mut stream).await?.status, 404);
        Ok(Stranger::Secured(Box::new(stream)))
    })
    .await;
}

#[tokio::test]
async fn strangers_that_send_half_a_body_keep_nobody_out() {
    // On a slow machine some have taken so long that they count as idle.
    fill(&["incomplete", "idle"], async |client, address| {
        let mut stream = client.connect(address).await?;
        let request = head("POST", "/validate", REVIEW.len());
        let request = request.replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
        send(&mut stream, &request).await?;
        // The body is waited for from then on.
        assert_eq!(receive(&mut stream).await?.status, 100);
        send(&mut stream, &REVIEW[..REVIEW.len() / 2]).await?;
        Ok(Stranger::Secured(Box::new(stream)))
    })
    .await;
}

#[tokio::test]
async fn strangers_that_break_off_their_handshake_keep_nobody_out() {
    fill(&["handshake"], async |_, address| {
        let mut stream = TcpStream::connect(address).await?;
        // A record of 512 bytes, of which six come.
        stream.write_all(&[22, 3, 1, 2, 0, 1]).await?;
        Ok(Stranger::Plain(stream))
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_asked_something_else_goes_before_one_that_was_answered_later() {
    let fixture = server(limits(2), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let mut reviewed = client.connect(address).await.expect("in");
    let mut elsewhere = client.connect(address).await.expect("in");
    let review = head("POST", "/validate", REVIEW.len()) + REVIEW;
    send(&mut reviewed, &review).await.expect("sent");
    assert_eq!(receive(&mut reviewed).await.expect("an answer").status, 200);
    send(&mut elsewhere, &head("POST", "/", 0))
        .await
        .expect("sent");
    assert_eq!(
        receive(&mut elsewhere).await.expect("an answer").status,
        404
    );
    let _new = client.connect(address).await.expect("in");
    closed(&mut elsewhere).await;
    send(&mut reviewed, &review).await.expect("sent");
    assert_eq!(receive(&mut reviewed).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_connection_with_a_request_under_way_is_never_closed() {
    let holding = Holding::new();
    let fixture = judged_by(limits(8), holding.judge()).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let review = head("POST", "/validate", REVIEW.len()) + REVIEW;
    let mut busy = client.connect(address).await.expect("in");
    send(&mut busy, &review).await.expect("sent");
    holding.holds(1).await;
    for _ in 0..100 {
        client.connect(address).await.expect("in");
    }
    holding.release(1);
    assert_eq!(receive(&mut busy).await.expect("an answer").status, 200);
}

#[tokio::test]
async fn while_all_are_busy_a_new_connection_waits_for_the_first_that_is_not() {
    let holding = Holding::new();
    let fixture = judged_by(limits(2), holding.judge()).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let review = head("POST", "/validate", REVIEW.len()) + REVIEW;
    let mut busy = Vec::new();
    for _ in 0..2 {
        let mut stream = client.connect(address).await.expect("in");
        send(&mut stream, &review).await.expect("sent");
        busy.push(stream);
    }
    holding.holds(2).await;
    let third = client.connect(address);
    tokio::pin!(third);
    assert!(timeout(SHORT, &mut third).await.is_err(), "let in");
    assert_eq!(value(&fixture.metrics, OPEN), 2);
    holding.release(1);
    third.await.expect("in");
    holding.release(1);
    for stream in &mut busy {
        assert_eq!(receive(stream).await.expect("an answer").status, 200);
    }
}

#[tokio::test]
async fn a_server_whose_connections_are_all_busy_drains_all_the_same() {
    let holding = Holding::new();
    let fixture = judged_by(limits(1), holding.judge()).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let mut only = client.connect(address).await.expect("in");
    let review = head("POST", "/validate", REVIEW.len()) + REVIEW;
    send(&mut only, &review).await.expect("sent");
    holding.holds(1).await;
    let _waiting = TcpStream::connect(address).await.expect("queued");
    let drained = tokio::spawn(fixture.running.drain(PATIENCE));
    eventually("the door is closed", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    holding.release(1);
    assert_eq!(receive(&mut only).await.expect("an answer").status, 200);
    assert!(drained.await.expect("no panic").expect("no error"));
}

/// Begins a request of which no more than a few bytes come.
fn trickle(sender: &mut SendRequest<Body>) -> impl Future<Output = hyper::Result<u16>> + use<> {
    let begun = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"{"))]);
    let body = Body::from_stream(begun.chain(stream::pending()));
    let request = Request::post("https://localhost/mutate").body(body);
    let answer = sender.send_request(request.expect("a request"));
    async { answer.await.map(|answer| answer.status().as_u16()) }
}

#[tokio::test]
async fn streams_that_trickle_keep_nobody_out_and_are_bounded_over_all_connections() {
    let fixture = server(limits(16), PATIENCE).await;
    let mut client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let (mut senders, mut streams) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let mut sender = client.http2(address).await;
        for _ in 0..90 {
            streams.push(tokio::spawn(trickle(&mut sender)));
        }
        senders.push(sender);
    }
    let most = i64::try_from(REQUESTS).expect("a number");
    eventually("as many as there may be", async || {
        value(&fixture.metrics, UNDER_WAY) == most
    })
    .await;
    // The oldest went, and heard why.
    let (first, _, rest) = futures::future::select_all(streams).await;
    assert_eq!(first.expect("no panic").expect("an answer"), 408);
    client.protocol = None;
    for _ in 0..10 {
        let answer = client.post(address, "/validate", REVIEW).await;
        assert_eq!(answer.expect("an answer").status, 200);
        assert!(value(&fixture.metrics, UNDER_WAY) <= most);
    }
    for stream in rest {
        stream.abort();
    }
    drop(senders);
    eventually("all are gone", async || {
        value(&fixture.metrics, UNDER_WAY) == 0 && value(&fixture.metrics, OPEN) == 0
    })
    .await;
    assert_eq!(value(&fixture.metrics, "ni_webhook_body_bytes "), 0);
}
