// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask up`.

use std::path::Path;
use std::process::ExitCode;

use crate::cargo;
use crate::control_plane::{BinariesFrom, ControlPlane, Options};
use crate::crds;
use crate::process::Tied;
use crate::up::{CONTROLLER, Ours, Server, State, WEBHOOK, lock};
use anyhow::{Result, bail};

/// Start the whole system in the background, on free ports of loopback
#[derive(clap::Args)]
pub struct Up {
    /// Name of the system; several can run side by side
    #[arg(long, default_value = "default")]
    name: String,
    /// Leave out ni-controller, to run it yourself
    #[arg(long)]
    no_controller: bool,
    /// Leave out ni-webhook: then only the definitions (CRDs) set defaults and refuse invalid objects
    #[arg(long)]
    no_webhook: bool,
    /// The cargo profile of what is started
    #[arg(long, default_value = cargo::QUICK)]
    profile: String,
    #[command(flatten)]
    from: BinariesFrom,
}

impl Up {
    /// # Errors
    /// Where something that it needs does not come up.
    pub async fn run(self) -> Result<ExitCode> {
        let _lock = lock(&self.name)?;
        let state = self.ensure().await?;
        eprintln!(
            "`{0}` is up; end it with `cargo xtask down --name {0}`",
            self.name
        );
        println!("export KUBECONFIG={}", quoted(&state.kubeconfig));
        Ok(ExitCode::SUCCESS)
    }

    /// All of a system, under this name.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            no_controller: false,
            no_webhook: false,
            profile: cargo::QUICK.to_owned(),
            from: BinariesFrom::default(),
        }
    }

    /// Starts what does not run yet. Whoever asks holds the lock.
    ///
    /// # Errors
    /// Where something that it needs does not come up.
    pub async fn ensure(&self) -> Result<State> {
        match self.running().await? {
            Some(state) => Ok(state),
            None => self.start().await,
        }
    }

    /// What runs under this name already; what an earlier one left is cleared away.
    async fn running(&self) -> Result<Option<State>> {
        let Some(state) = State::load(&self.name)? else {
            return Ok(None);
        };
        let names = |server: &Server| server.name.clone();
        let alive: Vec<String> = state.alive().map(names).collect();
        let ours = |name: &String| [CONTROLLER, WEBHOOK].contains(&name.as_str());
        if state.ended().map(names).all(|name| ours(&name)) {
            eprintln!("`{}` was up already: {}", self.name, alive.join(", "));
            let (controller, webhook) = self.lacks(&alive);
            if !controller && !webhook {
                return Ok(Some(state));
            }
            let ours = Ours::build(controller, webhook, &self.profile).await?;
            return start_beside(state, &ours).await.map(Some);
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

    /// Whether the controller, and whether the webhook, is to be started beside what runs.
    fn lacks(&self, alive: &[String]) -> (bool, bool) {
        let missing = |name: &str| !alive.iter().any(|alive| alive == name);
        (
            !self.no_controller && missing(CONTROLLER),
            !self.no_webhook && missing(WEBHOOK),
        )
    }

    async fn start(&self) -> Result<State> {
        self.from.choose();
        let (binaries, ours) =
            Ours::build_beside_binaries(!self.no_controller, !self.no_webhook, &self.profile)
                .await?;
        let dir = State::dir(&self.name);
        eprintln!("starting the control plane");
        let options = Options {
            quotas: true,
            ..Options::new(&dir)
        };
        let plane = ControlPlane::start(&binaries, options).await?;
        crds::install(&plane.client().await?).await?;
        let ours = ours.start(plane.kubeconfig(), &dir).await?;
        hand_over(&self.name, plane, ours)
    }
}

/// Starts those of our programs that have ended or were left out, beside a control plane that runs.
async fn start_beside(mut state: State, ours: &Ours) -> Result<State> {
    let started = ours
        .start(&state.kubeconfig, &State::dir(&state.name))
        .await?;
    for (process, port) in &started {
        state.servers.retain(|server| server.name != process.name());
        state.servers.push(Server::of(process, Some(*port)));
    }
    state.save()?;
    for (process, _) in started {
        process.detach();
    }
    Ok(state)
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
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_or_has_ended_is_started_if_it_is_wanted_now() {
        let all = Up::named("a");
        let without = Up {
            no_controller: true,
            ..Up::named("a")
        };
        let alive = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let plane: Vec<String> = alive(&["etcd", "kube-apiserver"]);
        let both: Vec<String> = alive(&["etcd", "kube-apiserver", WEBHOOK, CONTROLLER]);
        let webhook: Vec<String> = alive(&["etcd", "kube-apiserver", WEBHOOK]);
        assert_eq!(all.lacks(&both), (false, false));
        assert_eq!(all.lacks(&webhook), (true, false));
        assert_eq!(all.lacks(&plane), (true, true));
        assert_eq!(without.lacks(&plane), (false, true));
        assert_eq!(without.lacks(&webhook), (false, false));
    }
}
