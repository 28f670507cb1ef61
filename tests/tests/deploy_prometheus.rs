// SPDX-License-Identifier: Apache-2.0

//! What `deploy/overlays/prometheus` asks of our metrics, held to their documentation, which is held to the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{Expr, LabelModifier, VectorSelector, parse};
use promql_parser::util::{ExprVisitor, walk_expr};
use serde_json::Value;
use serde_norway::Deserializer;
use xtask::repo;

use crate::support::kubectl::Kubectl;

/// What Prometheus itself adds to series of pods.
const OF_TARGETS: [&str; 5] = ["namespace", "pod", "container", "job", "instance"];

/// What a query says of metrics.
#[derive(Default)]
struct Uses {
    selectors: Vec<VectorSelector>,
    /// In `by (…)` and `on (…)`.
    grouped: BTreeSet<String>,
}

impl ExprVisitor for Uses {
    type Error = String;

    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
        match expr {
            Expr::VectorSelector(selector) => self.selectors.push(selector.clone()),
            Expr::MatrixSelector(selector) => self.selectors.push(selector.vs.clone()),
            Expr::Aggregate(aggregate) => self.group(aggregate.modifier.as_ref()),
            Expr::Binary(binary) => {
                let modifier = binary.modifier.as_ref();
                self.group(modifier.and_then(|modifier| modifier.matching.as_ref()));
            }
            _ => (),
        }
        Ok(true)
    }
}

impl Uses {
    fn of(query: &str) -> Self {
        // Grafana fills in the first.
        let query = query.replace("$__rate_interval", "5m");
        let parsed = parse(&query).unwrap_or_else(|why| panic!("{query}: {why}"));
        let mut uses = Self::default();
        walk_expr(&mut uses, &parsed).expect("nothing fails here");
        uses
    }

    fn group(&mut self, labels: Option<&LabelModifier>) {
        let labels = labels
            .into_iter()
            .flat_map(|labels| &labels.labels().labels);
        self.grouped.extend(labels.cloned());
    }
}

/// `docs/metrics.md`: the labels of each series that Prometheus stores.
struct Documented {
    series: BTreeMap<String, BTreeSet<String>>,
    text: String,
}

impl Documented {
    fn read() -> Self {
        let path = repo::root().join("docs/metrics.md");
        let text = std::fs::read_to_string(path).expect("the metrics' page");
        let is_ours = |line: &&str| line.starts_with("| `ni_") || line.starts_with("| `process_");
        let rows = text.lines().filter(is_ours);
        let series = rows
            .flat_map(|row| series(row).unwrap_or_default())
            .collect();
        Self { series, text }
    }

    /// What of a query there is not.
    fn faults(&self, query: &str) -> Vec<String> {
        let uses = Uses::of(query);
        assert!(!uses.selectors.is_empty(), "{query}");
        let mut known: BTreeSet<&str> = OF_TARGETS.into_iter().collect();
        let mut faults = Vec::new();
        for selector in &uses.selectors {
            let name = selector.name.clone().unwrap_or_default();
            let Some(labels) = self.series.get(&name) else {
                faults.push(format!("no metric {name}"));
                continue;
            };
            known.extend(labels.iter().map(String::as_str));
            faults.extend(self.unmatched(&name, labels, &selector.matchers.matchers));
        }
        let unknown = uses
            .grouped
            .iter()
            .filter(|label| !known.contains(label.as_str()));
        faults.extend(unknown.map(|label| format!("no label {label}")));
        faults
    }

    fn unmatched(
        &self,
        name: &str,
        labels: &BTreeSet<String>,
        matchers: &[Matcher],
    ) -> Vec<String> {
        let ours = matchers
            .iter()
            .filter(|matcher| !OF_TARGETS.contains(&&*matcher.name));
        ours.flat_map(|matcher| {
            let label = &matcher.name;
            let no_label =
                (!labels.contains(label)).then(|| format!("{name} has no label {label}"));
            let values = match matcher.op {
                MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.as_str()],
                MatchOp::Re(_) | MatchOp::NotRe(_) => matcher.value.split('|').collect(),
            };
            let unknown = values
                .into_iter()
                .filter(|value| !self.text.contains(&format!("`{value}`")));
            let unknown = unknown.map(|value| format!("{label} is never {value}"));
            no_label.into_iter().chain(unknown.collect::<Vec<_>>())
        })
        .collect()
    }
}

/// The series of a row of a table of metrics; none where it is a row of another table.
fn series(row: &str) -> Option<Vec<(String, BTreeSet<String>)>> {
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    let [
        _,
        name,
        kind @ ("counter" | "gauge" | "histogram"),
        labels,
        ..,
    ] = cells[..]
    else {
        return None;
    };
    let name = name.trim_matches('`');
    let labels: BTreeSet<String> = labels
        .split(", ")
        .map(|label| label.trim_matches('`').to_owned())
        .filter(|label| !label.is_empty())
        .collect();
    if kind != "histogram" {
        return Some(vec![(name.to_owned(), labels)]);
    }
    let mut bucket = labels.clone();
    bucket.insert("le".to_owned());
    Some(vec![
        (format!("{name}_bucket"), bucket),
        (format!("{name}_sum"), labels.clone()),
        (format!("{name}_count"), labels),
    ])
}

