//! One file per command.

mod bench;
mod book;
mod check;
mod compat;
mod demo;
mod deploy;
mod dockerfiles;
mod down;
mod exercise;
mod gen_crds;
mod gen_docs;
mod image;
mod node;
mod status;
mod test;
mod tidy;
mod tool;
mod up;

use std::process::ExitCode;

use anyhow::Result;

/// What `cargo xtask` can do.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    Deploy(deploy::Deploy),
    Up(up::Up),
    Down(down::Down),
    Status(status::Status),
    Exercise(exercise::Exercise),
    GenCrds(gen_crds::GenCrds),
    Image(image::Image),
    Compat(compat::Compat),
    GenDocs(gen_docs::GenDocs),
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
            Self::GenCrds(gen_crds) => gen_crds.run(),
            Self::Image(image) => image.run().await,
            Self::Compat(compat) => compat.run(),
            Self::GenDocs(gen_docs) => gen_docs.run().await,
            Self::Book(book) => book.run().await,
            Self::Node(node) => node.run().await,
            Self::Test(test) => test.run().await,
            Self::Bench(bench) => bench.run().await,
            Self::Check(check) => check.run().await,
            Self::Tidy(tidy) => tidy.run(),
        }
    }
}
