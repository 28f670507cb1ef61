// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask demo`: the main job, on a real API server, as a person wants to see it.

mod addresses;
mod columns;
mod kubectl;
mod refusals;
mod samples;
mod stage;
mod story;

use std::process::ExitCode;

use crate::cargo;
use crate::control_plane::{BinariesFrom, ControlPlane, Options};
use crate::crds;
use crate::up::{Ours, State, lock};
use anyhow::{Result, anyhow, ensure};
use kube::Client;

use super::up::quoted;
use stage::Stage;

/// Where the demo keeps its files, and the name that `up` must not take meanwhile.
const NAME: &str = "demo";

/// Show the main job: samples applied, and what becomes of them
///
/// Brings up a control plane on loopback, installs the CRDs, starts ni-controller and ni-webhook, applies deploy/samples
/// and prints each change as it happens; then applies invalid objects, and prints the answers. Runs until Ctrl-C.
#[derive(clap::Args)]
pub struct Demo {
    /// End once every sample has reached its state or was refused; fail if one does not
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    from: BinariesFrom,
}

impl Demo {
    /// # Errors
    /// Where something that it needs does not come up.
    pub async fn run(self) -> Result<ExitCode> {
        let _lock = lock(NAME)?;
        ensure!(
            State::load(NAME)?.is_none(),
            "`cargo xtask up --name {NAME}` has taken the demo's name: end it with `cargo xtask down --name {NAME}`"
        );
        self.from.choose();
        let (binaries, ours) = Ours::build_beside_binaries(true, true, cargo::QUICK).await?;
        let dir = State::dir(NAME);
        eprintln!("starting the control plane");
        let plane = ControlPlane::start(&binaries, Options::new(&dir)).await?;
        let client = plane.client().await?;
        crds::install(&client).await?;
        let ours = ours.start(plane.kubeconfig(), &dir).await?;
        let kubeconfig = quoted(plane.kubeconfig());
        let told = tokio::select! {
            told = self.tell(client, &kubeconfig) => told,
            _ = tokio::signal::ctrl_c() => {
                println!("\nending the control plane, the controller and the webhook");
                if self.once { Err(anyhow!("ended before every sample had reached its state")) } else { Ok(()) }
            }
        };
        drop(ours);
        drop(plane);
        told.map(|()| ExitCode::SUCCESS)
    }

    async fn tell(&self, client: Client, kubeconfig: &str) -> Result<()> {
        println!(
            "\nIn another shell, look for yourself:\n\n    export KUBECONFIG={kubeconfig}\n    kubectl get machines,networkinterfaces,networks,virtualips\n"
        );
        let mut stage = Stage::open(client);
        story::tell(&mut stage).await?;
        refusals::tell(&stage.client).await?;
        println!("Every sample has reached its state, and every invalid object was refused.");
        if self.once {
            return Ok(());
        }
        println!("Change something with kubectl and watch; Ctrl-C ends it all.\n");
        stage.go_on().await
    }
}
