// SPDX-License-Identifier: Apache-2.0

//! The generated pages as files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{configure, reference};

/// The first line of each.
const MARK: &str = "<!-- Generated, do not edit: cargo xtask gen-docs -->\n\n";

/// All generated pages: path below `docs`, and text.
///
/// # Errors
/// Where a definition is not as the generator takes it to be.
pub fn all() -> Result<BTreeMap<String, String>> {
    let mut pages = BTreeMap::from([("configure.md".to_owned(), configure::page())]);
    let kinds = reference::pages()?;
    pages.extend(
        kinds
            .into_iter()
            .map(|(name, text)| (format!("api/{name}"), text)),
    );
    for text in pages.values_mut() {
        text.insert_str(0, MARK);
    }
    Ok(pages)
}

/// The pages below `docs` that are not as they should be: other than generated, missing, or generated once and no more.
///
/// # Errors
/// Where a folder can't be read.
pub fn stale(docs: &Path, pages: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let differs = |(name, text): &(&String, &String)| {
        fs::read_to_string(docs.join(name)).ok().as_ref() != Some(*text)
    };
    let mut stale: Vec<String> = pages
        .iter()
        .filter(differs)
        .map(|(name, _)| name.clone())
        .collect();
    let api = docs.join("api");
    if api.is_dir() {
        for entry in fs::read_dir(&api).with_context(|| format!("reading {}", api.display()))? {
            let name = format!("api/{}", entry?.file_name().to_string_lossy());
            if !pages.contains_key(&name) {
                stale.push(name);
            }
        }
    }
    Ok(stale)
}

/// Writes the page `name`, or removes one that is generated no more.
///
/// # Errors
/// Where that can't be done.
pub fn write(docs: &Path, name: &str, text: Option<&String>) -> Result<()> {
    let path = docs.join(name);
    let done = match text {
        Some(text) => path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, text)),
        None => fs::remove_file(&path),
    };
    done.with_context(|| format!("writing {}", path.display()))
}
