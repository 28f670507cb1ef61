// SPDX-License-Identifier: Apache-2.0

//! What happens to a namespace as a whole. The controllers that would empty it, or count what is in it, do not run: the
//! comparison does what they would do, by requests that are compared as well.

use std::time::Duration;

use anyhow::{Result, ensure};
use api_model::Phase;
use http::Method;
use ironcore_api::KINDS;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::At;
use super::asks::{Ask, What};
use super::bodies;
use super::shard::Shard;
use super::wire::{self, Seen, must, send};

impl Shard {
    /// Something that happens now and then.
    pub(super) async fn turn(&mut self) -> Result<()> {
        if self.rng.bool() {
            self.delete_and_make_again().await
        } else {
            self.fill_up().await
        }
    }

    async fn some_steps(&mut self, most: usize) -> Result<()> {
        for _ in 0..self.rng.usize(1..most) {
            self.step().await?;
        }
        Ok(())
    }

    async fn delete_and_make_again(&mut self) -> Result<()> {
        let path = format!("/api/v1/namespaces/{}", self.namespace);
        must(&self.client, Method::DELETE, &path, &Value::Null).await?;
        self.until_tried(0, Tried::Terminating).await?;
        self.model.set_phase(Phase::Terminating);
        self.some_steps(60).await?;
        self.empty().await?;
        let nobody =
            json!({ "metadata": { "name": self.namespace }, "spec": { "finalizers": [] } });
        must(
            &self.client,
            Method::PUT,
            &format!("{path}/finalize"),
            &nobody,
        )
        .await?;
        self.until_tried(0, Tried::Gone).await?;
        self.model.set_phase(Phase::Gone);
        self.some_steps(20).await?;
        let again = json!({ "metadata": { "name": self.namespace } });
        must(&self.client, Method::POST, "/api/v1/namespaces", &again).await?;
        self.until_tried(0, Tried::Created).await?;
        self.model.set_phase(Phase::Active);
        Ok(())
    }

    /// Deletes all objects, and takes off what holds them.
    async fn empty(&mut self) -> Result<()> {
        for kind in 0..KINDS.len() {
            let names: Vec<String> = self.model.list(kind).map(name).collect();
            for name in names {
                let delete = What::Delete {
                    uid: None,
                    version: None,
                    policy: None,
                };
                let release = What::Patch(json!({ "metadata": { "finalizers": null } }));
                for what in [delete, release] {
                    let name = name.clone();
                    self.ask(Ask {
                        kind,
                        name,
                        what,
                        limited: false,
                    })
                    .await?;
                }
            }
        }
        Ok(())
    }

    /// A quota leaves no room for objects of a kind, for a while.
    async fn fill_up(&mut self) -> Result<()> {
        let kind = self.rng.usize(..KINDS.len());
        let quotas = format!("/api/v1/namespaces/{}/resourcequotas", self.namespace);
        let quota = format!("{quotas}/full");
        let none = json!({ format!("count/{}", KINDS[kind].crd_name()): "0" });
        let body = json!({ "metadata": { "name": "full" }, "spec": { "hard": none } });
        must(&self.client, Method::POST, &quotas, &body).await?;
        let counted = json!({ "status": { "hard": none, "used": none } });
        must(
            &self.client,
            Method::PATCH,
            &format!("{quota}/status"),
            &counted,
        )
        .await?;
        self.until_tried(kind, Tried::Full).await?;
        self.model.set_full(kind, true);
        self.some_steps(60).await?;
        must(&self.client, Method::DELETE, &quota, &Value::Null).await?;
        self.until_tried(kind, Tried::Created).await?;
        self.model.set_full(kind, false);
        Ok(())
    }

    /// Waits until it is known in all of the server how the namespace is now: tries to create an object until what comes of it
    /// is as said.
    async fn until_tried(&mut self, kind: At, outcome: Tried) -> Result<()> {
        let path = format!("{}?dryRun=All", wire::collection(kind, &self.namespace));
        let mut body = bodies::smallest(kind);
        body["metadata"]["name"] = "tried".into();
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let seen = send(&self.client, Method::POST, &path, &body, false).await?;
            if Tried::of(&seen) == outcome {
                return Ok(());
            }
            ensure!(
                Instant::now() < end,
                "creating an object does not come to be {outcome:?}: {}",
                seen.body
            );
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What comes of creating an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    Created,
    /// There is no room for it.
    Full,
    /// The namespace is being deleted.
    Terminating,
    /// There is no namespace.
    Gone,
    Other,
}

impl Tried {
    fn of(seen: &Seen) -> Self {
        let mut causes = seen.causes().into_iter();
        let terminating = causes.any(|(reason, _)| reason == "NamespaceTerminating");
        match seen.code {
            201 => Self::Created,
            403 if terminating => Self::Terminating,
            403 => Self::Full,
            404 => Self::Gone,
            _ => Self::Other,
        }
    }
}

fn name(object: &Value) -> String {
    object["metadata"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
