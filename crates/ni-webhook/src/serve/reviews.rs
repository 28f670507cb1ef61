// SPDX-License-Identifier: Apache-2.0

//! `/mutate` and `/validate`: bytes in, bytes out; what is said is the business of [`crate::review`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum_server::ConnectionShutdown;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::body::{Counted, Received, Room, Unread};
use super::budget::{JUDGED_AT_ONCE, LARGE_ROOM, REQUESTS, SMALL, SMALL_ROOM};
use super::eviction::Stage;
use super::gate::Over;
use super::pool::{Pool, Turn};
use super::requests::{Requests, UnderWay};
use super::turns::Pace;
use crate::metrics::Metrics;
use crate::review::{Answer, Endpoint, Webhook, answer};

/// Answers a review by its body.
pub type Judge = Arc<dyn Fn(Endpoint, Counted) -> BoxFuture<'static, Answer> + Send + Sync>;

struct Reviews {
    judge: Judge,
    requests: Requests,
    room: Room,
    /// KiB of large bodies that are judged at once.
    large: Arc<Semaphore>,
    /// As much of it at least each of them takes, so that no more are judged at once than there are cores.
    share: u32,
    metrics: Metrics,
    limit: Duration,
}

/// Answers reviews, each within `limit` from its headers on; the content's declared type does not matter.
///
/// A body larger than [`LARGEST_BODY`](super::budget::LARGEST_BODY) is answered 413, one that takes too long to come
/// 408, one that is no review 400; a verdict that takes too long 504.
pub fn router(webhook: Arc<Webhook>, metrics: Metrics, limit: Duration) -> Router {
    let judge = move |endpoint, body: Counted| {
        let webhook = webhook.clone();
        async move { answer(&webhook, endpoint, &body).await }.boxed()
    };
    router_of(Arc::new(judge), metrics, limit)
}

/// Answers by `judge`, in the same way.
pub fn router_of(judge: Judge, metrics: Metrics, limit: Duration) -> Router {
    let pool = |capacity| Pool::new(capacity, Pace::of(limit), metrics.clone());
    let room = Room {
        small: pool(SMALL_ROOM),
        large: pool(LARGE_ROOM),
        metrics: metrics.clone(),
    };
    let cores = available_parallelism().map_or(1, usize::from);
    let all = kib(JUDGED_AT_ONCE);
    Router::new()
        .route("/mutate", post(mutate))
        .route("/validate", post(validate))
        // Each request clones the state, several times.
        .with_state(Arc::new(Reviews {
            judge,
            requests: Requests::new(REQUESTS, metrics.clone()),
            room,
            large: Arc::new(Semaphore::new(all as usize)),
            share: all / u32::try_from(cores).unwrap_or(u32::MAX).clamp(1, all),
            metrics,
            limit,
        }))
}

async fn mutate(State(reviews): State<Arc<Reviews>>, request: Request) -> Response {
    reviews.review(Endpoint::Mutate, request).await
}

async fn validate(State(reviews): State<Arc<Reviews>>, request: Request) -> Response {
    reviews.review(Endpoint::Validate, request).await
}

impl Reviews {
    async fn review(&self, endpoint: Endpoint, request: Request) -> Response {
        let end = Instant::now() + self.limit;
        match self.verdict(endpoint, request, end).await {
            Ok(response) => response,
            Err(failure) => {
                self.metrics.review_failed(endpoint);
                failure.into_response()
            }
        }
    }

    async fn verdict(
        &self,
        endpoint: Endpoint,
        request: Request,
        end: Instant,
    ) -> Result<Response, Failure> {
        let (mut under_way, body) = self.begin(request)?;
        let received = self.room.read(body, under_way.stop(), end).await;
        let received = received.inspect_err(|unread| {
            if matches!(unread, Unread::Slow | Unread::Evicted) {
                under_way.stop().retire();
            }
        })?;
        if !under_way.advance(Stage::Judging) {
            return Err(Failure::EVICTED);
        }
        let (answer, turn) = self.judge(endpoint, received, end).await?;
        under_way.advance(Stage::Sending);
        Ok(respond(answer, turn, under_way))
    }

