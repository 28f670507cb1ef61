// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask node`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use xtask::image::{Wanted, make};
use xtask::node::{self, Node, Options, State};
use xtask::repo;
use xtask::up::lock;

/// A real cluster of one node on this machine, in namespaces of its own; needs root
#[derive(clap::Args)]
pub(crate) struct NodeCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Up(Up),
    /// End it, and remove its data
    Down,
    /// Run a command in it: `cargo xtask node exec kubectl get pods --all-namespaces`
    Exec(Exec),
}

/// Start it in the background, with our images on it
#[derive(clap::Args)]
struct Up {
    /// Install Debian's packages that are missing
    #[arg(long)]
    install: bool,
    /// Cargo's profile of what the images run
    #[arg(long, default_value = "dev")]
    profile: String,
    /// Leave our images out, which need not be built then
    #[arg(long)]
    no_images: bool,
    /// Further images, as docker archives
    #[arg(long, value_name = "FILE")]
    image: Vec<PathBuf>,
}

#[derive(clap::Args)]
struct Exec {
    /// The command
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

impl NodeCommand {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self.what {
            What::Up(up) => up.run().await,
            What::Down => down().await,
            What::Exec(exec) => exec.run(),
        }
    }
}

impl Up {
    async fn run(self) -> Result<ExitCode> {
        if self.install {
            node::install()?;
        }
        node::check()?;
        let _lock = lock(LOCK)?;
        match State::load(&dir())? {
            Some(state) if state.is_alive() => println!("the node was up already"),
            _ => self.start().await?,
        }
        println!(
            "run commands in it by `cargo xtask node exec`, end it by `cargo xtask node down`"
        );
        Ok(ExitCode::SUCCESS)
    }

    async fn start(self) -> Result<()> {
        let mut options = Options::new(dir());
        if !self.no_images {
            let wanted = Wanted {
                profile: self.profile,
                ..Wanted::default()
            };
            let made = make(&wanted, &repo::root().join("target/images/node")).await?;
            options.images = made.into_iter().map(|image| image.archive).collect();
        }
        for image in self.image {
            let what = || format!("no image {}", image.display());
            options
                .images
                .push(image.canonicalize().with_context(what)?);
        }
        Node::start(options).await?.detach()
    }
}

async fn down() -> Result<ExitCode> {
    let _lock = lock(LOCK)?;
    match State::load(&dir())? {
        Some(state) => {
            state.down().await?;
            println!("the node is down");
        }
        None => println!("the node is not up"),
    }
    Ok(ExitCode::SUCCESS)
}

impl Exec {
    fn run(self) -> Result<ExitCode> {
        let state = State::load(&dir())?.filter(State::is_alive);
        let state = state.context("the node is not up: `cargo xtask node up` starts it")?;
        let (program, args) = self.command.split_first().context("a command")?;
        let mut command = state.command(program);
        command.args(args);
        let status = command.status().context("running `sh`")?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
    }
}

/// Of the lock among those who start and end it.
const LOCK: &str = "node";

fn dir() -> PathBuf {
    repo::root().join(".cache/node/default")
}
