// SPDX-License-Identifier: Apache-2.0

//! How the texts stand in one file, each once. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use spdx::Expression;

use super::texts::Text;
use crate::shipped::Package;

const HEAD: &str = "Generated, do not edit: cargo xtask gen-licenses

Packages of others that are linked into the programs, their licences, and the programs:
";

/// A package of somebody else.
#[derive(Debug)]
pub(super) struct Entry {
    pub package: Package,
    pub license: Expression,
    pub programs: BTreeSet<String>,
    pub texts: Vec<Text>,
}

/// The file: a list, below it the texts, each with those whom it concerns.
pub(super) fn text(entries: &[Entry], no_packages: &[String]) -> String {
    let mut out = format!("{HEAD}\n");
    for entry in entries {
        let programs: Vec<&str> = entry.programs.iter().map(String::as_str).collect();
        let (package, license) = (&entry.package, &entry.license);
        let _ = writeln!(out, "{package}: {license} ({})", programs.join(", "));
    }
    for (places, text) in once_each(entries) {
        let _ = write!(
            out,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(80),
            places.join("\n")
        );
    }
    for text in no_packages {
        let _ = write!(out, "\n{}\n{}\n", "=".repeat(80), text.trim());
    }
    out
}

/// The texts in the order of their first packages, and where each was found. Two that differ in their lines alone are one.
fn once_each(entries: &[Entry]) -> Vec<(Vec<String>, &str)> {
    let mut texts: Vec<(Vec<String>, &str)> = Vec::new();
    let mut seen = BTreeMap::<Vec<&str>, usize>::new();
    for entry in entries {
        for Text { file, text } in &entry.texts {
            let words = text.split_whitespace().collect();
            let at = *seen.entry(words).or_insert_with(|| {
                texts.push((Vec::new(), text));
                texts.len() - 1
            });
            texts[at]
                .0
                .push(format!("{}: {}", entry.package, file.display()));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, texts: &[(&str, &str)]) -> Entry {
        let text = |(file, text): &(&str, &str)| Text {
            file: file.into(),
            text: (*text).to_owned(),
        };
        Entry {
            package: Package::new(name, "1.0.0"),
            license: Expression::parse("MIT").expect("a licence"),
            programs: ["p".to_owned(), "q".to_owned()].into(),
            texts: texts.iter().map(text).collect(),
        }
    }

    #[test]
    fn each_text_stands_once_below_all_whom_it_concerns() {
        let entries = [
            entry("a", &[("LICENSE", "You may."), ("NOTICE", "By A.")]),
            entry("b", &[("COPYING", "You\n  may.")]),
        ];
        let text = text(&entries, &["glibc\n".to_owned()]);
        let line = "=".repeat(80);
        let expected = format!(
            "{HEAD}\na 1.0.0: MIT (p, q)\nb 1.0.0: MIT (p, q)\n\
            \n{line}\na 1.0.0: LICENSE\nb 1.0.0: COPYING\n\nYou may.\n\
            \n{line}\na 1.0.0: NOTICE\n\nBy A.\n\
            \n{line}\nglibc\n"
        );
        assert_eq!(text, expected);
    }
}
