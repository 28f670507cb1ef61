//! What documents list is what there is.

use std::collections::BTreeMap;
use std::time::Duration;

use book::pages;
use ni_controller::plan::Reason;
use ni_webhook::metrics::{Lookup, Metrics, Outcome};
use ni_webhook::review::Endpoint;
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
    let text = metrics.encode();
    let types = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
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
