// SPDX-License-Identifier: Apache-2.0

//! Whether another allocator of prefixes may be at work in this cluster.

use std::time::Duration;

use kube::{Client, Error};
use tokio::time::sleep;
use tracing::warn;

use crate::world::Kind;
use ni_runtime::error::describe;

/// IronCore's own records of what it has allocated. This API does not have them.
const THEIRS: &str = "prefixallocations";

/// How long to wait between two attempts.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Waits until the API server has said that there is none: two would give addresses twice, as IronCore's overwrites records
/// without a precondition.
///
/// # Errors
/// If there may be one.
pub async fn none_other(client: &Client) -> anyhow::Result<()> {
    loop {
        match are_served(client).await {
            Ok(served) => {
                anyhow::ensure!(
                    !served,
                    "this cluster serves {THEIRS}, so IronCore's allocator may be at work, and two allocators give addresses \
                     twice: start with --prefix-allocation=external, or remove IronCore's API first"
                );
                return Ok(());
            }
            Err(error) => {
                warn!(
                    error = describe(&error),
                    "cannot check for another allocator: not writing until the check succeeds"
                );
                sleep(AGAIN_AFTER).await;
            }
        }
    }
}

async fn are_served(client: &Client) -> Result<bool, Error> {
    let version = Kind::Prefix.entry().api_version();
    match client.list_api_group_resources(&version).await {
        Ok(list) => Ok(list
            .resources
            .iter()
            .any(|resource| resource.name == THEIRS)),
        // The definitions are not there yet.
        Err(Error::Api(status)) if status.code == 404 => Ok(false),
        Err(error) => Err(error),
    }
}
