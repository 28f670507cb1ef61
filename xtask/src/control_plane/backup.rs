//! Backups of a control plane, and what an operator does with them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::command_lines::DATA;
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
        let data = self.options.dir.join(DATA);
        self.stop_servers().await;
        fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
        copy(&backup.0, &data)?;
        self.start_servers().await
    }
}

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
