// SPDX-License-Identifier: Apache-2.0

//! One namespace: its model, its requests, and what has come to differ.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use api_model::{Answer, Definition, Refusal, Reported, Server, What as Happened};
use fastrand::Rng;
use http::Method;
use ironcore_api::KINDS;
use kube::Client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::asks::{Ask, What};
use super::disasters::Ahead;
use super::draw::Draw;
use super::rights;
use super::same;
use super::story::Story;
use super::twins::{MODEL, Twins};
use super::watching::{Event, Watching};
use super::wire::{self, Seen};
use super::{At, Figures, Outcome};

/// How long events may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A namespace and its model.
pub(super) struct Shard {
    pub(super) client: Client,
    pub(super) number: usize,
    pub(super) namespace: String,
    pub(super) model: Server<At>,
    pub(super) rng: Rng,
    pub(super) figures: Figures,
    pub(super) difference: Option<String>,
    pub(super) twins: Twins,
    pub(super) story: Story,
    pub(super) watching: Watching,
    /// How many events of each kind were compared.
    pub(super) heard: [usize; KINDS.len()],
    /// From which version on lists with `resourceVersion=0` may be.
    pub(super) shown: [u64; KINDS.len()],
    pub(super) ahead: Vec<Ahead>,
    /// How many objects were made by the way that gives each a name of its own.
    pub(super) born: usize,
}

