// SPDX-License-Identifier: Apache-2.0

//! Alerts, and their runbooks.

use serde_json::Value;

/// An alert of a rule file.
#[derive(Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// Where its runbook is said to be.
    pub runbook: Option<String>,
}

/// The page of runbooks, below the repository's root.
pub const RUNBOOKS: &str = "docs/runbooks.md";

/// The alerts of all `PrometheusRule` objects in a file of manifests; none where it is no such file.
pub fn in_manifests(yaml: &str) -> Vec<Alert> {
    let documents = serde_norway::Deserializer::from_str(yaml);
    // After the first error the parser returns None on every call.
    let objects = documents.map_while(|document| serde::Deserialize::deserialize(document).ok());
    let rules = objects.filter(|object: &Value| object["kind"] == "PrometheusRule");
    rules.flat_map(|object| of_rules(&object)).collect()
}

fn of_rules(object: &Value) -> Vec<Alert> {
    let groups = object["spec"]["groups"].as_array();
    let rules = groups
        .into_iter()
        .flatten()
        .filter_map(|group| group["rules"].as_array());
    let alert = |rule: &Value| {
        Some(Alert {
            name: rule["alert"].as_str()?.to_owned(),
            runbook: rule["annotations"]["runbook_url"]
                .as_str()
                .map(str::to_owned),
        })
    };
    rules.flatten().filter_map(alert).collect()
}

/// What is wrong between `alerts` and the page of runbooks: an alert without one, one that leads elsewhere.
pub fn faults(alerts: &[Alert], page: &str) -> Vec<String> {
    let anchors = xtask::docs::anchors(page);
    let fault = |alert: &Alert| {
        let Alert { name, runbook } = alert;
        let anchor = kebab(name);
        let wanted = format!("{RUNBOOKS}#{anchor}");
        if !anchors.contains(&anchor) || !anchors.contains(&name.to_lowercase()) {
            return Some(format!(
                "{RUNBOOKS}: the alert {name} has no heading, or not the anchor {anchor}"
            ));
        }
        let leads_there = runbook.as_ref().is_some_and(|url| url.ends_with(&wanted));
        (!leads_there).then(|| format!("{RUNBOOKS}: the alert {name} has the runbook_url {runbook:?}, which does not end with {wanted}"))
    };
    alerts.iter().filter_map(fault).collect()
}

/// `NiQueueLags` as `ni-queue-lags`.
fn kebab(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "
kind: PodMonitor
---
kind: PrometheusRule
spec:
  groups:
  - name: one
    rules:
    - alert: OneIsDown
      annotations: { runbook_url: docs/runbooks.md#one-is-down }
    - record: one
  - name: two
    rules:
    - alert: Two
";

    #[test]
    fn alerts_are_found_in_all_groups_of_rule_objects() {
        let alerts = in_manifests(RULES);
        let names: Vec<_> = alerts.iter().map(|alert| alert.name.as_str()).collect();
        assert_eq!(names, ["OneIsDown", "Two"]);
        assert_eq!(
            alerts[0].runbook.as_deref(),
            Some("docs/runbooks.md#one-is-down")
        );
        assert_eq!(in_manifests("kind: [broken"), []);
    }

    #[test]
    fn an_alert_needs_a_heading_an_anchor_and_a_link_to_it() {
        let alert = |runbook: &str| {
            [Alert {
                name: "OneIsDown".to_owned(),
                runbook: Some(runbook.to_owned()),
            }]
        };
        let page = "<a id=\"one-is-down\"></a>\n\n### OneIsDown\n";
        let there = "https://example.org/docs/runbooks.md#one-is-down";
        let cases = [
            (there, page, 0),
            ("docs/runbooks.md#one-is-down", page, 0),
            ("docs/runbooks.md#two", page, 1),
            (there, "### OneIsDown\n", 1),
            (there, "<a id=\"one-is-down\"></a>\n", 1),
        ];
        for (runbook, page, count) in cases {
            assert_eq!(
                faults(&alert(runbook), page).len(),
                count,
                "{runbook} {page}"
            );
        }
    }
}
