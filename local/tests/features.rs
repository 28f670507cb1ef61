// SPDX-License-Identifier: Apache-2.0

//! What `cargo xtask` and the programs that it builds have in common is built once. Cargo would build a package again, and all
//! that stands on it, for another set of features.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use local::cargo::cargo;

/// The sets of features of each package that is built for these.
fn features(selection: &str) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let output = cargo()
        .args(["tree", selection, "--edges=normal,build"])
        .args(["--prefix=none", "--format={p}|{f}|"])
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut all = BTreeMap::<_, BTreeSet<_>>::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let mut parts = line.split('|').map(str::to_owned);
        if let (Some(package), Some(features)) = (parts.next(), parts.next()) {
            all.entry(package).or_default().insert(features);
        }
    }
    Ok(all)
}

#[test]
fn dependencies_have_the_features_that_the_workspace_has() -> Result<()> {
    let (ours, everyones) = (features("--package=local")?, features("--workspace")?);
    assert!(ours.keys().any(|package| package.starts_with("kube ")));
    let others: Vec<_> = ours
        .iter()
        .filter_map(|(package, sets)| {
            let theirs = &everyones[package];
            (!sets.is_subset(theirs)).then_some((package, sets, theirs))
        })
        .collect();
    assert!(
        others.is_empty(),
        "add the features that `local` lacks to its last dependencies (package, its features, the workspace's): {others:#?}"
    );
    Ok(())
}