impl Shard {
    /// Makes the namespace.
    pub(super) async fn start(
        client: &Client,
        definitions: &Arc<BTreeMap<At, Definition>>,
        watching: &Watching,
        number: usize,
        seed: u64,
    ) -> Result<Self> {
        let namespace = format!("model-{number}");
        let body = json!({ "metadata": { "name": namespace } });
        wire::must(client, Method::POST, "/api/v1/namespaces", &body).await?;
        Ok(Self {
            client: client.clone(),
            number,
            namespace,
            model: Server::new(MODEL, 1).with_definitions(definitions.clone()),
            rng: Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number as u64)),
            figures: Figures::default(),
            difference: None,
            twins: Twins::default(),
            story: Story::default(),
            watching: watching.clone(),
            heard: [0; KINDS.len()],
            shown: [0; KINDS.len()],
            ahead: Vec::new(),
            born: 0,
        })
    }

    /// Compares so many requests more, and all events; ends at the first difference.
    pub(super) async fn run(&mut self, requests: usize) -> Result<()> {
        let end = self.figures.requests + requests;
        let mut next_turn = self.figures.requests + self.rng.usize(200..600);
        while self.figures.requests < end && self.difference.is_none() {
            if self.figures.requests >= next_turn {
                self.turn().await?;
                self.compare_events().await?;
                next_turn = self.figures.requests + self.rng.usize(200..600);
            }
            self.step().await?;
        }
        self.compare_events().await
    }

    /// What there is to say.
    pub(super) fn end(mut self) -> Outcome {
        self.figures.differences = usize::from(self.difference.is_some());
        Outcome {
            figures: self.figures,
            stories: self.difference.into_iter().collect(),
        }
    }

    /// One request, of any sort.
    pub(super) async fn step(&mut self) -> Result<()> {
        match self.rng.u8(..100) {
            0..3 => self.list().await,
            3..6 => self.old_list().await,
            6 => self.streaming_list().await,
            7 => self.resumed_watch().await,
            _ => {
                let mut draw = Draw {
                    rng: &mut self.rng,
                    model: &self.model,
                    twins: &self.twins,
                };
                let ask = draw.ask();
                self.ask(ask).await
            }
        }
    }

    /// Asks both.
    pub(super) async fn ask(&mut self, ask: Ask) -> Result<()> {
        let for_server = self.for_server(&ask);
        let mut real = wire::ask(&self.client, &self.namespace, &for_server).await?;
        if ask.name.is_empty() && real.code == 201 {
            let name = real.body["metadata"]["name"].as_str().unwrap_or_default();
            self.model.set_suffix(&name[name.len().saturating_sub(5)..]);
        }
        self.limit(ask.kind, ask.limited);
        let start = Instant::now();
        let answer = self.model.serve(ask.kind, &ask.name, &ask.request());
        self.figures.modelled += start.elapsed();
        self.limit(ask.kind, false);
        self.figures.requests += 1;
        let end = Instant::now() + PATIENCE;
        if self.missed_a_conflict(&ask, &answer, &real) {
            self.figures.sent_again += 1;
        }
        while self.missed_a_conflict(&ask, &answer, &real) && Instant::now() < end {
            real = wire::ask(&self.client, &self.namespace, &for_server).await?;
        }
        self.story
            .add(ask.kind, &ask.name, told(&ask, &real, &answer));
        let difference = same::difference(&ask, &self.namespace, &answer, &real, &mut self.twins);
        if let Some(difference) = difference {
            self.differs(ask.kind, &ask.name, &difference);
        }
        Ok(())
    }

    /// Whether the server took a patch for one that changes nothing, and wrote nothing, although it names an older version.
    ///
    /// It applies a patch to what its watch cache has. If that is behind and has the version that the patch names, and the patch
    /// changes nothing of it, then it reads etcd and compares bytes, which do not contain the version: where the object has changed
    /// and changed back meanwhile, they are equal, and the answer is 200 with the newest version (`GuaranteedUpdate` of
    /// `k8s.io/apiserver/pkg/storage/etcd3`). Asked again with a cache that has caught up, it refuses the patch.
    fn missed_a_conflict(&self, ask: &Ask, answer: &Answer, real: &Seen) -> bool {
        let conflict = matches!(answer, Answer::Refused(Refusal::Conflict));
        let stored = self.model.get(ask.kind, &ask.name);
        let version = stored.and_then(|object| object["metadata"]["resourceVersion"].as_str());
        let unchanged = version.is_some_and(|version| {
            real.body["metadata"]["resourceVersion"] == *self.twins.real_version(version)
        });
        conflict && real.code == 200 && unchanged
    }

    /// Has the model ask as the user who may do little, or not.
    fn limit(&mut self, kind: At, limited: bool) {
        use api_model::Verb;
        for verb in [
            Verb::Get,
            Verb::Create,
            Verb::Patch,
            Verb::PatchStatus,
            Verb::Delete,
        ] {
            self.model
                .set_right(kind, verb, !limited || rights::may(kind, verb));
        }
    }

    fn for_server(&self, ask: &Ask) -> Ask {
        let real = |body: &Value| self.twins.for_server(body, &self.namespace);
        let what = match &ask.what {
            What::Get => What::Get,
            What::Create(body) => What::Create(real(body)),
            What::Patch(body) => What::Patch(real(body)),
            What::PatchStatus(body) => What::PatchStatus(real(body)),
            What::Delete {
                uid,
                version,
                policy,
            } => What::Delete {
                uid: uid.as_deref().map(|uid| self.twins.real_uid(uid)),
                version: version
                    .as_deref()
                    .map(|version| self.twins.real_version(version)),
                policy: *policy,
            },
        };
        Ask {
            what,
            ..ask.clone()
        }
    }

    /// Compares the events of all kinds that have come since, and waits for those that must.
    pub(super) async fn compare_events(&mut self) -> Result<()> {
        for kind in 0..KINDS.len() {
            let expected: Vec<_> = self
                .model
                .events_since(kind, 0)
                .skip(self.heard[kind])
                .cloned()
                .collect();
            let end = Instant::now() + PATIENCE;
            let events = loop {
                let events = self
                    .watching
                    .events(kind, &self.namespace, self.heard[kind])?;
                if events.len() >= expected.len()
                    || Instant::now() > end
                    || self.difference.is_some()
                {
                    break events;
                }
                sleep(Duration::from_millis(20)).await;
            };
            if events.len() != expected.len() {
                let last = events
                    .last()
                    .map(|event| format!("{} {}", event.what, event.object));
                self.differs(
                    kind,
                    "",
                    &format!(
                        "the model has {} new events, the server {}, the last {last:?}",
                        expected.len(),
                        events.len()
                    ),
                );
            }
            for (reported, event) in expected.iter().zip(&events) {
                self.compare_event(kind, reported, event);
            }
            self.heard[kind] += expected.len();
        }
        Ok(())
    }

    pub(super) fn compare_event(&mut self, kind: At, reported: &Reported, event: &Event) {
        self.figures.events += 1;
        let expected = match reported.what {
            Happened::Added => "ADDED",
            Happened::Modified => "MODIFIED",
            Happened::Deleted => "DELETED",
            Happened::Bookmark => "BOOKMARK",
        };
        let difference = if expected != event.what {
            Some(format!("the model says {expected}: {}", event.object))
        } else if reported.what == Happened::Bookmark {
            self.bookmark_difference(reported, event)
        } else {
            let (model, real) = (&reported.object, &event.object);
            same::object_difference(model, real, &self.namespace, &mut self.twins)
        };
        if let Some(difference) = difference {
            let name = reported.object["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            self.differs(kind, &name, &format!("event {}: {difference}", event.what));
        }
    }

    fn bookmark_difference(&self, reported: &Reported, event: &Event) -> Option<String> {
        let (model, real) = (&reported.object, &event.object);
        let same = ["kind", "apiVersion"]
            .iter()
            .all(|field| model[field] == real[field])
            && model["metadata"]["annotations"] == real["metadata"]["annotations"]
            && self.twins.is_newest(
                real["metadata"]["resourceVersion"]
                    .as_str()
                    .unwrap_or_default(),
            );
        (!same).then(|| format!("the model's is {model}, the server's {real}"))
    }

    /// The first difference counts: what follows may follow from it.
    pub(super) fn differs(&mut self, kind: At, name: &str, difference: &str) {
        let (namespace, requests) = (&self.namespace, self.figures.requests);
        let story = self.story.of(kind, name);
        self.difference.get_or_insert_with(|| {
            format!(
                "{namespace}, request {requests}, {}/{name}:\n{story}  {difference}",
                KINDS[kind].plural
            )
        });
    }
}

fn told(ask: &Ask, real: &Seen, answer: &Answer) -> String {
    let said = match real.code {
        ..300 => format!("version {}", real.body["metadata"]["resourceVersion"]),
        _ => format!(
            "{} {}",
            real.body["message"], real.body["details"]["causes"]
        ),
    };
    let object = match answer {
        Answer::Object(object) => object["metadata"]["resourceVersion"]
            .as_str()
            .unwrap_or_default(),
        _ => "",
    };
    format!(
        "{} → {} {said} (model: {:?} {object})",
        ask.told(),
        real.code,
        answer.code()
    )
}
