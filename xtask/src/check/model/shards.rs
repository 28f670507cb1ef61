// SPDX-License-Identifier: Apache-2.0

//! All namespaces that are compared side by side, and what happens to their server as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use api_model::Definition;
use futures::future::try_join_all;
use http::Method;
use ironcore_api::KINDS;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::control_plane::ControlPlane;

use super::shard::Shard;
use super::twins::Twins;
use super::watching::Watching;
use super::{At, Outcome, Wanted, rights, wire};

/// The namespaces of a server.
pub(super) struct Shards<'a> {
    plane: &'a mut ControlPlane,
    shards: Vec<Shard>,
}

impl<'a> Shards<'a> {
    /// Makes the namespaces.
    pub(super) async fn start(plane: &'a mut ControlPlane, wanted: Wanted) -> Result<Self> {
        let client = plane.client().await?;
        rights::install(&client).await?;
        let watching = Watching::start(&client).await?;
        let definitions = definitions()?;
        let start = |number| Shard::start(&client, &definitions, &watching, number, wanted.seed);
        let shards = try_join_all((0..wanted.namespaces).map(start)).await?;
        Ok(Self { plane, shards })
    }

    /// Compares so many requests, and all events.
    pub(super) async fn round(&mut self, requests: usize) -> Result<()> {
        let each = requests.div_ceil(self.shards.len());
        self.each(move |mut shard| async move {
            shard.run(each).await?;
            Ok(shard)
        })
        .await
    }

    /// Compares what becomes of so many requests where controllers are at work.
    pub(super) async fn lives(&mut self, requests: usize) -> Result<()> {
        let each = requests.div_ceil(self.shards.len());
        for shard in &mut self.shards {
            shard.twins = Twins::unversioned();
        }
        self.each(move |mut shard| async move {
            shard.live(each).await?;
            Ok(shard)
        })
        .await
    }

    async fn each<F>(&mut self, run: impl Fn(Shard) -> F) -> Result<()>
    where
        F: Future<Output = Result<Shard>> + Send + 'static,
    {
        // On tasks of their own, so that all processors work.
        let tasks = self.shards.drain(..).map(|shard| tokio::spawn(run(shard)));
        let tasks: Vec<JoinHandle<Result<Shard>>> = tasks.collect();
        for task in tasks {
            self.shards.push(task.await.context("a namespace's task")??);
        }
        Ok(())
    }

    /// The server is restarted.
    pub(super) async fn restart(&mut self) -> Result<()> {
        self.others_write("before-restart").await?;
        self.plane.restart_api_server().await?;
        for shard in &mut self.shards {
            shard.restarted();
        }
        self.connect().await
    }

    /// A backup is made, for which the server is stopped; it goes on for so many requests, and then back to the backup.
    pub(super) async fn lose(&mut self, requests: usize) -> Result<()> {
        self.others_write("before-backup").await?;
        let backup = self.plane.back_up("model").await?;
        let kept: Vec<_> = self.shards.iter_mut().map(Shard::backed_up).collect();
        self.connect().await?;
        self.round(requests).await?;
        self.plane.restore(&backup).await?;
        for (shard, kept) in self.shards.iter_mut().zip(kept) {
            shard.restored(kept);
        }
        self.connect().await?;
        for shard in &mut self.shards {
            shard.watch_from_what_was_lost().await?;
        }
        Ok(())
    }

    /// What there is to say.
    pub(super) async fn end(mut self) -> Result<Outcome> {
        for shard in &mut self.shards {
            shard.compare_watches_from_what_was_lost().await?;
        }
        let outcomes = self.shards.into_iter().map(Shard::end);
        Ok(outcomes.fold(Outcome::default(), Outcome::and))
    }

    /// A version of which no namespace knows, so that the server's memory begins after all that they know.
    async fn others_write(&self, name: &str) -> Result<()> {
        let body = json!({ "metadata": { "name": name } });
        let path = "/api/v1/namespaces/default/configmaps";
        wire::must(&self.plane.client().await?, Method::POST, path, &body).await?;
        Ok(())
    }

    async fn connect(&mut self) -> Result<()> {
        let client = self.plane.client().await?;
        let watching = Watching::start(&client).await?;
        for shard in &mut self.shards {
            shard.connect(client.clone(), watching.clone());
        }
        Ok(())
    }
}

fn definitions() -> Result<Arc<BTreeMap<At, Definition>>> {
    let definition = |(at, kind): (At, &ironcore_api::Kind)| {
        let crd = serde_json::to_value((kind.crd)())?;
        anyhow::Ok((at, Definition::new(&crd)))
    };
    let all: Result<_> = KINDS.iter().enumerate().map(definition).collect();
    Ok(Arc::new(all?))
}
