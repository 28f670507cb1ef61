// SPDX-License-Identifier: Apache-2.0

//! What a restart, a backup and a restore are to one namespace.

use anyhow::Result;
use api_model::{Backup, Reported};
use ironcore_api::KINDS;
use kube::Client;

use super::At;
use super::shard::Shard;
use super::watching::{Watch, Watching};

/// What is kept of a namespace with a backup.
pub(super) struct Kept(Backup<At>);

/// A watch from a version that was lost.
pub(super) struct Ahead {
    kind: At,
    /// The server's version.
    from: u64,
    watch: Watch,
}

impl Shard {
    /// The server forgot all that happened before, and others have written.
    pub(super) fn restarted(&mut self) {
        self.model.pass(1);
        let newest = self.model.newest();
        self.model.forget(newest);
        self.shown = [newest; KINDS.len()];
    }

    /// As a restart.
    pub(super) fn backed_up(&mut self) -> Kept {
        let kept = Kept(self.model.back_up());
        self.restarted();
        kept
    }

    /// The server went back.
    pub(super) fn restored(&mut self, Kept(backup): Kept) {
        let newest = self.model.newest();
        self.model.restore(std::slice::from_ref(&backup), newest);
        self.model.begin_history(1, &backup, false);
        self.twins.go_back(self.model.newest());
        self.restarted();
    }

    /// What was heard before has been compared.
    pub(super) fn connect(&mut self, client: Client, watching: Watching) {
        self.client = client;
        self.watching = watching;
        self.heard = [0; KINDS.len()];
    }

    /// Watches as one who did not notice would.
    pub(super) async fn watch_from_what_was_lost(&mut self) -> Result<()> {
        let Some(from) = self.twins.lost().map(|(_, real)| real) else {
            return Ok(());
        };
        for kind in 0..KINDS.len() {
            let watch = self.watch(kind, &format!("resourceVersion={from}")).await?;
            self.ahead.push(Ahead { kind, from, watch });
        }
        Ok(())
    }

    /// They show what is newer than the version that they have come to, and nothing else.
    pub(super) async fn compare_watches_from_what_was_lost(&mut self) -> Result<()> {
        for Ahead {
            kind,
            from,
            mut watch,
        } in std::mem::take(&mut self.ahead)
        {
            let newer = |event: &&Reported| {
                let version = self.twins.real_version(&event.version().to_string());
                version.parse().is_ok_and(|version: u64| version > from)
            };
            let expected: Vec<_> = self
                .model
                .events_since(kind, 0)
                .filter(newer)
                .cloned()
                .collect();
            for reported in expected {
                if self.difference.is_none() {
                    let event = watch.next_in_time().await?;
                    self.compare_event(kind, &reported, &event);
                }
            }
        }
        Ok(())
    }
}
