// SPDX-License-Identifier: Apache-2.0

//! Lives and deaths where the garbage collector and the namespace controller are at work. Whenever they have nothing left to do,
//! there has to be what the model has. What they write is in no order, so versions are not compared.

use std::time::Duration;

use anyhow::{Result, ensure};
use api_model::{Phase, Policy};
use http::Method;
use ironcore_api::KINDS;
use kube::Client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::At;
use super::asks::{Ask, What};
use super::bodies;
use super::kin::Kin;
use super::reads::text;
use super::shard::Shard;
use super::wire::{self, must, send};

/// How many objects a namespace has at most.
const MOST: usize = 12;
/// How long the controllers may take. The namespace controller looks again after 15 s.
const PATIENCE: Duration = Duration::from_mins(1);
const HELD: &str = "example.org/a";

impl Shard {
    /// Compares what becomes of so many requests, one after the other, and then of the namespace.
    pub(super) async fn live(&mut self, requests: usize) -> Result<()> {
        let end = self.figures.requests + requests;
        while self.figures.requests < end && self.difference.is_none() {
            let ask = self.draw_life();
            let (kind, deletes) = (ask.kind, matches!(ask.what, What::Delete { .. }));
            let before = self.kin().to_string();
            self.ask(ask).await?;
            self.rest_from(&before).await?;
            if !deletes {
                self.until_seen(kind).await?;
            }
        }
        self.die().await
    }

    fn draw_life(&mut self) -> Ask {
        let objects = self.objects();
        let any = self.rng.usize(..objects.len().max(1));
        let Some((kind, object)) = objects.get(any).cloned() else {
            return self.bear();
        };
        let what = match self.rng.u8(..100) {
            0..55 if objects.len() < MOST => return self.bear(),
            0..75 => What::Delete {
                uid: None,
                version: None,
                policy: self.policy(&object),
            },
            75..90 => What::Patch(json!({ "metadata": { "finalizers": null } })),
            _ => {
                let left = object["metadata"]["ownerReferences"].as_array();
                let left: Vec<&Value> = left.into_iter().flatten().skip(1).collect();
                What::Patch(json!({ "metadata": { "ownerReferences": left } }))
            }
        };
        Ask {
            kind,
            name: text(&object, "name").to_owned(),
            what,
            limited: false,
        }
    }

    /// Any. But where something that an object owns is being deleted already, the collector takes it for a cycle when the object
    /// is to wait for it: then it lets the object go, or has it wait, as it happens.
    fn policy(&mut self, object: &Value) -> Option<Policy> {
        let policies = [
            None,
            Some(Policy::Background),
            Some(Policy::Foreground),
            Some(Policy::Orphan),
        ];
        let policy = *self.one_of(&policies);
        let chance = policy == Some(Policy::Foreground) && self.kin().owns_deleted(object);
        policy.filter(|_| !chance)
    }

    /// Creates an object that others own.
    fn bear(&mut self) -> Ask {
        let kind = self.rng.usize(..KINDS.len());
        let mut body = bodies::smallest(kind);
        self.born += 1;
        let name = format!("o{}", self.born);
        let mut owners: Vec<Value> = (0..self.rng.usize(..3)).map(|_| self.owner()).collect();
        // If both went at once, it would be a matter of chance whether the collector takes the one that goes first from what is
        // held.
        if let [one, other] = &owners[..]
            && self.kin().are_related(one, other)
        {
            owners.pop();
        }
        body["metadata"] = json!({ "name": name, "ownerReferences": owners });
        if self.holds() && self.rng.u8(..3) == 0 {
            body["metadata"]["finalizers"] = json!([HELD]);
        }
        Ask {
            kind,
            name,
            what: What::Create(body),
            limited: false,
        }
    }

