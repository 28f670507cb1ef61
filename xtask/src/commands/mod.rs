// SPDX-License-Identifier: Apache-2.0

//! One file per command.

mod bench;
mod book;
mod check;
mod compat;
mod deploy;
mod dockerfiles;
mod exercise;
mod gen_api;
mod gen_crds;
mod gen_docs;
mod gen_go;
mod gen_licenses;
mod image;
mod node;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use local::commands::{Demo, Down, Status, Up};

/// What `cargo xtask` can do.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    Up(Up),
    Down(Down),
    Status(Status),
    Deploy(deploy::Deploy),
    Exercise(exercise::Exercise),
    GenApi(gen_api::GenApi),
    GenCrds(gen_crds::GenCrds),
    Image(image::Image),
    Compat(compat::Compat),
    GenDocs(gen_docs::GenDocs),
    GenGo(gen_go::GenGo),
    GenLicenses(gen_licenses::GenLicenses),
    Book(book::Book),
    Node(node::NodeCommand),
    Test(test::Test),
    Bench(bench::Bench),
    Check(check::Check),
    Tidy(tidy::Tidy),
}

impl Command {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Self::Demo(demo) => demo.run().await,
            Self::Deploy(deploy) => deploy.run().await,
            Self::Up(up) => up.run().await,
            Self::Down(down) => down.run().await,
            Self::Status(status) => status.run().await,
            Self::Exercise(exercise) => exercise.run().await,
            Self::GenApi(gen_api) => gen_api.run(),
            Self::GenCrds(gen_crds) => gen_crds.run(),
            Self::Image(image) => image.run().await,
            Self::Compat(compat) => compat.run(),
            Self::GenDocs(gen_docs) => gen_docs.run().await,
            Self::GenGo(gen_go) => gen_go.run().await,
            Self::GenLicenses(gen_licenses) => gen_licenses.run(),
            Self::Book(book) => book.run().await,
            Self::Node(node) => node.run().await,
            Self::Test(test) => test.run().await,
            Self::Bench(bench) => bench.run().await,
            Self::Check(check) => check.run().await,
            Self::Tidy(tidy) => tidy.run(),
        }
    }
}
