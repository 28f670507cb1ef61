// SPDX-License-Identifier: Apache-2.0

//! Rules of this repository that neither the compiler nor clippy knows.

mod cited;
mod excerpts;
mod license;
mod pure;
mod rules;
mod sizes;
mod walk;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::docs::links::Documents;

pub use sizes::Sizes;

/// A rule broken in a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    path: PathBuf,
    /// From 1; 0 for the file as a whole.
    line: usize,
    message: String,
}

impl Fault {
    /// Of the file at `path`, below the root.
    pub(crate) fn new(path: &Path, line: usize, message: String) -> Self {
        let path = path.to_owned();
        Self {
            path,
            line,
            message,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.message)
    }
}

/// Looks at all text files below `root`.
pub fn check(root: &Path) -> Result<(Vec<Fault>, Sizes)> {
    let mut faults = Vec::new();
    let mut sizes = Sizes::default();
    let mut documents = Documents::default();
    let mut cited = cited::Cited::default();
    for (path, text) in text_files(root)? {
        let read = |file: &str| std::fs::read_to_string(root.join(file)).ok();
        let found = rules::of_all(&path, &text)
            .chain(pure::of(&path, &text))
            .chain(excerpts::of(&path, &text, read))
            .chain(license::of(&path, &text));
        faults.extend(found.map(|(line, message)| Fault::new(&path, line, message)));
        if sizes::counts(&path) {
            let long = sizes.add(&path, &text);
            faults.extend(long.map(|message| Fault::new(&path, 0, message)));
        }
        documents.add(&path, &text);
        cited.add(&path, &text);
    }
    let links = documents.faults(|path| root.join(path).exists());
    let missing = links.into_iter().chain(cited.faults());
    faults.extend(missing.map(|(path, line, message)| Fault::new(&path, line, message)));
    faults.sort();
    Ok((faults, sizes))
}

/// All text files below `root`: their path, relative to it, and what is in them.
///
/// # Errors
/// Where a folder can't be read.
pub fn text_files(root: &Path) -> Result<impl Iterator<Item = (PathBuf, String)>> {
    let files = walk::files(root)?.into_iter();
    Ok(files.filter_map(|path| {
        let text = std::fs::read_to_string(root.join(&path)).ok()?; // else no text
        Some((path, text))
    }))
}
