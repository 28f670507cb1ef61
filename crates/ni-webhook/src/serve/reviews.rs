//! `/mutate` and `/validate`: bytes in, bytes out; what is said is the business of [`crate::review`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures::FutureExt;
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::metrics::Metrics;
use crate::review::{Answer, Endpoint, Webhook, answer};

/// The largest body, in bytes: what the API server itself takes of one object.
pub const LARGEST_BODY: usize = 3 << 20;

struct Reviews {
    webhook: Arc<Webhook>,
    metrics: Metrics,
    limit: Duration,
}

/// Answers reviews, each within `limit` from its headers on; the content's declared type does not matter.
///
/// A larger body than [`LARGEST_BODY`] is answered 413, one that takes too long to come 408, one that is no review 400;
/// a verdict that takes too long 504.
pub fn router(webhook: Arc<Webhook>, metrics: Metrics, limit: Duration) -> Router {
    Router::new()
        .route("/mutate", post(mutate))
        .route("/validate", post(validate))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        // Each request clones the state, several times.
        .with_state(Arc::new(Reviews {
            webhook,
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
            Ok(verdict) => respond(verdict),
            Err(failure) => {
                self.metrics.review_failed(endpoint);
                failure
            }
        }
    }

    async fn verdict(
        &self,
        endpoint: Endpoint,
        request: Request,
        end: Instant,
    ) -> Result<Answer, Response> {
        let body = timeout_at(end, Bytes::from_request(request, &())).await;
        let body = body
            .map_err(|_| fail(StatusCode::REQUEST_TIMEOUT, "the body came too slowly"))?
            .map_err(IntoResponse::into_response)?;
        let verdict = AssertUnwindSafe(answer(&self.webhook, endpoint, &body)).catch_unwind();
        let verdict = timeout_at(end, verdict).await;
        verdict
            .map_err(|_| fail(StatusCode::GATEWAY_TIMEOUT, "the review took too long"))?
            .map_err(|_| fail(StatusCode::INTERNAL_SERVER_ERROR, "the review panicked"))
    }
}

fn fail(status: StatusCode, reason: &'static str) -> Response {
    warn!(%status, reason, "no verdict");
    (status, reason).into_response()
}

fn respond(verdict: Answer) -> Response {
    match verdict {
        Answer::Review(json) => {
            ([(header::CONTENT_TYPE, "application/json")], json).into_response()
        }
        Answer::NoReview(reason) => (StatusCode::BAD_REQUEST, reason).into_response(),
    }
}
