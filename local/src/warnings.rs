// SPDX-License-Identifier: Apache-2.0

//! What the API server answers beside the object: warnings, which kube's own calls leave unread.

use anyhow::{Context, Result, bail};
use http::{HeaderMap, Request};
use kube::client::Body;
use kube::core::Status;
use kube::{Client, Error};
use serde::de::DeserializeOwned;

/// An answer, and the warnings that came with it, as kubectl prints them behind `Warning: `.
#[derive(Debug)]
pub struct Answer<T> {
    /// The object, or why there is none.
    pub result: kube::Result<T>,
    /// In the order in which they came.
    pub warnings: Vec<String>,
}

/// Sends a request, as those of [`kube::core::Request`].
///
/// # Errors
/// If there is no answer, or none that says what it is. A refusal is an answer.
pub async fn send<T: DeserializeOwned>(
    client: &Client,
    request: Request<Vec<u8>>,
) -> Result<Answer<T>> {
    let (parts, body) = client.send(request.map(Body::from)).await?.into_parts();
    let body = body.collect_bytes().await?;
    let result = if parts.status.is_success() {
        Ok(serde_json::from_slice(&body).context("the answer is no object")?)
    } else {
        match serde_json::from_slice::<Status>(&body) {
            Ok(status) => Err(Error::Api(Box::new(status))),
            Err(_) => bail!("{}: {}", parts.status, String::from_utf8_lossy(&body)),
        }
    };
    Ok(Answer {
        result,
        warnings: warnings(&parts.headers),
    })
}

fn warnings(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(http::header::WARNING).iter();
    values
        .filter_map(|value| unquoted(&String::from_utf8_lossy(value.as_bytes())))
        .collect()
}

/// The text of `299 - "text"` (RFC 7234, 5.5), which is all that the API server writes.
fn unquoted(value: &str) -> Option<String> {
    let quoted = value.strip_prefix("299 - \"")?.strip_suffix('"')?;
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => text.extend(characters.next()),
            plain => text.push(plain),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_read_as_it_was_written() {
        for (value, text) in [
            (r#"299 - "plain""#, Some("plain")),
            (
                r#"299 - "networks \"a\" and \\""#,
                Some(r#"networks "a" and \"#),
            ),
            (r#"199 - "of others""#, None),
            ("299 - unquoted", None),
        ] {
            assert_eq!(unquoted(value).as_deref(), text, "{value}");
        }
    }
}
