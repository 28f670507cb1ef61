// SPDX-License-Identifier: Apache-2.0

//! The public API of a crate, an item a line, and what of an older one is gone: pure.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result};
use cargo_lock::Version;

/// All items of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The crate's.
    pub version: Version,
    /// Each as Rust spells it, without its body.
    pub items: BTreeSet<String>,
}

const HEAD: &str = "# Generated, do not edit: cargo xtask gen-api\n# Version ";

impl Listing {
    /// Reads what [`fmt::Display`] has written.
    ///
    /// # Errors
    /// If it has another form.
    pub fn read(text: &str) -> Result<Self> {
        let text = text.strip_prefix(HEAD).context("not by gen-api")?;
        let mut lines = text.lines();
        let version = lines.next().unwrap_or_default();
        Ok(Self {
            version: version.parse().context("no version")?,
            items: lines.map(str::to_owned).collect(),
        })
    }

    /// The items that a later listing lacks or has changed although its version claims to be compatible: cargo updates users of this
    /// version to the later one by itself.
    pub fn broken_by<'a>(&'a self, later: &Self) -> Vec<&'a str> {
        if !is_compatible(&self.version, &later.version) {
            return Vec::new();
        }
        let lost = self
            .items
            .iter()
            .filter(|item| !later.items.contains(*item));
        lost.map(String::as_str).collect()
    }
}

/// Whether cargo takes the later version in place of the earlier one: the first number that is not zero is the same.
fn is_compatible(earlier: &Version, later: &Version) -> bool {
    let promise = |version: &Version| match (version.major, version.minor) {
        (0, 0) => (0, 0, version.patch),
        (0, minor) => (0, minor, 0),
        (major, _) => (major, 0, 0),
    };
    promise(earlier) == promise(later)
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}{}", self.version)?;
        self.items.iter().try_for_each(|item| writeln!(f, "{item}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(version: &str, items: &[&str]) -> Listing {
        Listing {
            version: version.parse().expect("a version"),
            items: items.iter().copied().map(str::to_owned).collect(),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let listing = listing("0.1.0", &["pub fn a::b()", "pub struct a::C"]);
        assert_eq!(Listing::read(&listing.to_string()).expect("it"), listing);
        assert!(Listing::read("pub fn a::b()\n").is_err());
    }

    #[test]
    fn an_item_may_go_or_change_only_with_a_version_that_does_not_promise_it() {
        let (old, same) = (&["pub fn a(x: u8)", "pub fn b()"], Vec::<&str>::new());
        let changed = &["pub fn a(x: u16)", "pub fn b()", "pub fn c()"];
        for (earlier, later, items, expected) in [
            ("0.1.0", "0.1.0", &changed[..], vec!["pub fn a(x: u8)"]),
            ("0.1.0", "0.1.1", changed, vec!["pub fn a(x: u8)"]),
            ("0.1.0", "0.2.0", changed, same.clone()),
            ("0.0.1", "0.0.2", changed, same.clone()),
            ("1.2.0", "1.3.0", changed, vec!["pub fn a(x: u8)"]),
            ("1.2.0", "2.0.0", changed, same.clone()),
            (
                "1.2.0",
                "1.2.0",
                &["pub fn a(x: u8)", "pub fn b()", "pub fn c()"],
                same,
            ),
        ] {
            let (earlier, later) = (listing(earlier, old), listing(later, items));
            assert_eq!(earlier.broken_by(&later), expected, "{later}");
        }
    }
}
