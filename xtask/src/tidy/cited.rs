// SPDX-License-Identifier: Apache-2.0

//! Tests that documents name are there: what a document promises is held by them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A name of so many words is a test's, in a document; metrics, which may be as long, begin with `ni_`.
const WORDS: usize = 5;

/// Tests that there are, and those that documents name.
#[derive(Debug, Default)]
pub(super) struct Cited {
    functions: HashSet<String>,
    names: Vec<(PathBuf, usize, String)>,
}

impl Cited {
    /// Takes in a file.
    pub(super) fn add(&mut self, path: &Path, text: &str) {
        let is = |wanted: &str| {
            path.extension()
                .is_some_and(|extension| extension == wanted)
        };
        if is("rs") {
            let functions = text.lines().filter_map(function);
            self.functions.extend(functions.map(str::to_owned));
        } else if is("md") {
            for (at, line) in text.lines().enumerate() {
                // Every other part is between backticks.
                let spans = line.split('`').skip(1).step_by(2);
                let names = spans.filter(|span| is_test(span));
                self.names
                    .extend(names.map(|name| (path.to_owned(), at + 1, name.to_owned())));
            }
        }
    }

    /// Path, line and message of each name that is no test's.
    pub(super) fn faults(self) -> Vec<(PathBuf, usize, String)> {
        let names = self.names.into_iter();
        let missing = names.filter(|(.., name)| !self.functions.contains(name));
        missing
            .map(|(path, line, name)| (path, line, format!("there is no test `{name}`")))
            .collect()
    }
}

/// The name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let begins = before
        .split_whitespace()
        .all(|word| matches!(word, "pub" | "async" | "const") || word.starts_with("pub("));
    begins.then(|| rest.split(['(', '<']).next())?
}

fn is_test(span: &str) -> bool {
    let mut letters = span.bytes();
    span.split('_').count() >= WORDS
        && !span.starts_with("ni_")
        && letters.all(|letter| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_a_document_names_and_nobody_wrote_is_a_fault() {
        let mut cited = Cited::default();
        let code = "#[test]\nfn one_that_is_there_to_be_named() {\n// fn one_that_a_comment_names_and_nobody_wrote(\n";
        cited.add(Path::new("a.rs"), code);
        let text = "`one_that_is_there_to_be_named`, `ni_a_metric_of_many_words`, `short_name`,\n\
            `one_that_was_renamed_since_then` and one_that_is_plain_text_to_readers\n";
        cited.add(Path::new("docs/a.md"), text);
        let message = "there is no test `one_that_was_renamed_since_then`".to_owned();
        assert_eq!(cited.faults(), [(PathBuf::from("docs/a.md"), 2, message)]);
    }

    #[test]
    fn functions_are_found_whatever_stands_before_them() {
        for (line, expected) in [
            ("fn a_name() {", Some("a_name")),
            ("    async fn a_name(x: u8) {", Some("a_name")),
            ("pub(crate) const fn a_name<T>(", Some("a_name")),
            ("// fn a_name(", None),
            ("let f: fn (u8);", None),
        ] {
            assert_eq!(function(line), expected, "{line}");
        }
    }
}
