// SPDX-License-Identifier: Apache-2.0

//! What users have in a namespace, and go on changing.

use std::path::Path;

use serde_json::Value;

use crate::support::deployed::Cluster;
use crate::support::judged::MUTATE;
use crate::support::space::{MACHINE, NET, NIC, Space, VIP};
use crate::support::text::{check, entries, ip, makes};

/// A namespace with a machine, its interface, and a virtual IP.
pub(super) struct Work {
    space: Space,
    /// How often it was changed.
    changes: u8,
    /// All that is there, since the last change.
    stored: Vec<Value>,
}

impl Work {
    pub(super) async fn new(cluster: &Cluster) -> Self {
        let client = cluster.plane.client().await.expect("a client");
        let space = Space::on(client, Path::new("")).await;
        space.create(NET, "net", "").await;
        space.create(VIP, "v", "").await;
        space.report(VIP, "v", "status.ip = 203.0.113.1").await;
        space.machine("a", &[kept()]).await;
        let available = "status.state = Available; status.virtualIP = 203.0.113.1";
        space.until(NIC, "a-kept", available).await;
        // What is in the answer to a create, neither the schema nor the controller has filled in.
        let open = "spec.ips = [{value: 10.0.0.9}]; spec.ipFamilies = []";
        let own = space.create(NIC, "own", open).await;
        check(&own, "spec.ipFamilies = [IPv4]");
        space.until(NIC, "own", "status.state = Available").await;
        refused(&space).await;
        let stored = all(&space).await;
        Self {
            space,
            changes: 0,
            stored,
        }
    }

    /// What there was is as it was; what a user changes now is done.
    pub(super) async fn go_on(&mut self) {
        let Self {
            space,
            changes,
            stored,
        } = self;
        assert_eq!(all(space).await, *stored);
        *changes += 1;
        let address = format!("10.0.1.{changes}");
        let (new, old) = (format!("new{changes}"), format!("a-new{}", *changes - 1));
        let wanted = [kept(), makes(&new, &ip(&address))];
        space.change(MACHINE, "a", &entries(&wanted)).await;
        let available = format!("status.state = Available; status.ips = [{address}]");
        space.until(NIC, &format!("a-{new}"), &available).await;
        space.until_gone(NIC, &old).await;
        refused(space).await;
        let now = all(space).await;
        assert_eq!(untouched(&now), untouched(stored));
        *stored = now;
    }

    /// With its entries goes what was made for them, and the virtual IP is free again.
    pub(super) async fn end(self) {
        let Self { space, changes, .. } = self;
        space
            .change(MACHINE, "a", "spec.networkInterfaces = []")
            .await;
        for interface in ["a-kept".to_owned(), format!("a-new{changes}")] {
            space.until_gone(NIC, &interface).await;
        }
        space.until(VIP, "v", "spec.targetRef -").await;
        space.delete(MACHINE, "a").await;
        space.until_gone(MACHINE, "a").await;
    }
}

/// The entry that is there all the time.
fn kept() -> String {
    makes(
        "kept",
        &format!(
            "{}, virtualIP: {{virtualIPRef: {{name: v}}}}",
            ip("10.0.0.1")
        ),
    )
}

/// What is malformed is refused, by the webhook.
async fn refused(space: &Space) {
    let malformed = "spec.ips = [{value: 10.0.0.256}]";
    let refused = space.try_create(NIC, "malformed", malformed, false).await;
    let error = refused.expect_err("it is malformed").to_string();
    assert!(error.contains(MUTATE), "{error}");
}

/// What none of our changes touches.
fn untouched(all: &[Value]) -> Vec<&Value> {
    let touched = |object: &&Value| {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        name == "a" || name.starts_with("a-new")
    };
    all.iter().filter(|object| !touched(object)).collect()
}

async fn all(space: &Space) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in [NET, VIP, NIC, MACHINE] {
        all.extend(space.list(kind).await);
    }
    all
}
