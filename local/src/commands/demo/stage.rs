// SPDX-License-Identifier: Apache-2.0

//! Where the demo happens: interfaces as their watch shows them, each change told as it comes.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::{Stream, StreamExt};
use ironcore_api::networking::NetworkInterface;
use k8s_openapi::jiff::Timestamp;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};

use super::columns;

/// How long one step of the story may take.
const PATIENCE: Duration = Duration::from_mins(1);

type Events = Pin<Box<dyn Stream<Item = watcher::Result<watcher::Event<NetworkInterface>>> + Send>>;

/// The interfaces of the demo.
pub(super) struct Stage {
    /// Speaks to the API server as a user.
    pub(super) client: Client,
    events: Events,
    /// What was last seen of each, by name.
    interfaces: BTreeMap<String, NetworkInterface>,
    told: BTreeMap<String, String>,
}

impl Stage {
    /// Begins to watch.
    pub(super) fn open(client: Client) -> Self {
        let api = Api::<NetworkInterface>::namespaced(client.clone(), "default");
        let events = watcher(api, watcher::Config::default())
            .default_backoff()
            .boxed();
        Self {
            client,
            events,
            interfaces: BTreeMap::new(),
            told: BTreeMap::new(),
        }
    }

    /// The interface `name`, once it was seen.
    pub(super) fn get(&self, name: &str) -> Option<&NetworkInterface> {
        self.interfaces.get(name)
    }

    /// Tells changes until all of `goals` hold; fails naming those that do not.
    pub(super) async fn until(&mut self, goals: &[Goal]) -> Result<()> {
        let reached = async {
            while goals.iter().any(|goal| !goal.holds(self)) {
                self.next().await?;
            }
            Ok(())
        };
        if let Ok(result) = tokio::time::timeout(PATIENCE, reached).await {
            return result;
        }
        let open: Vec<String> = goals
            .iter()
            .filter(|goal| !goal.holds(self))
            .map(|goal| goal.what.to_owned())
            .collect();
        bail!("not reached within {PATIENCE:?}: {}", open.join("; "))
    }

    /// Prints changes. It never returns.
    pub(super) async fn go_on(&mut self) -> Result<()> {
        loop {
            self.next().await?;
        }
    }

    /// Shows machines and interfaces in the API server's own columns.
    pub(super) async fn show(&self) -> Result<()> {
        for (group, plural) in [("compute", "machines"), ("networking", "networkinterfaces")] {
            self.show_all(group, plural).await?;
        }
        println!();
        Ok(())
    }

    /// Shows all objects of a kind.
    pub(super) async fn show_all(&self, group: &str, plural: &str) -> Result<()> {
        let path = format!("/apis/{group}.ironcore.dev/v1alpha1/namespaces/default/{plural}");
        println!(
            "\n$ kubectl get {plural}\n{}",
            columns::show(&self.client, &path).await?
        );
        Ok(())
    }

    async fn next(&mut self) -> Result<()> {
        match self
            .events
            .next()
            .await
            .context("the watch of interfaces ended")?
        {
            Ok(watcher::Event::Apply(interface) | watcher::Event::InitApply(interface)) => {
                let (name, line) = (interface.name_any(), describe(&interface));
                if self.told.get(&name) != Some(&line) {
                    println!("{}  {name:<26} {line}", clock());
                    self.told.insert(name.clone(), line);
                }
                self.interfaces.insert(name, interface);
            }
            Ok(watcher::Event::Delete(interface)) => {
                let name = interface.name_any();
                println!("{}  {name:<26} gone", clock());
                self.told.remove(&name);
                self.interfaces.remove(&name);
            }
            Ok(watcher::Event::Init | watcher::Event::InitDone) => {}
            Err(error) => {
                eprintln!("the watch of interfaces broke off, and is taken up again: {error}");
            }
        }
        Ok(())
    }
}

/// Something that the story waits for.
pub(super) struct Goal {
    /// In words.
    pub(super) what: &'static str,
    /// The interface.
    pub(super) interface: &'static str,
    /// Whether it is as wanted; none: it is gone.
    pub(super) test: Option<fn(&NetworkInterface) -> bool>,
}

impl Goal {
    fn holds(&self, stage: &Stage) -> bool {
        match (stage.get(self.interface), self.test) {
            (Some(interface), Some(test)) => test(interface),
            (interface, test) => interface.is_none() && test.is_none(),
        }
    }
}

fn clock() -> String {
    Timestamp::now().strftime("%H:%M:%S").to_string()
}

/// State, addresses, holder, and the reason where something waits.
fn describe(interface: &NetworkInterface) -> String {
    let status = interface.status.clone().unwrap_or_default();
    let state = status.state.unwrap_or_default().as_str();
    let parts = [
        (!status.ips.is_empty()).then(|| status.ips.join(",")),
        status.virtual_ip.map(|ip| format!("public {ip}")),
        interface
            .spec
            .machine_ref
            .as_ref()
            .map(|holder| format!("of {}", holder.name)),
    ];
    let has = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let condition = status
        .conditions
        .first()
        .filter(|condition| !condition.message.is_empty());
    let why = condition.map_or_else(String::new, |condition| format!(": {}", condition.message));
    format!("{state:<10} {has}{why}").trim_end().to_owned()
}
