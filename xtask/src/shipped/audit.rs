// SPDX-License-Identifier: Apache-2.0

//! What a binary says that it was made of: the data of cargo-auditable, in the section `.dep-v0`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use auditable_info::audit_info_from_slice;
use auditable_serde::{DependencyKind, VersionInfo};
use cargo_lock::Lockfile;

use super::{Linked, Package};
use crate::cargo_tool::CargoTool;
use crate::repo;

/// What builds binaries that say it. The Dockerfiles use the same version.
pub(crate) const CARGO_AUDITABLE: CargoTool = CargoTool {
    name: "cargo-auditable",
    version: "0.7.7",
    flags: &[],
};

/// No binary's data is larger, decompressed: it is about 20 kB.
const LARGEST: usize = 1 << 20;

/// Cargo.lock, as packages.
///
/// # Errors
/// If it can't be read.
pub fn locked() -> Result<Lockfile> {
    Lockfile::load(repo::root().join("Cargo.lock")).context("reading Cargo.lock")
}

/// Fails unless a program's binary says that it was made of all that is linked into it, in the versions of Cargo.lock.
///
/// It may name more: macros, and what another member of the workspace uses of a package. cargo does not tell cargo-auditable
/// what of it is this program's.
///
/// # Errors
/// If it says nothing, or something else.
pub fn check(binary: &[u8], program: &str, linked: &Linked, lock: &Lockfile) -> Result<()> {
    let said = audit_info_from_slice(binary, LARGEST)
        .context("it does not say what it was made of, as a build by cargo-auditable does")?;
    compare(&said, program, linked, lock)
}

fn compare(said: &VersionInfo, program: &str, linked: &Linked, lock: &Lockfile) -> Result<()> {
    let root = said.packages.iter().find(|package| package.root);
    let root = root.map_or("nothing", |root| root.name.as_str());
    ensure!(root == program, "it says that it was built as {root}");
    let is_there = |package: &&auditable_serde::Package| package.kind == DependencyKind::Runtime;
    let named = |name: &str, version: String| Package::new(name, &version);
    let said: BTreeSet<Package> = said
        .packages
        .iter()
        .filter(is_there)
        .map(|package| named(&package.name, package.version.to_string()))
        .collect();
    let lock: BTreeSet<Package> = lock
        .packages
        .iter()
        .map(|package| named(package.name.as_str(), package.version.to_string()))
        .collect();
    let unknown = said.difference(&lock).map(ToString::to_string);
    let unknown: Vec<String> = unknown.collect();
    ensure!(
        unknown.is_empty(),
        "it says that it was made of {unknown:?}, which Cargo.lock has not"
    );
    let missing = linked
        .packages
        .keys()
        .filter(|package| !said.contains(package));
    let missing: Vec<String> = missing.map(ToString::to_string).collect();
    ensure!(
        missing.is_empty(),
        "it does not say that it was made of {missing:?}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    const SAID: &str = r#"{ "packages": [
        { "name": "p", "version": "0.1.0", "source": "local", "root": true, "dependencies": [1, 2] },
        { "name": "a", "version": "1.0.0", "source": "crates.io" },
        { "name": "m", "version": "1.0.0", "source": "crates.io", "kind": "build" }
    ] }"#;

    const LOCK: &str = "version = 4\n[[package]]\nname = \"p\"\nversion = \"0.1.0\"\n\
        [[package]]\nname = \"a\"\nversion = \"1.0.0\"\n";

    fn compared(program: &str, linked: &[(&str, &str)], lock: &str) -> String {
        let said = VersionInfo::from_str(SAID).expect("data");
        let lock = Lockfile::from_str(lock).expect("a lock file");
        let linked = linked.iter().map(|(name, version)| {
            let package = Package::new(name, version);
            (package, BTreeSet::new())
        });
        let linked = Linked {
            packages: linked.collect(),
        };
        match compare(&said, program, &linked, &lock) {
            Ok(()) => "right".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_binary_must_name_all_that_it_is_made_of_as_cargo_lock_has_it() {
        let linked = [("p", "0.1.0"), ("a", "1.0.0")];
        assert_eq!(compared("p", &linked, LOCK), "right");
        let other = LOCK.replace("1.0.0", "1.0.1");
        for (program, linked, lock, fault) in [
            ("q", &linked[..], LOCK, "it says that it was built as p"),
            (
                "p",
                &linked,
                &other,
                r#"made of ["a 1.0.0"], which Cargo.lock has not"#,
            ),
            (
                "p",
                &[("b", "2.0.0")],
                LOCK,
                r#"does not say that it was made of ["b 2.0.0"]"#,
            ),
            // What runs in the compiler is not in it.
            (
                "p",
                &[("m", "1.0.0")],
                LOCK,
                r#"does not say that it was made of ["m 1.0.0"]"#,
            ),
        ] {
            let said = compared(program, linked, lock);
            assert!(said.contains(fault), "{said}");
        }
    }

    #[test]
    fn a_binary_that_says_nothing_is_refused() {
        let here = std::env::current_exe().expect("this program");
        let here = std::fs::read(here).expect("its bytes");
        let lock = Lockfile::from_str(LOCK).expect("a lock file");
        let error = check(&here, "p", &Linked::default(), &lock).expect_err("no data");
        assert!(error.to_string().contains("does not say"), "{error}");
    }
}
