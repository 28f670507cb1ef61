// SPDX-License-Identifier: Apache-2.0

//! The commands that `xtask` has, which is built when one of them is run for the first time.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;

use clap::{Arg, Command};

use crate::{cargo, repo};

/// Name and description, in their order.
const FURTHER: [(&str, &str); 15] = [
    (
        "deploy",
        "Install into a cluster, of kind or any other, and wait until it is ready",
    ),
    (
        "exercise",
        "Break something in a system of `up`, for `kubectl ironcore` to explain: see docs/exercises.md",
    ),
    (
        "gen-api",
        "Write what the published crates offer to public-api.txt beside each, and compare it with the last release",
    ),
    (
        "gen-crds",
        "Write what is made from the types: definitions to deploy/crds, webhook configurations to deploy/webhook, and both to the chart",
    ),
    (
        "image",
        "Make the container images of controller and webhook, without a container tool or a registry",
    ),
    (
        "compat",
        "Compare the definitions in deploy/crds with those of the last release, and name what is incompatible",
    ),
    (
        "gen-docs",
        "Write the generated pages of docs/ (flags, API), and look at the command lines that documents show",
    ),
    (
        "gen-go",
        "Write the Go client in clients/go: types from deploy/crds, and what Kubernetes' generators make of them",
    ),
    (
        "gen-licenses",
        "Write the licence texts of all that is linked into the programs to licenses/THIRD-PARTY.txt",
    ),
    (
        "book",
        "Render docs/ as a book into target/book, to be opened in a browser",
    ),
    (
        "node",
        "A real cluster of one node on this machine, in namespaces of its own; needs root",
    ),
    (
        "test",
        "Check everything: format, lints, documentation, generated files, licences, tests",
    ),
    ("bench", "Measure, see docs/performance.md"),
    (
        "check",
        "Check at length what tests check in passing, see docs/reliability.md",
    ),
    (
        "tidy",
        "Check the rules of this repository that neither rustc nor clippy knows",
    ),
];

/// The command line with the further commands, whose own arguments are left to them.
pub(super) fn with_further(command: Command) -> Command {
    FURTHER.iter().fold(command, |command, (name, about)| {
        let arguments = Arg::new("arguments")
            .num_args(0..)
            .trailing_var_arg(true)
            .allow_hyphen_values(true)
            .value_parser(clap::value_parser!(OsString));
        let further = Command::new(*name)
            .about(*about)
            .disable_help_flag(true)
            .arg(arguments);
        command.subcommand(further)
    })
}

/// Whether `name` is one of them.
pub(super) fn is_further(name: &str) -> bool {
    FURTHER.iter().any(|(further, _)| *further == name)
}

/// Goes on as `xtask`, with all arguments as they are. Returns only if that fails.
pub(super) fn run(arguments: impl Iterator<Item = OsString>) -> std::io::Error {
    let manifest = repo::root().join("Cargo.toml");
    cargo::cargo_here()
        .args(["run", "--package", "xtask", "--manifest-path"])
        .arg(manifest)
        .arg("--")
        .args(arguments)
        .exec()
}
