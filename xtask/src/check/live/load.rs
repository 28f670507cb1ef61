// SPDX-License-Identifier: Apache-2.0

//! Users: they create, change and delete machines, and meddle with what is made of them, past the proxy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use fastrand::Rng;
use http::{Method, Request};
use kube::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::history::History;
use super::rules::wanted::interfaces;
use super::shape::{SHAPE, SQUATTER, Shape, interface};
use super::world::{Key, Kind, Known, World};

/// How often a user looks whether a machine has what it declares.
const LOOK: Duration = Duration::from_millis(100);
/// What a user waits for at most before the next act.
const PATIENCE: Duration = Duration::from_secs(4);

/// How much users do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    pub(super) namespaces: usize,
    pub(super) machines: usize,
    /// Who act at once.
    pub(super) users: usize,
    pub(super) seed: u64,
}

/// Users at work. They end with this.
pub(super) struct Load {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

struct Shared {
    client: Client,
    history: Arc<History>,
    crowd: Crowd,
    next: AtomicUsize,
    ended: AtomicBool,
    paused: AtomicBool,
    acts: AtomicU64,
}

/// The namespace of this number.
pub(super) fn namespace(number: usize) -> String {
    format!("live-{number}")
}

impl Load {
    /// Users begin: first all machines are created.
    pub(super) fn begin(client: Client, history: Arc<History>, crowd: Crowd) -> Self {
        let shared = Arc::new(Shared {
            client,
            history,
            crowd,
            next: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            acts: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        for user in 0..crowd.users {
            let rng = Rng::with_seed(crowd.seed.wrapping_add(user as u64));
            let user = User {
                shared: shared.clone(),
                rng,
            };
            tasks.spawn(user.live());
        }
        Self { shared, tasks }
    }

    /// Users rest, or go on.
    pub(super) fn pause(&self, paused: bool) {
        self.shared.paused.store(paused, Ordering::Relaxed);
    }

    /// Whether all machines were created once.
    pub(super) fn has_filled(&self) -> bool {
        self.shared.next.load(Ordering::Relaxed) >= self.shared.crowd.machines
    }

    /// Users finish what they are at; how much they did.
    pub(super) async fn end(mut self) -> Result<u64> {
        self.shared.ended.store(true, Ordering::Relaxed);
        while let Some(user) = self.tasks.join_next().await {
            user.context("a user")?;
        }
        self.shared.clear().await?;
        Ok(self.shared.acts.load(Ordering::Relaxed))
    }
}

impl Shared {
    /// Takes away the interfaces that stand in the way of machines.
    async fn clear(&self) -> Result<()> {
        self.history.catch_up().await?;
        let squatters: Vec<(Key, String)> = {
            let book = self.history.book();
            let all = book.world.of(Kind::NetworkInterface);
            let squatters =
                all.filter(|(_, known)| known.at("/metadata/labels")[SQUATTER] == "yes");
            let named = squatters.map(|(key, known)| (key.clone(), known.uid().to_owned()));
            named.collect()
        };
        for (key, uid) in squatters {
            self.delete(&key, uid).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &Key, uid: String) -> Result<()> {
        let body = json!({ "preconditions": { "uid": uid } });
        self.history.book().taken.insert((key.clone(), uid));
        self.send(Method::DELETE, &path(key), &body).await
    }

    /// Sends what may be refused, as others may have been faster.
    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<()> {
        let content = if method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("{path}?fieldManager=check"))
            .header("content-type", content)
            .body(serde_json::to_vec(body)?)?;
        match self.client.request_text(request).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if [404, 409].contains(&status.code) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The path of an object.
pub(super) fn path(key: &Key) -> String {
    format!("{}/{}", collection(key), key.name)
}

fn collection(key: &Key) -> String {
    let api = key.kind.api();
    format!(
        "/apis/{}/namespaces/{}/{}",
        api.api_version(),
        key.namespace,
        api.plural
    )
}

/// What a user does next to a machine.
enum Act {
    Create(Shape),
    Change(Shape),
    Delete(String),
    /// Takes away something that was made for it.
    Meddle(Key, String),
    /// Writes to an interface that was made for it.
    Overwrite(Key),
    /// Has an interface of the name of one that may be made for it.
    Squat(Key),
}

struct User {
    shared: Arc<Shared>,
    rng: Rng,
}

impl User {
    async fn live(mut self) {
        while !self.shared.ended.load(Ordering::Relaxed) {
            if self.shared.paused.load(Ordering::Relaxed) {
                sleep(LOOK).await;
                continue;
            }
            let first = self.shared.next.fetch_add(1, Ordering::Relaxed);
            let machine = self.machine(first);
            let done = self.act(&machine).await;
            if done.is_ok() {
                self.shared.acts.fetch_add(1, Ordering::Relaxed);
                self.wait(&machine).await;
            } else {
                // The API server is away, or has just come back and much to do.
                sleep(LOOK * self.rng.u32(5..30)).await;
            }
        }
    }

    /// Each once, then any.
    fn machine(&mut self, first: usize) -> Key {
        let crowd = self.shared.crowd;
        let number = if first < crowd.machines {
            first
        } else {
            self.rng.usize(..crowd.machines)
        };
        let namespace = namespace(number % crowd.namespaces);
        Key::new(Kind::Machine, &namespace, &format!("m{number:05}"))
    }

    async fn act(&mut self, machine: &Key) -> Result<()> {
        let act = {
            let shared = self.shared.clone();
            let book = shared.history.book();
            self.choose(machine, &book.world)
        };
        let shared = &self.shared;
        match act {
            Act::Create(shape) => {
                let body = shape.machine(&machine.name);
                shared.send(Method::POST, &collection(machine), &body).await
            }
            Act::Change(shape) => {
                shared
                    .send(Method::PATCH, &path(machine), &shape.patch())
                    .await
            }
            Act::Delete(uid) => shared.delete(machine, uid).await,
            Act::Meddle(key, uid) => shared.delete(&key, uid).await,
            Act::Overwrite(key) => {
                let body = json!({ "metadata": { "labels": { "turn": "wrong" } } });
                shared.send(Method::PATCH, &path(&key), &body).await
            }
            Act::Squat(key) => self.squat(&key).await,
        }
    }

    fn choose(&mut self, machine: &Key, world: &World) -> Act {
        let Some(known) = world.get(machine) else {
            return Act::Create(Shape::draw(&mut self.rng));
        };
        let shape = Shape::parse(known.text(&format!(
            "/metadata/annotations/{}",
            SHAPE.replace('/', "~1")
        )));
        let shape = shape.unwrap_or_else(|| Shape::draw(&mut self.rng));
        let interface = machine.beside(Kind::NetworkInterface, &format!("{}-a", machine.name));
        match self.rng.u8(..20) {
            0..6 => Act::Delete(known.uid().to_owned()),
            6 if !shape.has_second() => {
                Act::Squat(machine.beside(Kind::NetworkInterface, &format!("{}-b", machine.name)))
            }
            7 => Self::meddle(&interface, world).unwrap_or(Act::Change(shape)),
            8 => {
                let prefix = interface.beside(Kind::Prefix, &format!("{}-0", interface.name));
                Self::meddle(&prefix, world).unwrap_or(Act::Change(shape))
            }
            9 if world
                .get(&interface)
                .is_some_and(|known| known.manager().is_some()) =>
            {
                Act::Overwrite(interface)
            }
            _ => Act::Change(shape.change(&mut self.rng)),
        }
    }

    fn meddle(key: &Key, world: &World) -> Option<Act> {
        let known = world.get(key).filter(|known| known.manager().is_some())?;
        Some(Act::Meddle(key.clone(), known.uid().to_owned()))
    }

    /// An interface that is nobody's child, for a while.
    async fn squat(&mut self, key: &Key) -> Result<()> {
        // Few addresses, so that some are asked for twice.
        let body = interface(&key.name, &format!("198.51.100.{}", self.rng.u8(..16)));
        self.shared
            .send(Method::POST, &collection(key), &body)
            .await?;
        sleep(LOOK * self.rng.u32(1..30)).await;
        let uid = {
            let book = self.shared.history.book();
            let known = book.world.get(key);
            let squatter = known.filter(|known| known.at("/metadata/labels")[SQUATTER] == "yes");
            squatter.map(|known| known.uid().to_owned())
        };
        match uid {
            Some(uid) => self.shared.delete(key, uid).await,
            None => Ok(()),
        }
    }

    /// Mostly until the machine has what it declares, sometimes less.
    async fn wait(&mut self, machine: &Key) {
        let patience = PATIENCE.mul_f64(self.rng.f64());
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline && !self.is_settled(machine) {
            sleep(LOOK).await;
        }
    }

    fn is_settled(&self, machine: &Key) -> bool {
        let book = self.shared.history.book();
        let world = &book.world;
        let Some(known) = world.get(machine) else {
            return true;
        };
        interfaces(known).all(|(name, _)| {
            let interface = world.get(&machine.beside(Kind::NetworkInterface, &name));
            interface.is_some_and(|known: &Known| known.text("/status/state") == "Available")
        })
    }
}
