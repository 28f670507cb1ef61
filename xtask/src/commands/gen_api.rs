// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask gen-api`.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result};
use xtask::published::{Crate, Listing, crates};
use xtask::{release, repo};

/// Write what the published crates offer to public-api.txt beside each, and compare it with the last release
#[derive(clap::Args)]
pub(crate) struct GenApi {
    /// Write nothing; fail if a file there is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
    /// What to compare with, as git names it; otherwise the last tag v*
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
}

impl GenApi {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let base = self.base.clone().or_else(release::last);
        let mut right = true;
        for krate in crates()?.iter().filter(|krate| krate.is_library()) {
            let listing = krate.listing()?;
            right &= self.settle(krate, &listing)?;
            right &= keeps_its_promise(krate, &listing, base.as_deref())?;
        }
        Ok(if right {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    /// Writes the file if it is stale, or reports that with `--check`. Returns whether the file is up to date.
    fn settle(&self, krate: &Crate, listing: &Listing) -> Result<bool> {
        let path = krate.listing_path()?;
        let (name, path) = (path.display(), repo::root().join(&path));
        let committed = fs::read_to_string(&path).unwrap_or_default();
        if committed == listing.to_string() {
            return Ok(true);
        }
        if !self.check {
            fs::write(&path, listing.to_string()).with_context(|| format!("writing {name}"))?;
            println!("written: {name}");
            return Ok(true);
        }
        if let Ok(committed) = Listing::read(&committed) {
            for (mark, items) in [
                ('-', committed.items.difference(&listing.items)),
                ('+', listing.items.difference(&committed.items)),
            ] {
                items.for_each(|item| println!("{mark} {item}"));
            }
        }
        eprintln!("error: {name} is stale: run `cargo xtask gen-api` and commit");
        Ok(false)
    }
}

/// Whether all items of the last release are there, unless the version allows incompatible changes.
fn keeps_its_promise(krate: &Crate, listing: &Listing, base: Option<&str>) -> Result<bool> {
    let Some(base) = base else {
        println!(
            "{}: no release found (git describes no tag v*), so nothing is compared",
            krate.name
        );
        return Ok(true);
    };
    let file = format!("{base}:{}", krate.listing_path()?.display());
    let Ok(released) = repo::git(&["show", &file]) else {
        println!("{file} not found, so nothing is compared");
        return Ok(true);
    };
    let released = Listing::read(&released).with_context(|| file.clone())?;
    let broken = released.broken_by(listing);
    for item in &broken {
        println!("removed or changed since {base}: {item}");
    }
    if broken.is_empty() {
        return Ok(true);
    }
    eprintln!(
        "error: {} {} claims to be compatible with {base}: restore these items, or raise the version",
        krate.name, listing.version
    );
    Ok(false)
}
