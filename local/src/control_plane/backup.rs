// SPDX-License-Identifier: Apache-2.0

//! Backups of a control plane, and what an operator does with them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::ByteString;
use serde_json::json;

use super::command_lines::DATA;
use super::http;
use super::servers::ControlPlane;

/// A copy of etcd's data.
#[derive(Clone, Debug)]
pub struct Backup(PathBuf);

impl ControlPlane {
    /// Makes a backup of this name. The servers are restarted for it: a copy of what is being written is none.
    pub async fn back_up(&mut self, name: &str) -> Result<Backup> {
        let backup = Backup(self.options.dir.join(format!("backup-{name}")));
        self.stop_servers().await;
        copy(&self.options.dir.join(DATA), &backup.0)?;
        self.start_servers().await?;
        Ok(backup)
    }

    /// Goes back to what a backup holds, as after a disaster: all servers are stopped, etcd's data is replaced, and they are
    /// started again, at the same addresses.
    pub async fn restore(&mut self, backup: &Backup) -> Result<()> {
        self.replace_data(backup).await?;
        self.start_servers().await
    }

    /// As [`restore`](Self::restore), and as `etcdutl snapshot restore --bump-revision --mark-compacted` does: before an API
    /// server is started, etcd's revision is raised beyond `revision`, and what was before is forgotten. So no version comes
    /// twice, and watches from before start over.
    pub async fn restore_beyond(&mut self, backup: &Backup, revision: i64) -> Result<()> {
        self.replace_data(backup).await?;
        self.start_etcd().await?;
        let missing = revision - self.revision().await?;
        // etcdutl is one more program to build; each write of whatever raises the revision by one.
        let writes = (0..missing.max(0)).map(|_| self.write_to_etcd());
        let writes = stream::iter(writes).buffer_unordered(AT_ONCE);
        writes.try_collect::<()>().await?;
        self.compact_etcd().await?;
        self.start_servers_of_kubernetes().await
    }

    async fn write_to_etcd(&self) -> Result<()> {
        let body = json!({ "key": ByteString(b"bump".to_vec()) });
        http::etcd(self.etcd_port(), "/v3/kv/put", &body).await?;
        Ok(())
    }

    async fn replace_data(&mut self, backup: &Backup) -> Result<()> {
        let data = self.options.dir.join(DATA);
        self.stop_servers().await;
        fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
        copy(&backup.0, &data)
    }
}

/// Writes under way at once.
const AT_ONCE: usize = 32;

/// Copies a folder that is there to one that is not.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let what = || format!("copying {} to {}", from.display(), to.display());
    fs::create_dir_all(to).with_context(what)?;
    for entry in fs::read_dir(from).with_context(what)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(what)?;
        }
    }
    Ok(())
}
