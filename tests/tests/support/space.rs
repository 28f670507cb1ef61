// SPDX-License-Identifier: Apache-2.0

//! A namespace of a test's own, with a controller that looks after it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::DynamicObject;
use kube::{Api, Client};
use serde_json::{Value, json};

use super::controller::read;
use super::object::{change, dynamic, smallest};
use super::plane::shared;
use super::text::{entries, ip, makes, otherwise};
use super::wait::eventually;
use super::{kind, namespace, objects};

pub(crate) const MACHINE: &str = "Machine";
pub(crate) const NIC: &str = "NetworkInterface";
pub(crate) const NET: &str = "Network";
pub(crate) const VIP: &str = "VirtualIP";
pub(crate) const PREFIX: &str = "Prefix";

/// A namespace.
#[derive(Clone)]
pub(crate) struct Space {
    pub client: Client,
    pub name: String,
    /// The log of the controller, for failures.
    log: PathBuf,
}

impl Space {
    /// A new namespace of the shared API server, under the shared controller.
    pub(crate) async fn new() -> Self {
        let (plane, controller) = shared().await;
        Self::on(
            plane.client().await.expect("a client"),
            controller.log_file(),
        )
        .await
    }

    /// A new namespace.
    pub(crate) async fn on(client: Client, log: &Path) -> Self {
        let name = namespace(&client).await;
        Self {
            client,
            name,
            log: log.to_owned(),
        }
    }

    /// The namespace of this name.
    pub(crate) fn called(client: Client, name: &str) -> Self {
        Self {
            client,
            name: name.to_owned(),
            log: PathBuf::new(),
        }
    }

    /// The same namespace by another client, as after a restart of the API server.
    pub(crate) fn with_client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    /// As `new`, with the Network `net`.
    pub(crate) async fn with_network() -> Self {
        let this = Self::new().await;
        this.create(NET, "net", "").await;
        this
    }

    /// As `with_network`, with the machine `a`, whose entry `e` is made from this; answers its interface, Available.
    pub(crate) async fn with_machine(spec: &str) -> (Self, Value) {
        let this = Self::with_network().await;
        this.machine("a", &[makes("e", spec)]).await;
        let child = this.until(NIC, "a-e", "status.state = Available").await;
        (this, child)
    }

    pub(crate) fn api(&self, of: &str) -> Api<DynamicObject> {
        objects(&self.client, &self.name, &kind(of))
    }

    /// Stores the smallest object of its kind with these changes.
    pub(crate) async fn create(&self, of: &str, name: &str, changes: &str) -> Value {
        let object = self.try_create(of, name, changes, false).await;
        object.unwrap_or_else(|error| panic!("creating {of} {name}: {error}"))
    }

    pub(crate) async fn try_create(
        &self,
        of: &str,
        name: &str,
        changes: &str,
        dry_run: bool,
    ) -> kube::Result<Value> {
        let mut object = smallest(of);
        object["metadata"]["name"] = name.into();
        change(&mut object, changes);
        let params = PostParams {
            dry_run,
            ..PostParams::default()
        };
        self.api(of)
            .create(&params, &dynamic(object))
            .await
            .map(value)
    }

    /// An interface on the network `net`, with this address.
    pub(crate) async fn interface(&self, name: &str, address: &str, changes: &str) -> Value {
        let family = if address.contains(':') {
            "IPv6"
        } else {
            "IPv4"
        };
        let changes =
            format!("spec.ips = [{{value: '{address}'}}]; spec.ipFamilies = [{family}]; {changes}");
        self.create(NIC, name, &changes).await
    }

    /// A machine with these interfaces.
    pub(crate) async fn machine(&self, name: &str, interfaces: &[String]) -> Value {
        self.create(MACHINE, name, &entries(interfaces)).await
    }

    /// Merges `path = value; path -` into an object.
    pub(crate) async fn change(&self, of: &str, name: &str, changes: &str) -> Value {
        let (api, patch) = (self.api(of), Patch::Merge(merge(changes)));
        let changed = api.patch(name, &PatchParams::default(), &patch).await;
        value(changed.unwrap_or_else(|error| panic!("changing {of} {name}: {error}")))
    }

    /// As `change`, of the status.
    pub(crate) async fn report(&self, of: &str, name: &str, changes: &str) -> Value {
        let (api, patch) = (self.api(of), Patch::Merge(merge(changes)));
        let changed = api
            .patch_status(name, &PatchParams::default(), &patch)
            .await;
        value(changed.unwrap_or_else(|error| panic!("the status of {of} {name}: {error}")))
    }

    pub(crate) async fn delete(&self, of: &str, name: &str) {
        let deleted = self.api(of).delete(name, &DeleteParams::default()).await;
        deleted.unwrap_or_else(|error| panic!("deleting {of} {name}: {error}"));
    }

    /// Deletes the object, which stays, because somebody's finalizer holds it.
    pub(crate) async fn begin_delete(&self, of: &str, name: &str) {
        self.change(of, name, "metadata.finalizers = [example.org/hold]")
            .await;
        self.delete(of, name).await;
    }

    /// Takes the finalizer of `begin_delete` off.
    pub(crate) async fn finish_delete(&self, of: &str, name: &str) {
        self.change(of, name, "metadata.finalizers -").await;
        self.until_gone(of, name).await;
    }

