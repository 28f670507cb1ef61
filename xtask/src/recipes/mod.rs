// SPDX-License-Identifier: Apache-2.0

//! The recipes of CONTRIBUTING.md, tried: what a recipe lists is what its patch touches, and a copy of the tree with the patch
//! builds and passes its tests, and those that show what the patch adds (`tests/recipes`). At length, each place is left out,
//! and something must then fail.

mod copy;
mod page;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::Tied;
use crate::{cargo, repo};
use copy::Copy;

/// A recipe of CONTRIBUTING.md.
struct Recipe {
    /// The name of its patches: `NAME.patch`, and `NAME.shown.patch` with the tests that show it.
    name: &'static str,
    /// Its heading.
    heading: &'static str,
    /// The crates whose unit tests are run.
    packages: &'static [&'static str],
    /// Further tests that notice what is forgotten, as cargo names them.
    noticing: &'static [&'static str],
}

const RECIPES: [Recipe; 3] = [
    Recipe {
        name: "field",
        heading: "Add a field",
        packages: &["ironcore-api", "ni-controller"],
        noticing: &[],
    },
    Recipe {
        name: "rule",
        heading: "Add a rule",
        packages: &["ironcore-api"],
        noticing: &[],
    },
    Recipe {
        name: "kind",
        heading: "Add a kind",
        packages: &["ironcore-api"],
        noticing: &["--package", "ni-webhook", "--test", "server", "inputs::"],
    },
];

impl Recipe {
    fn patch(&self) -> String {
        format!("tests/recipes/{}.patch", self.name)
    }

    fn shown(&self) -> String {
        format!("tests/recipes/{}.shown.patch", self.name)
    }

    /// The files that its patch touches, which are those that the page lists.
    fn places(&self) -> Result<Vec<String>> {
        let read = |path: &str| {
            std::fs::read_to_string(repo::root().join(path))
                .with_context(|| format!("reading {path}"))
        };
        let touched = page::touched(&read(&self.patch())?);
        let listed = page::listed(&read("CONTRIBUTING.md")?, self.heading);
        ensure!(
            touched == listed,
            "CONTRIBUTING.md, \"{}\", lists {listed:#?}\nbut {} touches {touched:#?}",
            self.heading,
            self.patch()
        );
        Ok(touched)
    }
}

impl Recipe {
    /// Whether anything fails in the tree.
    async fn is_noticed(&self, tree: &Path) -> Result<bool> {
        let command = |arguments: &[&str], packages: &[&str]| {
            let mut command = of_packages(tree, arguments, packages);
            // The next tree differs in one file.
            command.env("CARGO_INCREMENTAL", "1");
            command
        };
        let mut lint = command(LINT, self.packages);
        lint.args(STRICT);
        let unit = command(&["test", "--lib"], self.packages);
        let cases = command(&["test", "--test", "cluster", CASES], &["cluster-tests"]);
        let noticing = command(&[&["test"], self.noticing].concat(), &[]);
        let further = (!self.noticing.is_empty()).then_some(noticing);
        for command in [lint, unit, cases].into_iter().chain(further) {
            if !succeeds(command).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

const LINT: &[&str] = &["clippy", "--all-targets"];
const STRICT: [&str; 3] = ["--", "-D", "warnings"];

/// The test that holds the cases of the cluster tests to the definitions. It needs no cluster.
const CASES: &str = "each_rule_has_an_object_that_breaks_it";

/// A copy of the tree with all recipes' patches.
fn applied() -> Result<Copy> {
    let copy = Copy::of_tree()?;
    for recipe in &RECIPES {
        recipe.places()?;
        copy.apply(&recipe.patch(), None)?;
        copy.apply(&recipe.shown(), None)?;
    }
    Ok(copy)
}

/// Checks what can be checked in a moment: that each recipe lists what its patch touches, and that the patches apply.
///
/// # Errors
/// If one does not.
pub fn apply() -> Result<()> {
    applied().map(drop)
}

/// Tries all recipes, in one copy of the tree.
///
/// # Errors
/// If one does not do what it says.
pub async fn all() -> Result<()> {
    let copy = applied()?;
    let all = RECIPES.iter().flat_map(|recipe| recipe.packages);
    let mut packages: Vec<_> = all.copied().collect();
    packages.sort_unstable();
    packages.dedup();
    let tree = copy.ready()?;
    let mut lint = of_packages(tree, LINT, &packages);
    lint.args(STRICT);
    ensure!(
        succeeds(lint).await?,
        "clippy refuses what the recipes say, see above; the tree is {}",
        tree.display()
    );
    let tests = of_packages(tree, &["test", "--lib", "--test", "recipe_*"], &packages);
    ensure!(
        succeeds(tests).await?,
        "the recipes' tests fail, see above; the tree is {}",
        tree.display()
    );
    Ok(())
}

/// Leaves each place of each recipe out, in turn, or of the recipe of this name, and returns those without which nothing fails.
///
/// # Errors
/// If no recipe has that name, cargo can't be run, a patch does not apply, or something fails with all places: then a failure would
/// say nothing of the place that is left out.
pub async fn silent(only: Option<&str>) -> Result<Vec<String>> {
    let mut silent = Vec::new();
    let recipes = RECIPES.iter();
    let recipes = recipes.filter(|recipe| only.is_none_or(|only| only == recipe.name));
    let recipes: Vec<_> = recipes.collect();
    if recipes.is_empty() {
        let names = RECIPES.map(|recipe| recipe.name).join(", ");
        bail!("no recipe has this name; there are {names}");
    }
    for recipe in recipes {
        println!("\n==> {} with all places", recipe.heading);
        let copy = Copy::of_tree()?;
        copy.apply(&recipe.patch(), None)?;
        ensure!(
            !recipe.is_noticed(copy.ready()?).await?,
            "{} fails with all places, see above",
            recipe.heading
        );
        for place in recipe.places()? {
            println!("\n==> {} without {place}", recipe.heading);
            let copy = Copy::of_tree()?;
            copy.apply(&recipe.patch(), Some(&place))?;
            if !recipe.is_noticed(copy.ready()?).await? {
                silent.push(format!("{}: {place}", recipe.heading));
            }
        }
    }
    Ok(silent)
}

/// With this crate among them, dependencies have the features that they have in the whole workspace, and so are built once.
const ALIKE: &str = "local";

/// What it builds of others is shared with this tree.
fn of_packages(tree: &Path, arguments: &[&str], packages: &[&str]) -> Command {
    let mut command = cargo::cargo();
    command.current_dir(tree).args(arguments);
    for package in packages.iter().chain(&[ALIKE]) {
        command.args(["--package", package]);
    }
    command.env("CARGO_TARGET_DIR", repo::root().join("target"));
    command
}

async fn succeeds(command: Command) -> Result<bool> {
    Ok(Tied::spawn("cargo", command)?.wait().await?.success())
}
