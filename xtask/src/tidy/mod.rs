//! Rules of this repository that neither the compiler nor clippy knows.

mod excerpts;
mod pure;
mod rules;
mod sizes;
mod walk;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;

pub use sizes::Sizes;

/// A rule broken in a place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    path: PathBuf,
    /// From 1; 0 for the file as a whole.
    line: usize,
    message: String,
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
    for path in walk::files(root)? {
        let Ok(text) = std::fs::read_to_string(root.join(&path)) else {
            continue; // not text
        };
        let read = |file: &str| std::fs::read_to_string(root.join(file)).ok();
        let found = rules::of_all(&path, &text)
            .chain(pure::of(&path, &text))
            .chain(excerpts::of(&path, &text, read));
        faults.extend(found.map(|(line, message)| Fault {
            path: path.clone(),
            line,
            message,
        }));
        if sizes::counts(&path) {
            faults.extend(sizes.add(&path, &text).map(|message| Fault {
                path,
                line: 0,
                message,
            }));
        }
    }
    faults.sort();
    Ok((faults, sizes))
}
