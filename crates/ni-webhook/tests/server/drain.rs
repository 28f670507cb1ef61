// SPDX-License-Identifier: Apache-2.0

//! How it ends.

use std::convert::Infallible;

use axum::body::Body;
use futures::stream;
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use ni_webhook::serve::Limits;

use crate::client::{Client, begin, closed, head, receive, send};
use crate::support::{PATIENCE, REVIEW, SHORT, eventually, server};

#[tokio::test]
async fn what_was_asked_is_answered_and_nobody_else_let_in() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let address = fixture.running.address;
    let mut idle = client.connect(address).await.expect("in");
    let request = head("POST", "/validate", REVIEW.len()) + REVIEW;
    send(&mut idle, &request).await.expect("sent");
    receive(&mut idle).await.expect("an answer");
    let mut busy = client.connect(address).await.expect("in");
    let end = begin(&mut busy, "/validate", REVIEW).await.expect("sent");
    let drained = tokio::spawn(fixture.running.drain(PATIENCE));
    closed(&mut idle).await;
    eventually("the door is closed", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    assert!(!drained.is_finished());
    send(&mut busy, end).await.expect("sent");
    assert_eq!(receive(&mut busy).await.expect("an answer").status, 200);
    closed(&mut busy).await;
    assert!(drained.await.expect("no panic").expect("no error"));
}

#[tokio::test]
async fn what_was_asked_over_http_2_is_answered() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let address = fixture.running.address;
    let mut client = Client::new(&fixture.authority.pem);
    client.protocol = Some("h2");
    let stream = client.connect(address).await.expect("in");
    let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = shaken.await.expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let request = Request::post("https://localhost/mutate").body(Body::from(REVIEW));
    let answer = sender.send_request(request.expect("a request")).await;
    assert_eq!(answer.expect("an answer").status(), 200);
    let (more, body) = mpsc::channel::<&'static str>(1);
    let body = stream::unfold(body, async |mut body| {
        Some((Ok::<_, Infallible>(body.recv().await?), body))
    });
    let request = Request::post("https://localhost/mutate").body(Body::from_stream(body));
    let answer = tokio::spawn(sender.send_request(request.expect("a request")));
    let (first, last) = REVIEW.split_at(100);
    let (second, third) = last.split_at(100);
    more.send(first).await.expect("sent");
    // There is room for the next only once the one before is on its way, after the headers.
    more.send(second).await.expect("sent");
    let drained = tokio::spawn(fixture.running.drain(PATIENCE));
    eventually("the door is closed", async || {
        TcpStream::connect(address).await.is_err()
    })
    .await;
    more.send(third).await.expect("sent");
    drop(more);
    let answer = answer.await.expect("no panic").expect("an answer");
    assert_eq!(answer.status(), 200);
    connection
        .await
        .expect("no panic")
        .expect("closed in order");
    assert!(drained.await.expect("no panic").expect("no error"));
}

#[tokio::test]
async fn what_takes_too_long_is_cut_off() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let mut busy = client.connect(fixture.running.address).await.expect("in");
    begin(&mut busy, "/validate", REVIEW).await.expect("sent");
    let drained = fixture.running.drain(SHORT).await;
    assert!(!drained.expect("no error"), "the request was not cut off");
    closed(&mut busy).await;
}
