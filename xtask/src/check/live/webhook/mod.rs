// SPDX-License-Identifier: Apache-2.0

//! The real webhook under real faults: replicas are replaced, killed, frozen and slow, and certificates change, while users
//! create machines of which every other is malformed. None of these gets past the rules, and where all is orderly no call fails.

mod creates;
mod replica;
mod service;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::control_plane::ControlPlane;
use crate::webhooks::{Reach, install, is_asked};

use creates::{Creates, Phase};
use replica::{Program, Replica};
use service::Service;

/// Figures of a run.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Creates, every other malformed.
    pub creates: u64,
    /// Malformed ones that the rules refused.
    pub refused: u64,
    /// Calls that failed, by what went on.
    pub failed: BTreeMap<&'static str, u64>,
    /// Malformed and let through, right and refused, or failed while all was orderly.
    pub violations: usize,
    /// What was wrong.
    #[serde(skip)]
    pub wrong: Vec<String>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            creates,
            refused,
            failed,
            violations,
            wrong,
        } = self;
        for wrong in wrong.iter().take(20) {
            writeln!(f, "{wrong}")?;
        }
        for (phase, count) in failed {
            writeln!(f, "webhook: {count:>7} calls failed while {phase}")?;
        }
        write!(
            f,
            "webhook: {creates} creates, {refused} malformed ones refused, {violations} violations"
        )
    }
}

/// How long the API server may take to trust the webhook.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a replica is frozen: longer than the API server waits.
const FROZEN: Duration = Duration::from_secs(7);
/// How long each piece is on its way where the network is slow: it takes some to and fro for a call.
const SLOW: Duration = Duration::from_millis(150);

const PHASES: [Phase; 5] = [
    Phase {
        name: "rolled out",
        orderly: true,
    },
    Phase {
        name: "killed",
        orderly: false,
    },
    Phase {
        name: "rotated",
        orderly: true,
    },
    Phase {
        name: "frozen",
        orderly: false,
    },
    Phase {
        name: "slow",
        orderly: false,
    },
];

/// Has users create machines on a control plane with our definitions, at least so many, until each fault has struck. Logs go to
/// `dir`.
///
/// # Errors
/// If the check itself fails. What the webhook did wrong is in the figures.
pub async fn run(
    plane: &ControlPlane,
    program: &Path,
    dir: &Path,
    creates: u64,
) -> Result<Figures> {
    let client = plane.client().await?;
    // Else nothing could get past the rules.
    let malformed = creates::machine("malformed", true);
    creates::post(&client, &malformed, "?dryRun=All")
        .await
        .context("the definitions refuse it")?;
    let program = Program {
        path: program.to_owned(),
        kubeconfig: plane.kubeconfig().to_owned(),
        log: dir.join("ni-webhook.log"),
    };
    let service = Arc::new(Service::start().await?);
    install(&client, &Reach::Port(service.port)).await?;
    let mut deployment = Deployment {
        replicas: [
            Replica::start(&program, &service)?,
            Replica::start(&program, &service)?,
        ]
        .into(),
        program,
        service,
    };
    for replica in &mut deployment.replicas {
        replica.until_ready().await?;
    }
    until_asked(&client).await?;
    let load = Creates::begin(client, PHASES[0]);
    loop {
        for phase in PHASES {
            load.enter(phase);
            deployment.suffer(phase).await?;
            // A call that began by now may fail, whatever comes next.
            deployment.until_ready().await?;
        }
        if load.so_far() >= creates {
            break;
        }
    }
    let count = load.end().await?;
    Ok(Figures {
        creates: count.creates,
        refused: count.refused,
        failed: count.failed,
        violations: count.wrong.len(),
        wrong: count.wrong,
    })
}

async fn until_asked(client: &kube::Client) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while let Err(why) = is_asked(client, "default").await {
        ensure!(Instant::now() < deadline, "after {PATIENCE:?} {why:#}");
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Two replicas behind a Service.
struct Deployment {
    replicas: Vec<Replica>,
    program: Program,
    service: Arc<Service>,
}

impl Deployment {
    async fn suffer(&mut self, phase: Phase) -> Result<()> {
        match phase.name {
            "rolled out" => self.roll_out().await,
            "killed" => {
                let busiest = self.busiest();
                self.replicas.remove(busiest).kill().await;
                self.replicas
                    .push(Replica::start(&self.program, &self.service)?);
                Ok(())
            }
            "frozen" => {
                let frozen = &self.replicas[self.busiest()];
                frozen.signal(Signal::STOP);
                sleep(FROZEN).await;
                frozen.signal(Signal::CONT);
                Ok(())
            }
            "slow" => {
                self.service.delay(SLOW);
                sleep(FROZEN).await;
                self.service.delay(Duration::ZERO);
                Ok(())
            }
            // It goes on by itself.
            _ => {
                sleep(FROZEN).await;
                Ok(())
            }
        }
    }

    /// The one that the API server speaks to.
    fn busiest(&self) -> usize {
        let port = self.service.busiest();
        let mut ports = self.replicas.iter().map(Replica::port);
        ports.position(|other| other == port).unwrap_or_default()
    }

    /// One more is started, then an old one ended, until all are new.
    async fn roll_out(&mut self) -> Result<()> {
        for _ in 0..self.replicas.len() {
            let mut new = Replica::start(&self.program, &self.service)?;
            new.until_ready().await?;
            self.replicas.push(new);
            self.replicas.remove(0).terminate().await?;
        }
        Ok(())
    }

    /// All are ready again.
    async fn until_ready(&mut self) -> Result<()> {
        for replica in &mut self.replicas {
            replica.until_ready().await?;
        }
        Ok(())
    }
}