    /// In every other namespace finalizers hold objects, and there each owner waits for what it owns: otherwise it would be a
    /// matter of chance whether the collector sees what an owner has while it waits, or when it is gone.
    fn holds(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    /// One that is there and not being deleted, so that the collector looks at it again, or nobody.
    fn owner(&mut self) -> Value {
        let living = |object: &Value| object["metadata"]["deletionTimestamp"].is_null();
        let mut objects = self.objects();
        objects.retain(|(_, object)| living(object));
        let blocks = self.holds() || self.rng.bool();
        if objects.is_empty() || self.rng.u8(..10) == 0 {
            return reference(0, "nobody", "nobody", blocks);
        }
        let (kind, object) = &objects[self.rng.usize(..objects.len())];
        reference(*kind, text(object, "name"), &api_model::uid(object), blocks)
    }

    fn objects(&self) -> Vec<(At, Value)> {
        let of_kind = |kind| {
            self.model
                .list(kind)
                .map(move |object| (kind, object.clone()))
        };
        (0..KINDS.len()).flat_map(of_kind).collect()
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.rng.usize(..of.len())]
    }

    /// Waits until the collector knows what was written of a kind before: an object that nobody owns is gone by then. Where an
    /// owner goes before the collector knows what it owns, orphans are deleted as well.
    async fn until_seen(&mut self, kind: At) -> Result<()> {
        let mut body = bodies::smallest(kind);
        let owner = reference(0, "nobody", "nobody", true);
        body["metadata"] = json!({ "name": "probe", "ownerReferences": [owner] });
        let path = wire::collection(kind, &self.namespace);
        must(&self.client, Method::POST, &path, &body).await?;
        until_gone(&self.client, &format!("{path}/probe")).await
    }

    fn kin(&self) -> Kin {
        Kin::new(self.objects())
    }

    async fn rest(&mut self) -> Result<()> {
        self.rest_from("").await
    }

    /// Waits until there is what the model has once its controllers have nothing left to do.
    async fn rest_from(&mut self, kin: &str) -> Result<()> {
        self.model.collect_all();
        let end = Instant::now() + PATIENCE;
        for kind in 0..KINDS.len() {
            while let Some((name, difference)) = self.list_difference(kind).await? {
                if Instant::now() > end || self.difference.is_some() {
                    let before = self.story.last();
                    let now = self.kin();
                    let told = format!(
                        "{difference}\n  after\n{before}  when there was\n{kin}  and the model has now\n{now}"
                    );
                    self.differs(kind, &name, &told);
                    return Ok(());
                }
                sleep(Duration::from_millis(30)).await;
            }
        }
        Ok(())
    }

    async fn change(&mut self, kind: At, object: &Value, patch: Value) -> Result<()> {
        let ask = Ask {
            kind,
            name: text(object, "name").to_owned(),
            what: What::Patch(patch),
            limited: false,
        };
        self.ask(ask).await
    }

    /// The namespace is deleted, and what is held in it let go.
    async fn die(&mut self) -> Result<()> {
        if self.difference.is_some() {
            return Ok(());
        }
        // Owners go one after the other, and the collector may or may not have taken one that is gone from what is held.
        for (kind, object) in self.objects() {
            if self.model.get(kind, text(&object, "name")).is_some() {
                let alone = json!({ "metadata": { "ownerReferences": null } });
                self.change(kind, &object, alone).await?;
                self.rest().await?;
            }
        }
        let path = format!("/api/v1/namespaces/{}", self.namespace);
        must(&self.client, Method::DELETE, &path, &Value::Null).await?;
        self.model.begin_to_delete();
        self.rest().await?;
        for (kind, object) in self.objects() {
            let release = json!({ "metadata": { "finalizers": null } });
            self.change(kind, &object, release).await?;
        }
        self.model.finish_to_delete();
        self.rest().await?;
        ensure!(self.model.phase() == Phase::Gone, "the model keeps it");
        until_gone(&self.client, &path).await
    }
}

fn reference(kind: At, name: &str, uid: &str, blocks: bool) -> Value {
    json!({
        "apiVersion": KINDS[kind].api_version(), "kind": KINDS[kind].kind, "name": name, "uid": uid,
        "blockOwnerDeletion": blocks,
    })
}

async fn until_gone(client: &Client, path: &str) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while send(client, Method::GET, path, &Value::Null, false)
        .await?
        .code
        != 404
    {
        ensure!(Instant::now() < end, "{path} does not go");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
