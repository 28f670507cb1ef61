// SPDX-License-Identifier: Apache-2.0

//! What goes on while certificates change, and must not fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::certified::Certified;
use super::webhook::Ports;

/// Something that is done again and again until it fails or is told to end.
pub(crate) struct Load {
    ended: Arc<AtomicBool>,
    task: JoinHandle<Result<u32, String>>,
}

impl Load {
    /// The API server has Networks judged.
    pub(crate) fn creates(scene: &Arc<Certified>) -> Self {
        let (scene, ended) = (scene.clone(), Arc::<AtomicBool>::default());
        let until = ended.clone();
        let task = tokio::spawn(async move {
            let mut count = 0;
            while !until.load(Ordering::Relaxed) {
                count += 1;
                let created = scene.try_create().await;
                created.map_err(|error| format!("create {count}: {error}"))?;
            }
            Ok(count)
        });
        Self { ended, task }
    }

    /// Handshakes with all replicas by somebody who learns only after `late` what the configurations say.
    pub(crate) fn handshakes(scene: &Arc<Certified>, replicas: &[Ports], late: Duration) -> Self {
        let (scene, ended) = (scene.clone(), Arc::<AtomicBool>::default());
        let (until, replicas) = (ended.clone(), replicas.to_vec());
        let task = tokio::spawn(async move {
            let (mut count, mut said) = (0, Vec::new());
            while !until.load(Ordering::Relaxed) {
                count += 1;
                said.extend(
                    scene
                        .bundles()
                        .await
                        .pop()
                        .map(|last| (Instant::now(), last)),
                );
                let later = said
                    .iter()
                    .filter(|(since, _)| since.elapsed() < late)
                    .count();
                said.drain(..(said.len() - later).saturating_sub(1));
                let known = said.first().map_or("", |(_, bundle)| bundle);
                for ports in &replicas {
                    let greeted = Certified::greet(*ports, known).await;
                    greeted
                        .map_err(|error| format!("handshake {count} with {ports:?}: {error}"))?;
                }
            }
            Ok(count)
        });
        Self { ended, task }
    }

    /// How often it was done; fails if it once was not.
    pub(crate) async fn end(self) -> u32 {
        self.ended.store(true, Ordering::Relaxed);
        let done = self.task.await.expect("an end");
        done.unwrap_or_else(|error| panic!("{error}"))
    }
}
