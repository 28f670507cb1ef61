// SPDX-License-Identifier: Apache-2.0

//! The connections that are open: who is let in, and who goes for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Context;
use std::time::{Duration, Instant};

use axum_server::ConnectionShutdown;
use futures::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::eviction::{Id, Stage, Table};
use crate::metrics::Metrics;

/// How often a full server looks for a connection that has become idle by the passing of time alone.
const LOOK: Duration = Duration::from_millis(100);

/// All connections of one listener; clones share them.
#[derive(Clone, Debug)]
pub struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// There may be room, or somebody may have become idle.
    changed: Notify,
    metrics: Option<Metrics>,
}

#[derive(Debug)]
struct State {
    table: Table,
    open: HashMap<Id, Arc<Connection>>,
}

impl Connections {
    /// None yet, and never more than `capacity`.
    pub fn new(capacity: usize, metrics: Option<Metrics>) -> Self {
        if let Some(metrics) = &metrics {
            metrics.connections_limited(capacity);
        }
        let state = State {
            table: Table::new(capacity),
            open: HashMap::new(),
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            changed: Notify::new(),
            metrics,
        }))
    }

    /// Lets one more in. Where there is no room, the one that can best be done without is closed for it; while all are
    /// busy, this waits until one is not.
    pub async fn admit(&self) -> Arc<Connection> {
        loop {
            // Listens before it looks: what changes in between is not missed.
            let changed = self.0.changed.notified();
            if let Some(connection) = self.try_admit() {
                return connection;
            }
            let _ = timeout(LOOK, changed).await;
        }
    }

    fn try_admit(&self) -> Option<Arc<Connection>> {
        let now = Instant::now();
        let mut state = self.0.lock();
        if let Some(id) = state.table.open(now) {
            let connection = Arc::new(Connection::new(id, self.clone()));
            state.open.insert(id, connection.clone());
            if let Some(metrics) = &self.0.metrics {
                metrics.connected();
            }
            return Some(connection);
        }
        let (id, reason) = state.table.evict(now)?;
        let evicted = state.open.get(&id).cloned();
        drop(state);
        if let Some(metrics) = &self.0.metrics {
            metrics.connection_evicted(reason);
        }
        if let Some(connection) = evicted {
            connection.close();
        }
        None
    }
}

impl Shared {
    // Each change is one statement, so a panic elsewhere leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection that is open.
#[derive(Debug)]
pub struct Connection {
    id: Id,
    all: Connections,
    closing: AtomicBool,
    /// Wakes what reads and writes, to see that it is closed.
    waker: AtomicWaker,
    /// Ends what waits for something other than the socket; known from the first request on.
    shutdown: OnceLock<ConnectionShutdown>,
    /// Answers that are written, and may not have left yet.
    written: AtomicU32,
}

impl Connection {
    fn new(id: Id, all: Connections) -> Self {
        Self {
            id,
            all,
            closing: AtomicBool::new(false),
            waker: AtomicWaker::new(),
            shutdown: OnceLock::new(),
            written: AtomicU32::new(0),
        }
    }

    /// Notes that its handshake is complete.
    pub fn secured(&self) {
        self.all.0.lock().table.secured(self.id);
    }

    /// Moves one of its requests from one stage to another; whether that may go on.
    pub fn advance(&self, from: Option<Stage>, to: Option<Stage>) -> bool {
        let now = Instant::now();
        let goes_on = self.all.0.lock().table.advance(self.id, from, to, now);
        // It may now be idle, and somebody may wait for that.
        if to.is_none() {
            self.all.0.changed.notify_waiters();
        }
        goes_on
    }

    /// Takes the handle by which whatever it does can be ended.
    pub fn shutdown_by(&self, shutdown: &ConnectionShutdown) {
        self.shutdown.get_or_init(|| shutdown.clone());
    }

    /// Closes it, now.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.waker.wake();
        if let Some(shutdown) = self.shutdown.get() {
            shutdown.shutdown();
        }
    }

    /// Closes it once what is under way is answered.
    pub fn retire(&self) {
        if let Some(shutdown) = self.shutdown.get() {
            shutdown.graceful_shutdown();
        }
    }

    /// Whether it is to be closed; if not yet, `cx` is woken when it is.
    pub(super) fn closing(&self, cx: &mut Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.closing.load(Ordering::Acquire)
    }

    /// Notes that an answer is written, all of it.
    pub(super) fn written(&self) {
        self.written.fetch_add(1, Ordering::AcqRel);
    }

    /// Notes that all that was written has left.
    pub(super) fn flushed(&self) {
        for _ in 0..self.written.swap(0, Ordering::AcqRel) {
            self.advance(Some(Stage::Sending), None);
        }
    }

    /// Notes that it is closed.
    pub(super) fn closed(&self) {
        let shared = &self.all.0;
        let was_open = {
            let mut state = shared.lock();
            state.open.remove(&self.id);
            state.table.close(self.id)
        };
        shared.changed.notify_waiters();
        if let (true, Some(metrics)) = (was_open, &shared.metrics) {
            metrics.disconnected();
        }
    }
}
