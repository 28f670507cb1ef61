// SPDX-License-Identifier: Apache-2.0

//! Reads a review's body, within the room that there is.

use std::ops::Deref;
use std::sync::Arc;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use super::budget::{ENTRY, LARGEST_BODY, SMALL};
use super::pool::{Pool, Turn};
use super::requests::Stop;
use super::turns::PROGRESS;
use crate::metrics::Metrics;

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than [`LARGEST_BODY`].
    TooLarge,
    /// It took too long.
    Slow,
    /// It was not complete when others needed the room.
    Evicted,
    /// It broke off.
    Broken,
}

/// The room for bodies.
#[derive(Clone, Debug)]
pub struct Room {
    /// For those up to [`SMALL`].
    pub small: Pool,
    /// For all others.
    pub large: Pool,
    /// Where bytes are counted.
    pub metrics: Metrics,
}

/// A body, and the room that it takes.
#[derive(Debug)]
pub struct Received {
    /// All of it.
    pub bytes: Counted,
    /// What it takes beyond what each request has.
    pub turn: Option<Turn>,
}

/// Bytes that are counted while they are held.
#[derive(Debug)]
pub struct Counted {
    bytes: Vec<u8>,
    metrics: Metrics,
}

impl Counted {
    fn new(metrics: Metrics) -> Self {
        let bytes = Vec::new();
        Self { bytes, metrics }
    }

    fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
        self.metrics.body_grew(chunk.len());
    }
}

impl Deref for Counted {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.body_shrank(self.bytes.len());
    }
}

impl Room {
    /// Reads a body to its end, no later than `end`, unless `stop` ends it.
    ///
    /// The first [`ENTRY`] bytes are read at once; the rest has to wait for room, and must then come in quickly.
    ///
    /// # Errors
    /// Where it does not come, or is too large.
    pub async fn read(
        &self,
        body: Body,
        stop: &Arc<Stop>,
        end: Instant,
    ) -> Result<Received, Unread> {
        let reading = async {
            tokio::select! {
                biased;
                received = self.receive(body, stop) => received,
                () = stop.stopped() => Err(Unread::Evicted),
            }
        };
        timeout_at(end, reading).await.unwrap_or(Err(Unread::Slow))
    }

    async fn receive(&self, body: Body, stop: &Arc<Stop>) -> Result<Received, Unread> {
        let declared = body.size_hint().exact();
        let size = declared.map_or(LARGEST_BODY, |size| {
            usize::try_from(size).unwrap_or(usize::MAX)
        });
        if size > LARGEST_BODY {
            return Err(Unread::TooLarge);
        }
        let mut body = body.into_data_stream();
        let mut bytes = Counted::new(self.metrics.clone());
        while let Some(chunk) = next(&mut body).await? {
            if bytes.len() + chunk.len() > ENTRY && size > ENTRY {
                let pool = if size > SMALL {
                    &self.large
                } else {
                    &self.small
                };
                let turn = pool.turn(size, stop).await;
                bytes.bytes.reserve_exact(size.saturating_sub(bytes.len()));
                bytes.push(&chunk);
                drop(chunk);
                return Self::receive_rest(body, bytes, turn).await;
            }
            bytes.push(&chunk);
        }
        Ok(Received { bytes, turn: None })
    }

    async fn receive_rest(
        mut body: BodyDataStream,
        mut bytes: Counted,
        turn: Turn,
    ) -> Result<Received, Unread> {
        // A rule of progress, not of the whole: what a body takes depends on how far away its sender is.
        let mut end = Instant::now() + turn.grace();
        let mut mark = bytes.len() + PROGRESS;
        while let Some(chunk) = timeout_at(end, next(&mut body))
            .await
            .map_err(|_| Unread::Slow)??
        {
            if bytes.len() + chunk.len() > LARGEST_BODY {
                return Err(Unread::TooLarge);
            }
            bytes.push(&chunk);
            if bytes.len() >= mark {
                mark = bytes.len() + PROGRESS;
                end = Instant::now() + turn.grace();
                turn.progress();
            }
        }
        turn.complete();
        let turn = Some(turn);
        Ok(Received { bytes, turn })
    }
}

/// The next part of a body; `None` at its end.
async fn next(body: &mut BodyDataStream) -> Result<Option<Bytes>, Unread> {
    let part = body.next().await.transpose();
    part.map_err(|_| Unread::Broken)
}
