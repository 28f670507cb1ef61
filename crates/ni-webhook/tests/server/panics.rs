// SPDX-License-Identifier: Apache-2.0

//! A review that panics.

use std::sync::Arc;

use futures::FutureExt;
use ni_webhook::review::{Answer, Endpoint};
use ni_webhook::serve::Limits;
use ni_webhook::serve::budget::SMALL;

use crate::client::{Client, head, receive, send};
use crate::support::{eventually, judged_by, value};

#[tokio::test]
async fn a_review_that_panics_fails_alone_and_gives_back_what_it_held() {
    let judge = |endpoint, _| {
        async move {
            assert_eq!(endpoint, Endpoint::Validate, "as if it could not be judged");
            Answer::Review(b"{}".to_vec())
        }
        .boxed()
    };
    let fixture = judged_by(Limits::default(), Arc::new(judge)).await;
    let client = Client::new(&fixture.authority.pem);
    let mut stream = client.connect(fixture.running.address).await.expect("in");
    // A large one is judged on a thread of its own.
    for size in [10, 2 * SMALL] {
        for (path, status) in [("/mutate", 500), ("/validate", 200)] {
            let request = head("POST", path, size) + &"x".repeat(size);
            send(&mut stream, &request).await.expect("sent");
            let answer = receive(&mut stream).await.expect("an answer");
            assert_eq!(answer.status, status, "{path}, {size} bytes");
        }
    }
    eventually("all is given back", async || {
        value(&fixture.metrics, "ni_webhook_body_bytes ") == 0
            && value(&fixture.metrics, "ni_webhook_requests ") == 0
    })
    .await;
}