    /// Headers go at once: what they take is not part of what a request may hold.
    fn begin(&self, request: Request) -> Result<(UnderWay, Body), Failure> {
        let (head, body) = request.into_parts();
        let over = head.extensions.get::<ConnectInfo<Over>>();
        let connection = over.and_then(|ConnectInfo(Over(connection))| connection.clone());
        let shutdown = head.extensions.get::<ConnectionShutdown>();
        let begun = self.requests.begin(connection, shutdown);
        Ok((begun.ok_or(Failure::BUSY)?, body))
    }

    /// A large body is judged on a thread of its own, as it would keep small ones from being judged for too long.
    async fn judge(
        &self,
        endpoint: Endpoint,
        received: Received,
        end: Instant,
    ) -> Result<(Answer, Option<Turn>), Failure> {
        let large = received.bytes.len() > SMALL;
        let judging = async {
            if large {
                self.judge_apart(endpoint, received).await
            } else {
                let Received { bytes, turn } = received;
                let judging = AssertUnwindSafe(async { (self.judge)(endpoint, bytes).await });
                let answer = judging.catch_unwind().await;
                answer.map(|answer| (answer, turn)).ok()
            }
        };
        let judged = timeout_at(end, judging).await;
        judged.map_err(|_| Failure::LATE)?.ok_or(Failure::PANIC)
    }

    /// Body, room and permit go along: they are held for as long as it is judged, even if nobody waits for it any more.
    async fn judge_apart(
        &self,
        endpoint: Endpoint,
        received: Received,
    ) -> Option<(Answer, Option<Turn>)> {
        let (judge, runtime) = (self.judge.clone(), Handle::current());
        let share = kib(received.bytes.len()).max(self.share);
        let permit = self.large.clone().acquire_many_owned(share).await.ok();
        let judging = spawn_blocking(move || {
            let _permit = permit;
            let Received { bytes, turn } = received;
            (runtime.block_on(judge(endpoint, bytes)), turn)
        });
        judging.await.ok()
    }
}

fn kib(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX)
}

/// Why there is no verdict.
#[derive(Debug)]
struct Failure(StatusCode, &'static str);

impl Failure {
    const EVICTED: Self = Self(
        StatusCode::REQUEST_TIMEOUT,
        "the body was not complete when its room was needed",
    );
    const BUSY: Self = Self(
        StatusCode::SERVICE_UNAVAILABLE,
        "too many reviews are under way",
    );
    const LATE: Self = Self(StatusCode::GATEWAY_TIMEOUT, "the review took too long");
    const PANIC: Self = Self(StatusCode::INTERNAL_SERVER_ERROR, "the review panicked");
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
            Unread::Slow => Self(StatusCode::REQUEST_TIMEOUT, "the body came too slowly"),
            Unread::Evicted => Self::EVICTED,
            Unread::Broken => Self(StatusCode::BAD_REQUEST, "the body broke off"),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(status, reason) = self;
        warn!(%status, reason, "review failed");
        (status, reason).into_response()
    }
}

/// An answer, and the room that it takes until it has been sent.
struct Sent {
    text: Vec<u8>,
    _turn: Option<Turn>,
    _under_way: UnderWay,
}

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

fn respond(answer: Answer, turn: Option<Turn>, under_way: UnderWay) -> Response {
    let (status, kind, text) = match answer {
        Answer::Review(json) => (StatusCode::OK, "application/json", json),
        Answer::NoReview(reason) => (
            StatusCode::BAD_REQUEST,
            "text/plain; charset=utf-8",
            reason.into_bytes(),
        ),
    };
    // A small answer frees the room that its body took.
    let turn = turn.filter(|_| text.len() > SMALL);
    if let Some(turn) = &turn {
        turn.sending();
    }
    let sent = Sent {
        text,
        _turn: turn,
        _under_way: under_way,
    };
    let headers = [(header::CONTENT_TYPE, kind)];
    (status, headers, Bytes::from_owner(sent)).into_response()
}
