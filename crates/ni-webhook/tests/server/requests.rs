// SPDX-License-Identifier: Apache-2.0

//! What is answered.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::Request;

use ni_webhook::serve::Limits;
use ni_webhook::serve::budget::LARGEST_BODY;

use crate::client::{Client, closed, head, receive, send};
use crate::support::{PATIENCE, REVIEW, SHORT, server, value};

#[tokio::test]
async fn reviews_are_answered_and_nothing_else() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let largest = "x".repeat(LARGEST_BODY);
    let cases = [
        ("POST", "/mutate", REVIEW, 200),
        ("POST", "/validate?timeout=5s", REVIEW, 200),
        ("POST", "/", REVIEW, 404),
        ("POST", "/mutate/", REVIEW, 404),
        ("POST", "/metrics", "", 404),
        ("GET", "/mutate", "", 405),
        ("PUT", "/validate", REVIEW, 405),
        ("POST", "/mutate", "", 400),
        ("POST", "/mutate", "nonsense", 400),
        ("POST", "/validate", "{}", 400),
        ("POST", "/validate", &largest, 400),
    ];
    for (method, path, body, status) in cases {
        let mut stream = client.connect(fixture.running.address).await.expect("in");
        let request = head(method, path, body.len()) + body;
        send(&mut stream, &request).await.expect("sent");
        let response = receive(&mut stream).await.expect("an answer");
        let size = body.len();
        assert_eq!(response.status, status, "{method} {path}, {size} bytes");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    let request = head("POST", "/validate", LARGEST_BODY + 1);
    send(&mut stream, &request).await.expect("sent");
    let response = receive(&mut stream).await.expect("an answer");
    assert_eq!(response.status, 413, "{}", response.body);
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_body_of_no_declared_length_is_read_as_far_as_it_may_be() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let mut client = Client::new(&fixture.authority.pem);
    let mut sender = client.http2(fixture.running.address).await;
    let half = Bytes::from("x".repeat(LARGEST_BODY / 2));
    for (end, status) in [("", 400), ("xx", 413)] {
        let parts = [half.clone(), half.clone(), end.into()];
        let parts = parts.into_iter().map(Ok::<_, Infallible>);
        let body = Body::from_stream(futures::stream::iter(parts));
        let request = Request::post("https://localhost/mutate").body(body);
        let answer = sender.send_request(request.expect("a request")).await;
        assert_eq!(answer.expect("an answer").status(), status);
    }
}

#[tokio::test]
async fn a_review_is_answered_with_its_uid() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let client = Client::new(&fixture.authority.pem);
    let response = client.post(fixture.running.address, "/validate", REVIEW);
    let body = response.await.expect("an answer").body;
    assert!(
        body.contains("705ab4f5-6393-11e8-b7cc-42010a800002"),
        "{body}"
    );
}

#[tokio::test]
async fn many_reviews_go_over_one_connection_of_http_2() {
    let fixture = server(Limits::default(), PATIENCE).await;
    let mut client = Client::new(&fixture.authority.pem);
    let sender = client.http2(fixture.running.address).await;
    // More than one connection may have under way, so that some wait.
    let reviews = (0..300).map(|_| {
        let mut sender = sender.clone();
        let request = Request::post("https://localhost/mutate").body(Body::from(REVIEW));
        async move { sender.send_request(request.expect("a request")).await }
    });
    for response in futures::future::join_all(reviews).await {
        assert_eq!(response.expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn a_slow_body_is_told_so_and_cut_off() {
    let fixture = server(Limits::default(), SHORT).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    let request = head("POST", "/mutate", REVIEW.len()) + &REVIEW[..100];
    send(&mut stream, &request).await.expect("sent");
    let response = receive(&mut stream).await.expect("an answer");
    assert_eq!(response.status, 408, "{}", response.body);
    let failed = r#"ni_webhook_reviews_total{endpoint="mutate",kind="other",outcome="failed"}"#;
    assert_eq!(value(&fixture.metrics, failed), 1);
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_body_that_trickles_has_no_more_time_than_another() {
    let fixture = server(Limits::default(), SHORT).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    let begun = std::time::Instant::now();
    send(&mut stream, &head("POST", "/mutate", REVIEW.len()))
        .await
        .expect("sent");
    for byte in REVIEW.chars() {
        let pause = tokio::time::timeout(Duration::from_millis(20), receive(&mut stream)).await;
        if let Ok(response) = pause {
            assert_eq!(response.expect("an answer").status, 408);
            assert!(begun.elapsed() < PATIENCE);
            return;
        }
        send(&mut stream, &byte.to_string()).await.expect("sent");
    }
    panic!("all of it was read");
}
