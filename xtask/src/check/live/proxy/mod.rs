// SPDX-License-Identifier: Apache-2.0

//! A proxy on loopback between controllers and the API server: it speaks TLS and HTTP to both, and does harm by a script.

mod answers;
mod flow;
mod lists;
mod script;
mod serve;
mod tally;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;
use kube::Client;
use tokio::task::JoinHandle;

use super::Wanted;
use crate::control_plane::{Authority, write_private};

pub(super) use tally::Tally;

use lists::Lists;
use script::Script;

/// A running proxy. It ends with this.
pub(super) struct Proxy {
    shared: Arc<Shared>,
    kubeconfig: PathBuf,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What all connections share.
struct Shared {
    server: Client,
    script: Mutex<Script>,
    tally: Mutex<Tally>,
    lists: Lists,
    /// Whether it does harm.
    harmful: AtomicBool,
    /// Counts how often the API server went back: what was on its way to it then never arrives.
    age: AtomicU64,
}

impl Proxy {
    /// Listens on a free port, and writes a kubeconfig for it into `dir`. It does no harm yet.
    pub(super) async fn start(dir: &Path, server: Client, wanted: Wanted) -> Result<Self> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let authority = Authority::create()?;
        let acceptor = serve::acceptor(&authority.server(&["127.0.0.1"])?)?;
        let url = format!("https://127.0.0.1:{}", listener.local_addr()?.port());
        // The proxy is who the API server knows; whoever comes to it is let through.
        let anybody = authority.client("controller", None)?;
        let kubeconfig = write_private(
            dir.join("proxy.kubeconfig"),
            &authority.kubeconfig(&url, &anybody)?,
        )?;
        let shared = Arc::new(Shared {
            server,
            script: Mutex::new(Script::new(wanted.seed, wanted.percent)),
            tally: Mutex::default(),
            lists: Lists::default(),
            harmful: AtomicBool::new(false),
            age: AtomicU64::new(0),
        });
        let task = tokio::spawn(serve::serve(listener, acceptor, shared.clone()));
        Ok(Self {
            shared,
            kubeconfig,
            task,
        })
    }

    /// For the controllers.
    pub(super) fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Does harm from now on, or none.
    pub(super) fn harm(&self, harm: bool) {
        self.shared.harmful.store(harm, Ordering::Relaxed);
    }

    /// What was written through it, and what went wrong.
    pub(super) fn tally(&self) -> Tally {
        tally::locked(&self.shared.tally).clone()
    }

    /// The API server goes back to an older state now.
    pub(super) fn forget(&self) {
        self.shared.age.fetch_add(1, Ordering::Relaxed);
        self.shared.lists.forget();
    }
}
