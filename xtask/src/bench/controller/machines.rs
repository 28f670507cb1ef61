// SPDX-License-Identifier: Apache-2.0

//! The stored machines, and an emptied namespace.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use crate::bench::harness::objects::{EXTRA, machine};
use crate::bench::harness::plane::Plane;
use crate::bench::harness::writes;

/// How many are written at once.
const AT_ONCE: usize = 16;
/// For the API server to settle after deletions.
const REST: Duration = Duration::from_secs(2);

/// Machines that are stored, by their UIDs.
#[derive(Default)]
pub(crate) struct Machines {
    uids: Vec<String>,
}

impl Machines {
    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.uids.len()).unwrap_or(u32::MAX)
    }

    /// Stores more, until there are `count`.
    pub(crate) async fn grow(&mut self, plane: &Plane, count: u32) -> Result<()> {
        let collection = writes::collection("compute", "machines");
        let uids: Vec<String> = stream::iter(self.count()..count)
            .map(|index| {
                let (client, collection) = (plane.client.clone(), collection.clone());
                async move { writes::create(&client, &collection, &machine(index, false)).await }
            })
            .buffered(AT_ONCE)
            .map_ok(|written| written.metadata.uid)
            .try_collect()
            .await?;
        self.uids.extend(uids);
        Ok(())
    }

    /// Writes the UIDs to a file, one a line.
    pub(crate) fn file(&self, plane: &Plane) -> Result<PathBuf> {
        let path = plane.dir.join("machines");
        std::fs::write(&path, self.uids.join("\n")).context("writing the list of machines")?;
        Ok(path)
    }
}

/// Deletes all interfaces, and the machines that were added for latencies.
pub(crate) async fn empty(plane: &Plane) -> Result<()> {
    let machines = writes::collection("compute", "machines");
    writes::delete_all(
        &plane.client,
        &machines,
        &format!("&labelSelector={EXTRA}%3Dtrue"),
    )
    .await?;
    let interfaces = writes::collection("networking", "networkinterfaces");
    writes::empty(&plane.client, &interfaces).await?;
    plane.interfaces.all_gone().await?;
    sleep(REST).await;
    Ok(())
}
