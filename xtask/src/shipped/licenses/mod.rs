// SPDX-License-Identifier: Apache-2.0

//! The licence texts of all that is linked into the programs that are shipped: their licences ask that these go with them.

mod document;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result, ensure};

use super::manifests::Manifests;
use super::{BUILDS, Package, linked};
use crate::image::Arch;
use crate::repo;
use document::Entry;
use texts::Known;

/// The texts of others, in the repository.
pub const THIRD_PARTY: &str = "licenses/THIRD-PARTY.txt";

/// Those of what is linked in and is no package, in the repository.
const NO_PACKAGES: &str = "licenses/linked";

/// What [`THIRD_PARTY`] must say, by Cargo.lock.
///
/// # Errors
/// If the text of a package's licence is not in it; then with all such packages.
pub fn third_party() -> Result<String> {
    let mut entries = entries()?;
    let known = Known::new(entries.iter().map(|entry| &entry.license));
    let mut faults = Vec::new();
    for entry in &mut entries {
        let texts = std::mem::take(&mut entry.texts);
        match known.sufficient(&entry.license, texts) {
            Ok(texts) => entry.texts = texts,
            Err(error) => faults.push(format!("{}: {error:#}", entry.package)),
        }
    }
    ensure!(
        faults.is_empty(),
        "packages without the text of their licence:\n{}",
        faults.join("\n")
    );
    Ok(document::text(&entries, &no_packages()?))
}

/// The packages of others, with all texts that they bring.
fn entries() -> Result<Vec<Entry>> {
    let manifests = Manifests::read()?;
    let mut entries = Vec::new();
    for (package, programs) in users()? {
        let manifest = manifests.get(&package)?;
        if manifest.source.is_none() {
            continue;
        }
        let license = manifest.license.as_deref();
        let license = license.with_context(|| format!("{package} names no licence"))?;
        entries.push(Entry {
            license: texts::expression(license).with_context(|| package.to_string())?,
            texts: texts::of(manifest.folder())?,
            package,
            programs,
        });
    }
    Ok(entries)
}

/// By which programs each package is used.
fn users() -> Result<BTreeMap<Package, BTreeSet<String>>> {
    let mut users = BTreeMap::<Package, BTreeSet<String>>::new();
    for programs in BUILDS {
        for (program, linked) in linked(programs, &Arch::ALL)? {
            for package in linked.packages.into_keys() {
                users.entry(package).or_default().insert(program.clone());
            }
        }
    }
    Ok(users)
}

fn no_packages() -> Result<Vec<String>> {
    let folder = repo::root().join(NO_PACKAGES);
    let entries = fs::read_dir(&folder).with_context(|| format!("reading {NO_PACKAGES}"))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<Result<Vec<_>>>()?;
    paths.sort();
    let texts = paths.iter().map(|path| Ok(fs::read_to_string(path)?));
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_linked_in_is_in_the_file_with_its_text() {
        let text = fs::read_to_string(repo::root().join(THIRD_PARTY)).expect("the file");
        for entry in entries().expect("packages") {
            assert!(
                text.contains(&format!("\n{}: {}", entry.package, entry.license)),
                "{}",
                entry.package
            );
        }
        // C that Rust packages bring along, and what is no package.
        for holder in [
            "Microsoft Corporation, Daan Leijen",
            "ring 0.17.14: LICENSE-BoringSSL",
            "The Rust Project Developers",
            "GNU LESSER GENERAL PUBLIC LICENSE",
        ] {
            assert!(text.contains(holder), "{holder}");
        }
    }
}
