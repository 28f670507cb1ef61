//! `cargo xtask up`.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};
use xtask::control_plane::{
    Binaries, ControlPlane, Options, free_port, plain_client, wait_until_ok,
};
use xtask::process::Tied;
use xtask::up::{Server, State, lock};
use xtask::{cargo, crds};

/// Start the whole system in the background, on free ports of loopback
#[derive(clap::Args)]
pub(crate) struct Up {
    /// Several run side by side under different names
    #[arg(long, default_value = "default")]
    name: String,
    /// Leave out ni-controller, to run it yourself
    #[arg(long)]
    no_controller: bool,
    /// Leave out ni-webhook (there is none yet)
    #[arg(long)]
    no_webhook: bool,
    /// The cargo profile of what is started
    #[arg(long, default_value = "dev")]
    profile: String,
}

impl Up {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let _lock = lock(&self.name)?;
        let state = match self.running().await? {
            Some(state) => state,
            None => self.start().await?,
        };
        eprintln!(
            "`{0}` is up; end it with `cargo xtask down --name {0}`",
            self.name
        );
        println!("export KUBECONFIG={}", quoted(&state.kubeconfig));
        Ok(ExitCode::SUCCESS)
    }

    /// What runs under this name already; what an earlier one left is cleared away.
    async fn running(&self) -> Result<Option<State>> {
        let Some(state) = State::load(&self.name)? else {
            return Ok(None);
        };
        let alive: Vec<&str> = state.alive().map(|server| server.name.as_str()).collect();
        if alive.len() == state.servers.len() {
            eprintln!("`{}` was up already: {}", self.name, alive.join(", "));
            return Ok(Some(state));
        }
        if !alive.is_empty() {
            bail!(
                "of `{0}` only {1} still runs: see why with `cargo xtask status`, then `cargo xtask down --name {0}`",
                self.name,
                alive.join(", ")
            );
        }
        eprintln!(
            "removing what an earlier `{}` left; none of its processes runs",
            self.name
        );
        state.down().await?;
        Ok(None)
    }

    async fn start(&self) -> Result<State> {
        let binaries = Binaries::find_or_build().await?;
        // Before anything runs: this is where most mistakes are.
        let controller = if self.no_controller {
            None
        } else {
            Some(cargo::build_binary("ni-controller", &self.profile).await?)
        };
        let dir = State::dir(&self.name);
        eprintln!("starting the control plane");
        let plane = ControlPlane::start(&binaries, Options::new(&dir)).await?;
        crds::install(&plane.client().await?).await?;
        let mut ours = Vec::new();
        if let Some(program) = controller {
            ours.push(start_ours("ni-controller", &program, &dir, plane.kubeconfig()).await?);
        }
        hand_over(&self.name, plane, ours)
    }
}

/// One of our own programs, which report their readiness on the port that `--listen` gives.
pub(super) async fn start_ours(
    name: &str,
    program: &Path,
    dir: &Path,
    kubeconfig: &Path,
) -> Result<(Tied, u16)> {
    eprintln!("starting {name}");
    let port = free_port()?;
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg("--listen")
        .arg(format!("{}:{port}", Ipv4Addr::LOCALHOST));
    command.env("KUBECONFIG", kubeconfig);
    let mut process = Tied::spawn_logged(name, command, &dir.join(format!("logs/{name}.log")))?;
    wait_until_ok(&mut process, &plain_client(port)?, "/readyz").await?;
    Ok((process, port))
}

/// From here on the state knows the processes, and they live without us.
fn hand_over(name: &str, plane: ControlPlane, ours: Vec<(Tied, u16)>) -> Result<State> {
    let (kubeconfig, ports) = (plane.kubeconfig().to_owned(), plane.ports());
    let port_of = |server: &Tied| {
        ports
            .iter()
            .find(|(name, _)| *name == server.name())
            .map(|(_, port)| *port)
    };
    let theirs = plane.into_servers().into_iter().map(|server| {
        let port = port_of(&server);
        (server, port)
    });
    let all: Vec<_> = theirs
        .chain(
            ours.into_iter()
                .map(|(process, port)| (process, Some(port))),
        )
        .collect();
    let servers = all
        .iter()
        .map(|(process, port)| Server::of(process, *port))
        .collect();
    let state = State {
        name: name.to_owned(),
        kubeconfig,
        servers,
    };
    state.save()?;
    for (process, _) in all {
        process.detach();
    }
    Ok(state)
}

/// For a shell.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
