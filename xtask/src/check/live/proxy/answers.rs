// SPDX-License-Identifier: Apache-2.0

//! What the proxy answers in the API server's name.

use http::{HeaderValue, Method, Response, header};
use hyper::body::Bytes;
use serde_json::{Value, json};

/// What an API server says with this code.
pub(super) fn refusal(code: u16, method: &Method) -> Response<Bytes> {
    let status = status(code, method);
    let mut answer = Response::new(Bytes::from(status.to_string()));
    *answer.status_mut() = code.try_into().unwrap_or_default();
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if code == 429 {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}

/// The event that tells a watch that its version is gone.
pub(super) fn expired() -> Bytes {
    let event = json!({ "type": "ERROR", "object": status(410, &Method::GET) });
    Bytes::from(format!("{event}\n"))
}

fn status(code: u16, method: &Method) -> Value {
    let (reason, message) = match code {
        409 if method == Method::POST => ("AlreadyExists", "the object already exists"),
        409 => ("Conflict", "the object has been modified"),
        410 => ("Expired", "too old resource version"),
        429 => (
            "TooManyRequests",
            "the server has received too many requests",
        ),
        500 => ("InternalError", "etcdserver: request timed out"),
        _ => (
            "ServiceUnavailable",
            "the server is currently unable to handle the request",
        ),
    };
    let mut status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "code": code, "reason": reason, "message": message,
    });
    if code == 429 {
        status["details"] = json!({ "retryAfterSeconds": 1 });
    }
    status
}
