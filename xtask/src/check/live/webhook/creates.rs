// SPDX-License-Identifier: Apache-2.0

//! Users who create machines, every other of them malformed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use http::Request;
use kube::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Where they are created.
pub(super) const COLLECTION: &str =
    "/apis/compute.ironcore.dev/v1alpha1/namespaces/default/machines";
/// How many are under way at once.
const AT_ONCE: usize = 8;

/// What became of creates.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    pub(super) creates: u64,
    /// Malformed, and refused by the rules.
    pub(super) refused: u64,
    /// Calls that failed, by what went on.
    pub(super) failed: BTreeMap<&'static str, u64>,
    /// What must not be.
    pub(super) wrong: Vec<String>,
}

/// Creates that go on until they are ended.
pub(super) struct Creates {
    shared: Arc<Shared>,
    tasks: JoinSet<Result<()>>,
}

struct Shared {
    client: Client,
    next: AtomicU64,
    ended: AtomicBool,
    count: Mutex<Count>,
    phase: Mutex<Phase>,
}

/// What goes on meanwhile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phase {
    pub(super) name: &'static str,
    /// No call may fail.
    pub(super) orderly: bool,
}

impl Creates {
    pub(super) fn begin(client: Client, phase: Phase) -> Self {
        let shared = Arc::new(Shared {
            client,
            next: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            count: Mutex::default(),
            phase: Mutex::new(phase),
        });
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            tasks.spawn(shared.clone().create());
        }
        Self { shared, tasks }
    }

    /// Another phase begins.
    pub(super) fn enter(&self, phase: Phase) {
        *locked(&self.shared.phase) = phase;
    }

    /// How many there were so far.
    pub(super) fn so_far(&self) -> u64 {
        locked(&self.shared.count).creates
    }

    /// What became of them. What is stored is looked at as well.
    pub(super) async fn end(mut self) -> Result<Count> {
        self.shared.ended.store(true, Ordering::Relaxed);
        while let Some(done) = self.tasks.join_next().await {
            done.context("creates")??;
        }
        let mut count = locked(&self.shared.count).clone();
        let stored = self
            .shared
            .client
            .request::<Value>(Request::get(COLLECTION).body(Vec::new())?);
        let stored = stored.await?;
        for machine in stored["items"].as_array().into_iter().flatten() {
            if is_malformed(machine) {
                count.wrong.push(format!(
                    "malformed and stored: {}",
                    machine["metadata"]["name"]
                ));
            }
        }
        Ok(count)
    }
}

impl Shared {
    async fn create(self: Arc<Self>) -> Result<()> {
        while !self.ended.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let malformed = number % 2 == 1;
            let body = machine(&format!("w{number:06}"), malformed);
            let begun = *locked(&self.phase);
            let answer = post(&self.client, &body, "").await;
            let ended = *locked(&self.phase);
            let mut count = locked(&self.count);
            count.creates += 1;
            match answer {
                Ok(()) if malformed => count
                    .wrong
                    .push(format!("let through while {}: {body}", ended.name)),
                Ok(()) => {}
                Err(kube::Error::Api(status)) if status.reason == "Invalid" => {
                    if malformed {
                        count.refused += 1;
                    } else {
                        count
                            .wrong
                            .push(format!("refused while {}: {}", ended.name, status.message));
                    }
                }
                Err(error) => {
                    *count.failed.entry(ended.name).or_default() += 1;
                    if begun.orderly && ended.orderly {
                        count
                            .wrong
                            .push(format!("failed while {}: {error}", ended.name));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Creates a machine, or says why not.
pub(super) async fn post(client: &Client, body: &Value, query: &str) -> kube::Result<()> {
    let request = Request::post(format!("{COLLECTION}{query}"))
        .header("content-type", "application/json")
        .body(serde_json::to_vec(body).map_err(kube::Error::SerdeError)?);
    client
        .request_text(request.map_err(kube::Error::HttpError)?)
        .await?;
    Ok(())
}

/// One that is right, or one that only the webhook can tell is wrong: the definitions do not judge labels of templates.
pub(super) fn machine(name: &str, malformed: bool) -> Value {
    let label = if malformed { "not a label!" } else { "right" };
    let spec = json!({
        "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [{ "value": "192.0.2.1" }],
    });
    let template = json!({ "metadata": { "labels": { "word": label } }, "spec": spec });
    json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine",
        "metadata": { "name": name },
        "spec": {
            "machineClassRef": { "name": "small" },
            "networkInterfaces": [{ "name": "a", "ephemeral": { "networkInterfaceTemplate": template } }],
        },
    })
}

fn is_malformed(machine: &Value) -> bool {
    let label = "/spec/networkInterfaces/0/ephemeral/networkInterfaceTemplate/metadata/labels/word";
    machine.pointer(label).is_none_or(|label| label != "right")
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_machine_is_known_where_it_is_stored() {
        assert!(is_malformed(&machine("a", true)));
        assert!(!is_malformed(&machine("a", false)));
    }
}
