// SPDX-License-Identifier: Apache-2.0

//! The links of the documents: what they lead to is there.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::markdown::{self, Page};

/// The folder of the book: it is published by itself.
const BOOK: &str = "docs";
/// The book's table of contents.
const CONTENTS: &str = "docs/SUMMARY.md";

/// The documents of a repository.
#[derive(Default)]
pub(crate) struct Documents(BTreeMap<PathBuf, Page>);

impl Documents {
    /// Takes a file in, if it is a document.
    pub(crate) fn add(&mut self, path: &Path, text: &str) {
        if path.extension().is_some_and(|extension| extension == "md") {
            self.0.insert(path.to_owned(), markdown::read(text));
        }
    }

    /// Path, line and message of each fault. `is_there` knows the repository's paths.
    pub(crate) fn faults(&self, is_there: impl Fn(&Path) -> bool) -> Vec<(PathBuf, usize, String)> {
        let mut faults = Vec::new();
        for (path, page) in &self.0 {
            for (line, target) in &page.links {
                if let Some(message) = self.fault(path, target, &is_there) {
                    faults.push((path.clone(), *line, message));
                }
            }
        }
        faults.extend(self.left_out());
        faults
    }

    fn fault(&self, from: &Path, target: &str, is_there: impl Fn(&Path) -> bool) -> Option<String> {
        if target.contains(':') {
            let taken = target.starts_with("https://") || target.starts_with("mailto:");
            return (!taken).then(|| format!("{target}: link by https"));
        }
        let (file, anchor) = target
            .split_once('#')
            .map_or((target, None), |(file, anchor)| (file, Some(anchor)));
        let to = if file.is_empty() {
            from.to_owned()
        } else {
            resolve(from, file)
        };
        if !is_there(&to) {
            return Some(format!("{target}: {} is not there", to.display()));
        }
        if from.starts_with(BOOK) && !to.starts_with(BOOK) {
            return Some(format!(
                "{target}: leads out of {BOOK}, which is published by itself"
            ));
        }
        let page = self.0.get(&to);
        let known =
            |anchor: &str| page.is_some_and(|page| page.anchors.iter().any(|one| one == anchor));
        anchor
            .filter(|anchor| !known(anchor))
            .map(|anchor| format!("{target}: {} has no heading #{anchor}", to.display()))
    }

    /// Pages of the book that its contents do not name.
    fn left_out(&self) -> Vec<(PathBuf, usize, String)> {
        let Some(contents) = self.0.get(Path::new(CONTENTS)) else {
            return Vec::new();
        };
        let named: Vec<PathBuf> = contents
            .links
            .iter()
            .map(|(_, target)| resolve(Path::new(CONTENTS), target))
            .collect();
        let pages = self
            .0
            .keys()
            .filter(|path| path.starts_with(BOOK) && *path != Path::new(CONTENTS));
        let left_out = pages.filter(|path| !named.contains(path));
        left_out
            .map(|path| (path.clone(), 0, format!("is not in {CONTENTS}")))
            .collect()
    }
}

/// What `target` is, seen from the document `from`.
fn resolve(from: &Path, target: &str) -> PathBuf {
    let mut path = from.parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 4] = [
        "README.md",
        "docs/a.md",
        "docs/picture.svg",
        "docs/deep/b.md",
    ];

    fn faults(path: &str, text: &str) -> Vec<String> {
        let mut documents = Documents::default();
        documents.add(Path::new("docs/a.md"), "# One\n\n# Two words\n");
        documents.add(Path::new("README.md"), "");
        documents.add(Path::new(path), text);
        let is_there = |path: &Path| FILES.iter().any(|file| path == Path::new(file));
        documents
            .faults(is_there)
            .into_iter()
            .map(|(_, _, message)| message)
            .collect()
    }

    #[test]
    fn links_that_lead_somewhere_have_no_fault() {
        let cases = [
            ("README.md", "[a](docs/a.md#two-words)"),
            ("docs/deep/b.md", "[a](../a.md#one)"),
            ("docs/deep/b.md", "# Own\n[a](#own)"),
            ("docs/deep/b.md", "![p](../picture.svg)"),
            ("README.md", "[w](https://example.org/#x)"),
        ];
        for (path, text) in cases {
            assert_eq!(faults(path, text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_told() {
        let cases = [
            (
                "README.md",
                "[a](docs/c.md)",
                "docs/c.md: docs/c.md is not there",
            ),
            (
                "README.md",
                "[a](docs/a.md#three)",
                "docs/a.md#three: docs/a.md has no heading #three",
            ),
            (
                "docs/deep/b.md",
                "[a](#own)",
                "#own: docs/deep/b.md has no heading #own",
            ),
            (
                "docs/deep/b.md",
                "[r](../../README.md)",
                "../../README.md: leads out of docs, which is published by itself",
            ),
            (
                "docs/deep/b.md",
                "![p](picture.svg)",
                "picture.svg: docs/deep/picture.svg is not there",
            ),
            (
                "README.md",
                "[w](http://example.org)",
                "http://example.org: link by https",
            ),
        ];
        for (path, text, expected) in cases {
            assert_eq!(faults(path, text), [expected], "{text}");
        }
    }

    #[test]
    fn every_page_of_the_book_is_in_its_contents() {
        let mut documents = Documents::default();
        for (path, text) in [
            (CONTENTS, "[a](a.md)"),
            ("docs/a.md", ""),
            ("docs/b.md", ""),
            ("c.md", ""),
        ] {
            documents.add(Path::new(path), text);
        }
        let faults = documents.faults(|_| true);
        assert_eq!(
            faults,
            [(
                "docs/b.md".into(),
                0,
                "is not in docs/SUMMARY.md".to_owned()
            )]
        );
    }
}
