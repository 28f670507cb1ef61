// SPDX-License-Identifier: Apache-2.0

//! What documents say, held to what is there: links, anchors, and the command lines that they show.

pub(crate) mod links;
pub(crate) mod markdown;

mod commands;
mod shell;

use std::path::Path;

use anyhow::Result;

use crate::tidy::{Fault, text_files};

/// Looks at every command line in the documents below `root` that is one of `programs`, named as users call them, or
/// applies a file.
///
/// # Errors
/// Where a folder can't be read.
pub fn command_faults(root: &Path, programs: &[(&str, clap::Command)]) -> Result<Vec<Fault>> {
    let is_there = |path: &str| root.join(path).exists();
    let mut faults = Vec::new();
    for (path, text) in text_files(root)? {
        if path.extension().is_some_and(|extension| extension == "md") {
            let found = commands::faults(&text, programs, &is_there);
            faults.extend(
                found
                    .into_iter()
                    .map(|(line, message)| Fault::new(&path, line, message)),
            );
        }
    }
    Ok(faults)
}

/// What links to a page of Markdown can name after `#`.
pub fn anchors(page: &str) -> Vec<String> {
    markdown::read(page).anchors
}
