//! `docs/security.md`, held to the tests that it names.

use std::collections::BTreeSet;
use std::fs;

use xtask::repo;
use xtask::tidy::text_files;

/// The names of functions in the sources of this repository.
fn functions() -> BTreeSet<String> {
    let files = text_files(repo::root()).expect("sources");
    let sources = files.filter(|(path, _)| path.extension().is_some_and(|of| of == "rs"));
    let name = |line: &str| {
        let (_, name) = line.split_once("fn ")?;
        name.split_once('(').map(|(name, _)| name.to_owned())
    };
    sources
        .flat_map(|(_, text)| text.lines().filter_map(name).collect::<Vec<_>>())
        .collect()
}

/// What is marked as code on this page and is written as a test's name.
fn named(page: &str) -> BTreeSet<&str> {
    let of_a_test = |code: &&str| {
        let mut letters = code.chars();
        // Metrics begin so.
        !code.starts_with("ni_")
            && code.matches('_').count() >= 3
            && letters.all(|c| c.is_ascii_lowercase() || c == '_')
    };
    page.split('`')
        .skip(1)
        .step_by(2)
        .filter(of_a_test)
        .collect()
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let page = fs::read_to_string(repo::root().join("docs/security.md")).expect("a page");
    let functions = functions();
    let named = named(&page);
    assert!(named.len() > 10, "{named:?}");
    let missing: Vec<_> = named
        .iter()
        .filter(|name| !functions.contains(**name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
