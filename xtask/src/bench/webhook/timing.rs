// SPDX-License-Identifier: Apache-2.0

//! What an answer costs in memory, timed by an example of the webhook's crate.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use xtask::process::Tied;

use super::report::TimingRow;
use super::review::Review;

/// Means of each round, in microseconds.
#[derive(Debug, Deserialize)]
pub(crate) struct Times {
    /// From the review's bytes to the answer's.
    pub(crate) answer_us: Vec<f64>,
    /// Filling in and judging, of the decoded object.
    pub(crate) rules_us: Vec<f64>,
}

/// Times all reviews with the program at `path`; `dir` is for their files.
pub(crate) async fn measure(path: &Path, dir: &Path, reviews: &[Review]) -> Result<Vec<TimingRow>> {
    let mut rows = Vec::new();
    for review in reviews {
        let row = TimingRow::new(review, &times(path, dir, review).await?);
        eprintln!(
            "{} to {} in memory: {:.1} µs, the rules {:.1} µs of it",
            row.review, row.endpoint, row.answer_us, row.rules_us
        );
        rows.push(row);
    }
    Ok(rows)
}

async fn times(path: &Path, dir: &Path, review: &Review) -> Result<Times> {
    let file = dir.join("review.json");
    std::fs::write(&file, &review.body).with_context(|| format!("writing {}", file.display()))?;
    let mut command = Command::new(path);
    command
        .arg(review.endpoint.name())
        .arg(&file)
        .stdout(Stdio::piped());
    let mut process = Tied::spawn("timing", command)?;
    let lines = process.lines();
    let text: Vec<String> = tokio::task::spawn_blocking(|| lines.collect()).await?;
    if !process.wait().await?.success() {
        bail!("timing the webhook failed; why is above");
    }
    serde_json::from_str(&text.concat()).context("reading the webhook's times")
}
