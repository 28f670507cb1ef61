// SPDX-License-Identifier: Apache-2.0

//! What came of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::webhook;

/// Figures of a run.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Requests by controllers that the API server carried out and that change objects of our kinds.
    pub writes: u64,
    /// Faults of the proxy.
    pub faults: u64,
    /// Rules that did not hold, anywhere in the history.
    pub violations: usize,
    /// What was missing at rest.
    pub lost: usize,
    /// Faults by kind.
    pub faults_by_kind: BTreeMap<String, u64>,
    /// What befell processes and servers.
    pub disruptions: BTreeMap<&'static str, u64>,
    /// Moments that the contract admits.
    pub moments: BTreeMap<&'static str, u64>,
    /// What users did.
    pub acts: u64,
    /// Writes of whomever, in the history.
    pub seen: u64,
    /// Objects in the end.
    pub objects: usize,
    /// How long it took.
    pub seconds: u64,
    /// What was random follows from this.
    pub seed: u64,
    /// Of the webhook, whose violations count above as well.
    pub webhook: webhook::Figures,
}

impl Figures {
    /// Whether all was as it is to be.
    pub fn are_good(&self) -> bool {
        self.violations + self.lost == 0
    }

    /// With those of the webhook.
    #[must_use]
    pub fn and(mut self, webhook: webhook::Figures) -> Self {
        self.violations += webhook.violations;
        self.webhook = webhook;
        self
    }
}

/// Figures, and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How much.
    pub figures: Figures,
    /// What did not hold, each with what led to it.
    pub broken: Vec<String>,
    /// What was missing at rest.
    pub lost: Vec<String>,
}

/// How much of what is wrong is printed.
const TOLD: usize = 20;

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for told in self.broken.iter().chain(&self.lost).take(TOLD) {
            writeln!(f, "{told}")?;
        }
        let Figures {
            writes,
            faults,
            violations,
            lost,
            faults_by_kind,
            disruptions,
            moments,
            acts,
            seen,
            objects,
            seconds,
            seed,
            webhook: _,
        } = &self.figures;
        let counted = faults_by_kind
            .iter()
            .map(|(what, count)| (what.as_str(), count));
        let befallen = disruptions
            .iter()
            .chain(moments)
            .map(|(what, count)| (*what, count));
        for (what, count) in counted.chain(befallen) {
            writeln!(f, "live: {count:>7} {what}")?;
        }
        writeln!(
            f,
            "live: users did {acts} things; {seen} writes of all, {objects} objects in the end"
        )?;
        write!(
            f,
            "live: {writes} writes by controllers, {faults} faults, {violations} violations, {lost} lost in {seconds} s, seed {seed}"
        )
    }
}
