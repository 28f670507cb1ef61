// SPDX-License-Identifier: Apache-2.0

//! The same objects in etcd, behind a real API server.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::time::sleep;
use xtask::control_plane::ControlPlane;

use super::objects::{Kind, Objects};
use crate::bench::harness::plane;
use crate::bench::harness::writes;

/// How long the API server may take to show what was stored.
const PATIENCE: Duration = Duration::from_mins(5);
/// Objects that are stored at once.
const PART: u64 = 5_000;

/// A control plane that has the objects.
pub(super) struct Real {
    plane: ControlPlane,
    /// When all were stored.
    revision: i64,
}

impl Real {
    /// Starts one; returns when its API server shows all of them.
    pub(super) async fn start(objects: Objects, dir: &Path) -> Result<Self> {
        // The Lease is in the benchmark's namespace.
        let (plane, client) = plane::start(dir, |_| ()).await?;
        for kind in Kind::ALL {
            store(&plane, objects, kind).await?;
        }
        for kind in Kind::ALL {
            let begun = Instant::now();
            while count(&client, kind).await? < objects.count(kind) {
                ensure!(
                    begun.elapsed() < PATIENCE,
                    "the API server does not show all {}",
                    kind.plural()
                );
                sleep(Duration::from_millis(200)).await;
            }
        }
        let revision = plane.revision().await?;
        Ok(Self { plane, revision })
    }

    pub(super) fn kubeconfig(&self) -> PathBuf {
        self.plane.kubeconfig().to_owned()
    }

    /// How many of the objects were written since they were stored.
    pub(super) async fn writes(&self) -> Result<u64> {
        let mut all = 0;
        for kind in Kind::ALL {
            let folder = folder(kind);
            all += self.plane.written_since(&folder, self.revision).await?;
        }
        Ok(all)
    }

    pub(super) async fn stop(self) {
        self.plane.stop().await;
    }
}

/// Where etcd has the objects of a kind.
fn folder(kind: Kind) -> String {
    let (api_version, _) = kind.head();
    let group = api_version.split('/').next().unwrap_or_default();
    format!("/registry/{group}/{}/", kind.plural())
}

async fn store(plane: &ControlPlane, objects: Objects, kind: Kind) -> Result<()> {
    let count = objects.count(kind);
    let mut from = 0;
    while from < count {
        let until = count.min(from + PART);
        let pair = |number| {
            let place = objects.place(kind, number);
            let key = format!("{}{}/{}", folder(kind), place.namespace, place.name);
            (key, objects.text(kind, number))
        };
        let part: Vec<_> = (from..until).map(pair).collect();
        plane.put_in_etcd(&part).await?;
        from = until;
    }
    Ok(())
}

/// How many objects of a kind the API server has.
async fn count(client: &kube::Client, kind: Kind) -> Result<u64> {
    let (api_version, _) = kind.head();
    let uri = format!("/apis/{api_version}/{}?limit=1", kind.plural());
    let list = writes::read_at(client, &uri).await?;
    let shown = list["items"].as_array().map_or(0, Vec::len) as u64;
    let more = &list["metadata"]["remainingItemCount"];
    let more = if more.is_null() {
        &Value::from(0)
    } else {
        more
    };
    Ok(shown + more.as_u64().context("a list without a count")?)
}
