// SPDX-License-Identifier: Apache-2.0

//! Clients that ask for one verdict again and again.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use hyper::body::Bytes;
use serde_json::Value;

use super::client::{Client, Connection, Transport};
use super::closed_loop::Caller;
use super::review::{Review, UID};

/// One of the clients. A call is from before the review is sent until its answer is there, a new connection included.
pub(crate) struct Asking {
    client: Arc<Client>,
    review: Arc<Review>,
    /// None where each review has its own.
    connection: Option<Connection>,
    /// The first answer, which all others must equal.
    answer: Bytes,
}

/// Makes `count` clients, and has each ask once: the answer must be that review's, and what is expected of it.
pub(crate) async fn clients(
    client: &Arc<Client>,
    review: &Arc<Review>,
    transport: Transport,
    count: usize,
) -> Result<Vec<Asking>> {
    let shared = match transport {
        Transport::Http2 => Some(client.http2().await?),
        Transport::Http1 | Transport::New => None,
    };
    let mut clients = Vec::with_capacity(count);
    for _ in 0..count {
        let connection = match transport {
            Transport::Http1 => Some(client.http1().await?),
            Transport::Http2 => shared.as_ref().and_then(Connection::share),
            Transport::New => None,
        };
        let mut asking = Asking {
            client: client.clone(),
            review: review.clone(),
            connection,
            answer: Bytes::new(),
        };
        asking.answer = asking.ask().await?;
        check(&asking.answer, review)?;
        clients.push(asking);
    }
    Ok(clients)
}

impl Asking {
    async fn ask(&mut self) -> Result<Bytes> {
        match &mut self.connection {
            Some(connection) => connection.ask(&self.review).await,
            None => self.client.http1().await?.ask(&self.review).await,
        }
    }
}

impl Caller for Asking {
    async fn call(&mut self) -> Result<()> {
        let answer = self.ask().await?;
        ensure!(
            answer == self.answer,
            "the same review was answered otherwise: {}",
            String::from_utf8_lossy(&answer)
        );
        Ok(())
    }
}

fn check(answer: &[u8], review: &Review) -> Result<()> {
    let text = || String::from_utf8_lossy(answer);
    let answer: Value = serde_json::from_slice(answer)
        .with_context(|| format!("the answer is no JSON: {}", text()))?;
    let response = &answer["response"];
    ensure!(
        response["uid"] == UID && response["allowed"] == review.allowed,
        "{} at {}: not the verdict that is expected: {answer}",
        review.what,
        review.endpoint
    );
    Ok(())
}

#[cfg(test)]
mod tests;