/// The objects of the overlay.
async fn rendered() -> Vec<Value> {
    let kubectl = Kubectl::new(Path::new("")).await;
    let printed = kubectl.run("kustomize deploy/overlays/prometheus").await;
    let documents = Deserializer::from_str(&printed.out);
    documents
        .map(|document| serde::Deserialize::deserialize(document).expect("an object"))
        .collect()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects
        .iter()
        .filter(|object| object["kind"] == kind)
        .collect()
}

fn alerts(objects: &[Value]) -> Vec<&Value> {
    let groups = of_kind(objects, "PrometheusRule");
    let groups = groups
        .iter()
        .flat_map(|rule| rule["spec"]["groups"].as_array().expect("groups"));
    groups
        .flat_map(|group| group["rules"].as_array().expect("rules"))
        .collect()
}

fn dashboard(objects: &[Value]) -> Value {
    let maps = of_kind(objects, "ConfigMap");
    let [map] = maps[..] else {
        panic!("{} ConfigMaps", maps.len())
    };
    assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], "1");
    let text = map["data"]["ironcore-ni.json"]
        .as_str()
        .expect("a dashboard");
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn every_query_of_alerts_and_dashboard_asks_for_what_there_is() {
    let objects = rendered().await;
    let documented = Documented::read();
    let alerts = alerts(&objects);
    let rules = alerts
        .iter()
        .map(|alert| alert["expr"].as_str().expect("an expression").to_owned());
    let dashboard = dashboard(&objects);
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    let shown: Vec<String> = targets
        .map(|target| target["expr"].as_str().expect("an expression").to_owned())
        .collect();
    for query in rules.chain(shown.iter().cloned()) {
        assert_eq!(documented.faults(&query), Vec::<String>::new(), "{query}");
    }
    // Each metric is on the dashboard.
    let shown: BTreeSet<String> = shown
        .iter()
        .flat_map(|query| Uses::of(query).selectors)
        .filter_map(|selector| selector.name)
        .collect();
    let of_histograms = |name: &&String| !name.ends_with("_sum") && !name.ends_with("_count");
    // Those of any process have dashboards of their own, and are shown where they say something about these programs.
    let of_these = |name: &&String| !name.starts_with("process_");
    let missing = documented
        .series
        .keys()
        .filter(of_histograms)
        .filter(of_these);
    let missing: Vec<_> = missing.filter(|name| !shown.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[tokio::test]
async fn every_alert_says_how_bad_it_is_and_where_its_runbook_is() {
    let objects = rendered().await;
    let mut names = BTreeSet::new();
    for alert in alerts(&objects) {
        let name = alert["alert"].as_str().expect("a name");
        assert!(names.insert(name), "{name} twice");
        let severity = alert["labels"]["severity"].as_str();
        assert!(
            matches!(severity, Some("critical" | "warning" | "info")),
            "{name}"
        );
        let notes = &alert["annotations"];
        let runbook = format!("docs/runbooks.md#{}", kebab(name));
        assert_eq!(notes["runbook_url"], runbook.as_str());
        for note in ["summary", "description"] {
            assert!(
                notes[note].as_str().is_some_and(|text| !text.is_empty()),
                "{name}"
            );
        }
    }
    assert!(names.len() > 10, "{names:?}");
}

fn kebab(name: &str) -> String {
    let words = name.char_indices().map(|(at, c)| match c {
        'A'..='Z' if at > 0 => format!("-{}", c.to_ascii_lowercase()),
        _ => c.to_ascii_lowercase().to_string(),
    });
    words.collect()
}

#[tokio::test]
async fn the_ports_that_are_scraped_are_the_pods() {
    let objects = rendered().await;
    let deployments = of_kind(&objects, "Deployment");
    let monitors = of_kind(&objects, "PodMonitor");
    assert_eq!(monitors.len(), deployments.len());
    for (monitor, deployment) in monitors.into_iter().zip(deployments) {
        let template = &deployment["spec"]["template"];
        let wanted = monitor["spec"]["selector"]["matchLabels"]
            .as_object()
            .expect("labels");
        for (label, value) in wanted {
            assert_eq!(template["metadata"]["labels"][label], *value);
        }
        let port = &monitor["spec"]["podMetricsEndpoints"][0]["port"];
        let ports = template["spec"]["containers"][0]["ports"]
            .as_array()
            .expect("ports");
        assert!(ports.iter().any(|one| one["name"] == *port), "{port}");
    }
}

#[test]
fn what_there_is_not_is_told() {
    let documented = Documented::read();
    for (query, fault) in [
        ("sum(ni_leaders)", "no metric ni_leaders"),
        (
            r#"ni_changes_total{outcom="done"}"#,
            "ni_changes_total has no label outcom",
        ),
        (
            r#"ni_changes_total{outcome=~"done|gone|lost"}"#,
            "outcome is never lost",
        ),
        ("sum by (verb) (ni_leader)", "no label verb"),
        (
            "histogram_quantile(0.9, ni_watch_lag_seconds)",
            "no metric ni_watch_lag_seconds",
        ),
    ] {
        assert_eq!(documented.faults(query), [fault], "{query}");
    }
}
