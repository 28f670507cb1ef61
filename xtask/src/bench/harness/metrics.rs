// SPDX-License-Identifier: Apache-2.0

//! Metrics in the text format that Prometheus reads.

use std::fmt;

use anyhow::{Context, Result};
use http::Request;
use kube::Client;

/// All metrics of a program at one moment.
pub(crate) struct Metrics(String);

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Metrics {
    /// Asks for them.
    pub(crate) async fn read(client: &Client) -> Result<Self> {
        let request = Request::get("/metrics").body(Vec::new())?;
        let text = client.request_text(request).await;
        Ok(Self(text.context("reading metrics")?))
    }

    /// What a program would have answered.
    #[cfg(test)]
    pub(crate) fn of(text: String) -> Self {
        Self(text)
    }

    /// The value of a metric without labels.
    pub(crate) fn value(&self, name: &str) -> Result<f64> {
        let found = self.lines(name).find(|(labels, _)| labels.is_empty());
        let (_, value) = found.with_context(|| format!("metric {name} not found"))?;
        Ok(value)
    }

    /// The sum of a counter's values over all label sets that have `label`, as in `endpoint="mutate"`.
    pub(crate) fn sum(&self, name: &str, label: &str) -> f64 {
        let lines = self.lines(name);
        let with_label = lines.filter(|(labels, _)| labels.split(',').any(|one| one == label));
        // `sum` of none is -0.
        with_label.fold(0.0, |sum, (_, value)| sum + value)
    }

    /// Labels and value of each line of a metric.
    fn lines(&self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        self.0.lines().filter_map(move |line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = match rest.strip_prefix('{') {
                Some(rest) => rest.split_once('}')?,
                None => ("", rest.strip_prefix(' ')?),
            };
            // Go writes large counters as floats.
            Some((labels, value.trim().parse().ok()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> Metrics {
        let text = "# TYPE a counter\n\
            a_total{endpoint=\"mutate\",kind=\"X\"} 2\n\
            a_total{endpoint=\"mutate\",kind=\"Y\"} 3\n\
            a_total{endpoint=\"validate\",kind=\"Y\"} 7\n\
            ab_total{endpoint=\"mutate\"} 11\n\
            bytes_total 1.25e+06\n\
            bytes 4\n";
        Metrics(text.to_owned())
    }

    #[test]
    fn values_of_one_label_are_added_up() {
        let sum = |label| metrics().sum("a_total", label).to_string();
        assert_eq!(sum("endpoint=\"mutate\""), "5");
        assert_eq!(sum("kind=\"Y\""), "10");
        assert_eq!(sum("kind=\"Z\""), "0");
    }

    #[test]
    fn a_value_is_of_the_metric_of_that_very_name() {
        let value = |name| metrics().value(name).map(|value| value.to_string()).ok();
        assert_eq!(value("bytes_total").as_deref(), Some("1250000"));
        assert_eq!(value("bytes").as_deref(), Some("4"));
        assert_eq!(value("a_total"), None);
        assert_eq!(value("byte"), None);
    }
}
