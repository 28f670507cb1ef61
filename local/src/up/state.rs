// SPDX-License-Identifier: Apache-2.0

//! What is remembered of a system that runs in the background.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

use crate::process::{Identity, Tied, stop};
use crate::repo;

/// A system: what runs, and how to reach it.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    /// The name it was started under.
    pub name: String,
    /// The administrator's.
    pub kubeconfig: PathBuf,
    /// In the order of their start.
    pub servers: Vec<Server>,
}

/// One of its processes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Server {
    /// The program's.
    pub name: String,
    /// Pid and start time.
    pub process: Identity,
    /// Where it listens, on 127.0.0.1.
    pub port: Option<u16>,
    /// Its output.
    pub log: Option<PathBuf>,
}

impl Server {
    /// Of a process that runs.
    pub fn of(process: &Tied, port: Option<u16>) -> Self {
        let (name, log) = (process.name().to_owned(), process.log().map(Path::to_owned));
        Self {
            name,
            process: process.identity().clone(),
            port,
            log,
        }
    }
}

impl State {
    /// The folder of the system of this name.
    pub fn dir(name: &str) -> PathBuf {
        repo::up_dir().join(name)
    }

    /// What is known of the system of this name.
    pub fn load(name: &str) -> Result<Option<Self>> {
        let path = file(name);
        if !path.exists() {
            return Ok(None);
        }
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let state = serde_json::from_str(&text);
        state.map(Some).with_context(|| {
            format!(
                "{} is damaged: end its processes and remove it",
                path.display()
            )
        })
    }

    /// Whole or not at all: a `down` at this moment must see every process or none.
    pub fn save(&self) -> Result<()> {
        let path = file(&self.name);
        let unfinished = path.with_extension("unfinished");
        let written = fs::write(&unfinished, serde_json::to_vec_pretty(self)?);
        written
            .and_then(|()| fs::rename(&unfinished, &path))
            .with_context(|| format!("writing {}", path.display()))
    }

    /// Servers that run.
    pub fn alive(&self) -> impl Iterator<Item = &Server> {
        self.servers
            .iter()
            .filter(|server| server.process.is_alive())
    }

    /// Servers that have ended.
    pub fn ended(&self) -> impl Iterator<Item = &Server> {
        self.servers
            .iter()
            .filter(|server| !server.process.is_alive())
    }

    /// Ends what runs, the last one first, and removes the folder.
    pub async fn down(&self) -> Result<()> {
        for server in self.servers.iter().rev() {
            stop(&server.process, grace(&server.name)).await;
            ensure!(
                !server.process.is_alive(),
                "{} (pid {}) does not end",
                server.name,
                server.process.pid
            );
        }
        let dir = Self::dir(&self.name);
        fs::remove_dir_all(&dir).with_context(|| format!("removing {}", dir.display()))
    }
}

/// Only ours have something to finish; the rest is thrown away with its data.
fn grace(server: &str) -> Duration {
    if server.starts_with("ni-") {
        Duration::from_secs(10)
    } else {
        Duration::ZERO
    }
}

fn file(name: &str) -> PathBuf {
    State::dir(name).join("state.json")
}

/// The names of all systems that there is a state of.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(repo::up_dir()).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.retain(|name| file(name).exists());
    names.sort();
    names
}

/// Keeps others from starting or ending the system of this name until dropped.
pub fn lock(name: &str) -> Result<File> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    ensure!(
        !name.is_empty() && name.len() <= 40 && name.chars().all(good),
        "`{name}` cannot be a name: use up to 40 lower-case letters, digits and `-`"
    );
    let dir = repo::up_dir();
    fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
    let file = File::create(dir.join(format!("{name}.lock")))?;
    let locked = file.try_lock();
    locked.map_err(|_| {
        anyhow!("another `cargo xtask` is starting or ending `{name}`: try again when it is done")
    })?;
    Ok(file)
}
