// SPDX-License-Identifier: Apache-2.0

//! What befalls processes and servers.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use fastrand::Rng;
use rustix::process::Signal;
use tokio::time::sleep;

use super::Scene;
use crate::control_plane::Backup;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Disruption {
    /// A controller is killed and started again.
    Kill,
    /// The leader is stopped until another leads, and woken.
    Freeze,
    /// One that asks for no Lease writes beside the leader.
    Rival,
    /// The API server is killed and started again.
    ApiServer,
    /// etcd forgets what was before.
    Compaction,
    /// etcd has no room.
    NoSpace,
    /// A backup is made.
    Backup,
    /// etcd goes back to the last backup.
    Restore,
}

impl Disruption {
    const ALL: [Self; 7] = [
        Self::Kill,
        Self::Freeze,
        Self::Rival,
        Self::ApiServer,
        Self::Compaction,
        Self::NoSpace,
        Self::Kill,
    ];

    /// All of them in random order; between a backup and going back to it there is one.
    pub(super) fn round(rng: &mut Rng) -> Vec<Self> {
        let mut round = Self::ALL.to_vec();
        rng.shuffle(&mut round);
        let backup = rng.usize(..round.len());
        round.insert(backup, Self::Backup);
        // Not more: each version that is lost is a write of etcd's before API servers are back.
        round.insert(backup + 2, Self::Restore);
        round
    }

    /// Its name in reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kill => "controller killed",
            Self::Freeze => "leader stopped beyond its Lease",
            Self::Rival => "two that lead",
            Self::ApiServer => "API server killed",
            Self::Compaction => "etcd compacted",
            Self::NoSpace => "etcd full",
            Self::Backup => "all servers restarted for a backup",
            Self::Restore => "etcd restored",
        }
    }
}

/// What has befallen so far.
#[derive(Default)]
pub(super) struct Befallen {
    pub(super) counts: BTreeMap<&'static str, u64>,
    backup: Option<Backup>,
}

/// Versions that `--bump-revision` adds to what a backup has, beyond what may have been lost.
const BUMP: i64 = 1_000;

impl Befallen {
    /// Lets it befall.
    pub(super) async fn strike(
        &mut self,
        disruption: Disruption,
        scene: &mut Scene<'_>,
        rng: &mut Rng,
    ) -> Result<()> {
        match disruption {
            Disruption::Kill => kill(scene, rng).await?,
            Disruption::Freeze => freeze(scene, rng).await?,
            Disruption::Rival => {
                let rival = scene.pair.rival()?;
                sleep(seconds(rng, 3..8)).await;
                rival.kill().await;
            }
            Disruption::ApiServer => {
                scene.load.pause(true);
                scene.plane.stop_api_server().await;
                sleep(seconds(rng, 0..6)).await;
                scene.plane.start_api_server().await?;
                scene.load.pause(false);
            }
            Disruption::Compaction => {
                // What is forgotten has to be in the history.
                scene.history.catch_up().await?;
                scene
                    .plane
                    .compact_etcd_at(scene.history.revision())
                    .await?;
            }
            Disruption::NoSpace => {
                scene.plane.refuse_writes(true).await?;
                sleep(seconds(rng, 1..6)).await;
                scene.plane.refuse_writes(false).await?;
            }
            Disruption::Backup => self.back_up(scene).await?,
            Disruption::Restore => self.restore(scene).await?,
        }
        *self.counts.entry(disruption.name()).or_default() += 1;
        Ok(())
    }

    async fn back_up(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        scene.load.pause(true);
        scene.plane.stop_api_server().await;
        scene.history.catch_up().await?;
        scene.history.pause();
        let name = format!("live-{}", self.counts.values().sum::<u64>());
        self.backup = Some(scene.plane.back_up(&name).await?);
        scene.history.go_on().await?;
        scene.load.pause(false);
        Ok(())
    }

    async fn restore(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let Some(backup) = self.backup.take() else {
            return Ok(());
        };
        scene.load.pause(true);
        scene.plane.stop_api_server().await;
        scene.proxy.forget();
        scene.history.catch_up().await?;
        scene.history.pause();
        let newest = scene.plane.revision().await?;
        scene.plane.restore_beyond(&backup, newest + BUMP).await?;
        scene.history.begin_again().await?;
        scene.load.pause(false);
        Ok(())
    }
}

async fn kill(scene: &mut Scene<'_>, rng: &mut Rng) -> Result<()> {
    let leader = scene.pair.leader().await;
    let number = leader
        .filter(|_| rng.u8(..4) > 0)
        .unwrap_or_else(|| rng.usize(..2));
    scene.pair.kill(number).await;
    sleep(seconds(rng, 0..3)).await;
    scene.pair.start_again(number)
}

async fn freeze(scene: &mut Scene<'_>, rng: &mut Rng) -> Result<()> {
    let leader = scene.pair.leader().await.unwrap_or_else(|| rng.usize(..2));
    scene.pair.one(leader)?.signal(Signal::STOP);
    // By chance the other may be kept from the API server for long.
    scene.pair.until_leads(1 - leader).await?;
    sleep(seconds(rng, 0..4)).await;
    scene.pair.one(leader)?.signal(Signal::CONT);
    Ok(())
}

fn seconds(rng: &mut Rng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(rng.u64(range.start * 1_000..range.end * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_has_everything_and_one_between_a_backup_and_its_restore() {
        let mut rng = Rng::with_seed(1);
        for _ in 0..200 {
            let round = Disruption::round(&mut rng);
            let at = |what| {
                round
                    .iter()
                    .position(|other| *other == what)
                    .expect("it is there")
            };
            for each in Disruption::ALL {
                assert!(round.contains(&each));
            }
            assert_eq!(at(Disruption::Backup) + 2, at(Disruption::Restore));
        }
    }
}
