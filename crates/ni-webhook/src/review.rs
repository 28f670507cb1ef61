//! Reviews in, reviews out.

use crate::metrics::Metrics;
use crate::options::Judging;
use crate::references::References;

/// Which of the two endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Fills in, then judges.
    Mutate,
    /// Judges.
    Validate,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A review, as JSON.
    Review(Vec<u8>),
    /// It was no review; why.
    NoReview(String),
}

/// What answers.
#[derive(Debug)]
pub struct Webhook {}

impl Webhook {
    /// Judges by `judging`, with what `references` knows.
    pub fn new(_references: References, _judging: &Judging, _metrics: Metrics) -> Self {
        Self {}
    }
}

/// Answers one review.
pub async fn answer(_webhook: &Webhook, _endpoint: Endpoint, _body: &[u8]) -> Answer {
    Answer::NoReview("nothing is judged yet".to_owned())
}