    pub(crate) async fn find(&self, of: &str, name: &str) -> Option<Value> {
        self.api(of)
            .get_opt(name)
            .await
            .expect("an answer")
            .map(value)
    }

    pub(crate) async fn get(&self, of: &str, name: &str) -> Value {
        self.find(of, name)
            .await
            .unwrap_or_else(|| panic!("no {of} {name}"))
    }

    pub(crate) async fn list(&self, of: &str) -> Vec<Value> {
        let list = self
            .api(of)
            .list(&ListParams::default())
            .await
            .expect("a list");
        list.items.into_iter().map(value).collect()
    }

    /// Waits until the object is there and as the text says; answers it.
    pub(crate) async fn until(&self, of: &str, name: &str, expected: &str) -> Value {
        eventually(&format!("{of} {name}"), || async {
            let object = self.find(of, name).await;
            let object =
                object.ok_or_else(|| self.failure(&format!("{of} {name} is not there")))?;
            match otherwise(&object, expected) {
                Some(otherwise) => Err(self.failure(&otherwise)),
                None => Ok(object),
            }
        })
        .await
    }

    /// Waits until the object is another one of its name than this, and as the text says; answers it.
    pub(crate) async fn until_new(&self, of: &str, old: &Value, expected: &str) -> Value {
        let name = old["metadata"]["name"].as_str().expect("a name");
        eventually(&format!("another {of} {name}"), || async {
            let object = self.find(of, name).await.unwrap_or_default();
            match otherwise(&object, expected) {
                None if object["metadata"]["uid"] != old["metadata"]["uid"] => Ok(object),
                _ => Err(self.failure(&format!("still {object}"))),
            }
        })
        .await
    }

    pub(crate) async fn until_gone(&self, of: &str, name: &str) {
        eventually(&format!("{of} {name} is gone"), || async {
            self.find(of, name)
                .await
                .map_or(Ok(()), |object| Err(self.failure(&format!("{object}"))))
        })
        .await;
    }

    /// Waits until the controller has seen and handled, of every kind, objects that were stored after all that is there.
    pub(crate) async fn settle(&self) {
        let mark = self.mark().await;
        let entry = makes("e", &ip("192.0.2.1")).replace("name: net", &format!("name: {mark}"));
        self.machine(&mark, &[entry]).await;
        self.until(NIC, &format!("{mark}-e"), "status.state = Available")
            .await;
        for of in [MACHINE, VIP, NIC, NET] {
            self.delete(of, &mark).await;
        }
    }

    /// As `settle`, of every kind but machines: where the making of interfaces is what is disturbed.
    pub(crate) async fn settle_without_machines(&self) {
        let mark = self.mark().await;
        for of in [VIP, NIC, NET] {
            self.delete(of, &mark).await;
        }
    }

    async fn mark(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mark = format!("mark-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let on_its_network =
            format!("spec.networkRef.name = {mark}; spec.virtualIP.virtualIPRef.name = {mark}");
        self.create(NIC, &mark, &on_its_network).await;
        self.create(VIP, &mark, "").await;
        self.create(NET, &mark, "").await;
        self.until(NIC, &mark, "status.conditions.0.reason = VirtualIPPending")
            .await;
        mark
    }

    pub(crate) async fn delete_namespace(&self) {
        let api = Api::<Namespace>::all(self.client.clone());
        let deleted = api.delete(&self.name, &DeleteParams::default()).await;
        deleted.expect("a namespace that is being deleted");
    }

    pub(crate) async fn until_namespace_is_gone(&self) {
        let api = Api::<Namespace>::all(self.client.clone());
        eventually("the namespace is gone", || async {
            let namespace = api.get_opt(&self.name).await.expect("an answer");
            namespace.map_or(Ok(()), |namespace| {
                Err(self.failure(&format!("{:?}", namespace.status)))
            })
        })
        .await;
    }

    /// What the controller has logged of this namespace that is no plain news.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = read(&self.log);
        let lines = log.lines().filter(|line| line.contains(&self.name));
        lines
            .filter(|line| line.contains(" WARN ") || line.contains(" ERROR "))
            .map(str::to_owned)
            .collect()
    }

    /// A failure, with what the controller logged of this namespace.
    fn failure(&self, what: &str) -> String {
        let log = read(&self.log);
        let lines = log.lines().filter(|line| line.contains(&self.name));
        let lines: Vec<_> = lines.collect();
        let tail = lines[lines.len().saturating_sub(30)..].join("\n");
        format!("{what}\nthe controller on {}:\n{tail}", self.name)
    }
}

/// The merge patch of `path = value; path -`.
pub(crate) fn merge(changes: &str) -> Value {
    let nulls = changes
        .split(';')
        .map(str::trim)
        .map(|part| match part.strip_suffix(" -") {
            Some(path) => format!("{path} = null"),
            None => part.to_owned(),
        });
    let mut patch = json!({});
    change(&mut patch, &nulls.collect::<Vec<_>>().join(";"));
    patch
}

fn value(object: DynamicObject) -> Value {
    serde_json::to_value(object).expect("plain data")
}
