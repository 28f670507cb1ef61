// SPDX-License-Identifier: Apache-2.0

//! What documents list is what there is.

use std::collections::BTreeMap;
use std::time::Duration;

use book::pages;
use ni_controller::plan::Reason;
use ni_webhook::metrics::{Lookup, Metrics, Outcome};
use ni_webhook::review::Endpoint;
use ni_webhook::serve::eviction;
use serde::Deserialize;
use serde_json::Value;
use xtask::repo;

fn document(name: &str) -> String {
    std::fs::read_to_string(repo::root().join("docs").join(name)).expect("a page of the book")
}

/// What stands below the heading, up to the next one.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no {heading}"));
    rest.split_once("\n#").map_or(rest, |(section, _)| section)
}

#[test]
fn every_event_that_asks_for_something_says_what_to_look_at() {
    let page = document("events.md");
    for reason in Reason::ALL.into_iter().filter(|reason| reason.is_warning()) {
        let section = section(&page, &format!("### {}", reason.as_str()));
        assert!(
            section.contains("```sh\nkubectl "),
            "{}: no command in\n{section}",
            reason.as_str()
        );
    }
}

#[test]
fn every_reason_is_in_the_table_with_its_type() {
    let page = document("events.md");
    for reason in Reason::ALL {
        let kind = if reason.is_warning() {
            "Warning"
        } else {
            "Normal"
        };
        let name = reason.as_str();
        let row = format!("| [{name}](#{}) | {kind} | ", name.to_lowercase());
        assert!(page.contains(&row), "{row}");
    }
}

/// Resource and verbs of each rule of the roles in a file of `deploy/`; of one object, its name is with it.
fn rights(path: &str, role: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(repo::root().join("deploy").join(path)).expect("a file");
    let documents = serde_norway::Deserializer::from_str(&text);
    let objects = documents.map(|document| Value::deserialize(document).expect("an object"));
    let roles = objects.filter(|object| object["kind"] == role);
    let rules = roles.flat_map(|role| role["rules"].as_array().expect("rules").clone());
    let texts = |list: &Value| -> Vec<String> {
        let texts = list
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let each = rules.flat_map(|rule| {
        let verbs = texts(&rule["verbs"]).join(", ");
        let resources = texts(&rule["resources"]).into_iter();
        resources
            .map(move |resource| (resource, verbs.clone()))
            .collect::<Vec<_>>()
    });
    each.collect()
}

#[test]
fn the_page_of_security_names_the_rights_that_deploy_gives() {
    let page = document("security.md");
    let section = section(&page, "## What each part may do");
    let controllers = rights("base/controller/rbac.yaml", "ClusterRole");
    // The Lease's, and those for public addresses, come from a Role: a row each.
    assert_eq!(section.matches("\n| `").count(), controllers.len() + 2);
    for (resource, verbs) in controllers {
        let resource = if resource == "events" {
            "events.events.k8s.io"
        } else {
            &resource
        };
        let row = format!("\n| `{resource}` | {verbs} | ");
        assert!(section.contains(&row), "{row}");
    }
    for (resource, verbs) in rights("base/webhook/rbac.yaml", "ClusterRole") {
        assert_eq!(verbs, "get, list, watch");
        let (_, webhook) = section.split_once("**ni-webhook**").expect("its rights");
        let sentence = webhook.split_once('.').map_or("", |(sentence, _)| sentence);
        assert!(
            sentence.contains("get, list and watch") && sentence.contains(&format!("`{resource}`")),
            "{resource}"
        );
    }
    let certificate = "overlays/self-signed/certificate.yaml";
    for (role, subject) in [
        (
            "Role",
            "Secret `ni-webhook-certificate` in its own namespace",
        ),
        ("ClusterRole", "the webhook configurations `ironcore-ni`"),
    ] {
        for (_, verbs) in rights(certificate, role) {
            let row = format!("\n| {subject} | {verbs} |");
            assert!(section.contains(&row), "{row}");
        }
    }
}

#[test]
fn the_webhooks_metrics_are_listed_with_their_types_and_no_others() {
    let metrics = Metrics::default();
    // A metric with labels shows with its first value.
    metrics.reviewed(
        Endpoint::Mutate,
        "Machine",
        Outcome::Allowed,
        Duration::ZERO,
    );
    metrics.looked_up(Lookup::Known);
    metrics.connection_evicted(eviction::Reason::Idle);
    let text = metrics.encode();
    let types = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        // The process is described with the controller's metrics, which another test holds to the page.
        .filter(|(name, _)| !name.starts_with("process_"));
    let metrics: BTreeMap<String, &str> = types
        .map(|(name, kind)| {
            (
                format!("{name}{}", if kind == "counter" { "_total" } else { "" }),
                kind,
            )
        })
        .collect();
    let page = document("metrics.md");
    let (_, section) = page.split_once("\n## ni-webhook\n").expect("its heading");
    let rows = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `ni_webhook_"));
    let listed: BTreeMap<String, &str> = rows
        .filter(|row| row.matches('|').count() == 4)
        .filter_map(|row| row.split_once("` | "))
        .filter_map(|(name, rest)| Some((format!("ni_webhook_{name}"), rest.split_once(" |")?.0)))
        .collect();
    assert!(!metrics.is_empty());
    assert_eq!(listed, metrics);
}

#[test]
fn pages_that_differ_are_missing_or_are_left_over_are_stale() {
    let docs = std::env::temp_dir().join(format!("book-{}", std::process::id()));
    let wanted =
        ["configure.md", "api/one.md", "api/two.md"].map(|name| (name.to_owned(), name.to_owned()));
    let wanted = BTreeMap::from(wanted);
    let stale = || {
        let mut stale = pages::stale(&docs, &wanted).expect("a folder");
        stale.sort();
        stale
    };
    for name in ["api/one.md", "api/two.md", "api/three.md"] {
        pages::write(&docs, name, Some(&"api/one.md".to_owned())).expect("a folder");
    }
    assert_eq!(stale(), ["api/three.md", "api/two.md", "configure.md"]);
    for name in stale() {
        pages::write(&docs, &name, wanted.get(&name)).expect("a folder");
    }
    assert_eq!(stale(), Vec::<String>::new());
    std::fs::remove_dir_all(docs).expect("a folder");
}
