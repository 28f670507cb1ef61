// SPDX-License-Identifier: Apache-2.0

//! Times an answer, from the review's bytes to the answer's, with no server about it; and the rules alone.
//!
//! `timing mutate FILE`, or `validate`, with a review in the file, prints the rounds' means in microseconds, as JSON:
//! `cargo xtask bench webhook` takes their medians.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Parser;
use serde_json::{Value, json};

use ironcore_api::KINDS;
use ni_webhook::metrics::Metrics;
use ni_webhook::options::Cli;
use ni_webhook::references::References;
use ni_webhook::review::{Answer, Endpoint, Webhook, answer};

const ROUNDS: usize = 15;
/// Long enough that the clock's own cost does not show.
const ROUND: Duration = Duration::from_millis(100);
/// Between two looks at the clock.
const BATCH: u32 = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [endpoint, path] = arguments.as_slice() else {
        bail!("give an endpoint and a file");
    };
    let endpoint = match endpoint.as_str() {
        "mutate" => Endpoint::Mutate,
        "validate" => Endpoint::Validate,
        other => bail!("{other:?} is no endpoint: mutate or validate"),
    };
    let body = std::fs::read(path).with_context(|| format!("reading {path}"))?;
    let webhook = webhook();
    check(&answer(&webhook, endpoint, &body).await)?;
    let (mut answer_us, mut rules_us) = (Vec::new(), Vec::new());
    let (kind, object) = reviewed(&body)?;
    // Once more than counts: the first is to warm up.
    for _ in 0..=ROUNDS {
        answer_us.push(
            round(async || {
                black_box(answer(&webhook, endpoint, black_box(&body)).await);
            })
            .await,
        );
        rules_us.push(
            round(async || {
                let object = black_box(object.as_str());
                let _ = black_box(kind.fill_and_judge(object, None));
            })
            .await,
        );
    }
    println!(
        "{}",
        json!({ "answer_us": answer_us[1..], "rules_us": rules_us[1..] })
    );
    Ok(())
}

/// As it runs without a cluster: all that is referred to counts as there.
fn webhook() -> Webhook {
    let options = Cli::parse_from(["ni-webhook", "--self-signed", "--references=off"]);
    Webhook::new(References::none(), &options.judging, Metrics::default())
}

/// Times of what is no answer are of no interest.
fn check(answer: &Answer) -> anyhow::Result<()> {
    match answer {
        Answer::NoReview(reason) => bail!("it is no review: {reason}"),
        Answer::Review(json) => {
            let answer: Value = serde_json::from_slice(json)?;
            let verdict = &answer["response"]["allowed"];
            ensure!(verdict.is_boolean(), "there is no verdict in {answer}");
            Ok(())
        }
    }
}

/// The kind and the object of a review.
fn reviewed(body: &[u8]) -> anyhow::Result<(&'static ironcore_api::Kind, String)> {
    let mut review: Value = serde_json::from_slice(body)?;
    let object = review["request"]["object"].take();
    let kind = KINDS.iter().find(|kind| object["kind"] == kind.kind);
    Ok((kind.context("no kind of the table")?, object.to_string()))
}

/// The mean time of `once` in microseconds.
async fn round(mut once: impl AsyncFnMut()) -> f64 {
    let begun = Instant::now();
    let mut times = 0;
    while begun.elapsed() < ROUND {
        for _ in 0..BATCH {
            once().await;
        }
        times += BATCH;
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}
