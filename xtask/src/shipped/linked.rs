// SPDX-License-Identifier: Apache-2.0

//! The packages that are linked into programs, as cargo chooses them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};

use super::Package;
use crate::cargo::cargo;
use crate::image::Arch;

/// A program, and what is linked into it: each package with those that it uses itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// What cargo built.
    pub packages: BTreeMap<Package, BTreeSet<Package>>,
}

/// What is linked into programs that are built together, on these architectures; without what only runs in the compiler.
///
/// # Errors
/// If cargo can't say it.
pub fn linked(programs: &[&str], archs: &[Arch]) -> Result<BTreeMap<String, Linked>> {
    let mut tree = cargo();
    tree.args(["tree", "--locked", "--edges=normal,no-proc-macro"]);
    tree.args(["--no-dedupe", "--prefix=depth", "--format= {p}"]);
    for program in programs {
        tree.args(["--package", program]);
    }
    for arch in archs {
        tree.args(["--target", arch.target()]);
    }
    let output = tree.output().context("cargo tree")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo tree: {}", said.trim());
    read(&String::from_utf8(output.stdout)?)
}

/// Lines of depth, name and version, a tree for each program and architecture.
fn read(tree: &str) -> Result<BTreeMap<String, Linked>> {
    let mut programs = BTreeMap::<String, Linked>::new();
    let mut path: Vec<Package> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (depth, package) = node(line).with_context(|| format!("cargo tree says {line:?}"))?;
        path.truncate(depth);
        let program = path.first().unwrap_or(&package).name.clone();
        let packages = &mut programs.entry(program).or_default().packages;
        if let Some(user) = path.last() {
            packages
                .entry(user.clone())
                .or_default()
                .insert(package.clone());
        }
        packages.entry(package.clone()).or_default();
        path.push(package);
    }
    Ok(programs)
}

fn node(line: &str) -> Option<(usize, Package)> {
    let mut words = line.split_whitespace();
    let depth = words.next()?.parse().ok()?;
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    Some((depth, Package::new(name, version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_for_each_program_and_architecture_is_one_of_each_program() {
        let tree = "0 p v0.1.0 (/src/p)\n1 a v1.0.0\n2 b v2.0.0\n1 c v3.0.0\n\n0 p v0.1.0 (/src/p)\n1 d v4.0.0\n0 q v0.2.0\n1 a v1.0.0\n";
        let programs = read(tree).expect("trees");
        let users = |program: &str, name: &str| {
            let packages = &programs[program].packages;
            let found = packages.iter().find(|(package, _)| package.name == name);
            let used = found.expect("the package").1.iter();
            used.map(|package| package.name.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(users("p", "p"), ["a", "c", "d"]);
        assert_eq!(users("p", "a"), ["b"]);
        assert_eq!(users("q", "q"), ["a"]);
        assert_eq!(programs["q"].packages.len(), 2);
    }

    #[test]
    fn what_is_no_tree_is_an_error() {
        assert!(read("warning: something\n").is_err());
    }
}
