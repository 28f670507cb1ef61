// SPDX-License-Identifier: Apache-2.0

//! The requests that are under way, over all connections.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum_server::ConnectionShutdown;
use tokio::sync::Notify;

use super::connections::Connection;
use super::eviction::{Id, Stage, Table};
use crate::metrics::Metrics;

/// All requests under way; clones share them.
#[derive(Clone, Debug)]
pub struct Requests(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    metrics: Metrics,
}

#[derive(Debug)]
struct State {
    table: Table,
    stops: HashMap<Id, Arc<Stop>>,
}

impl Requests {
    /// None yet, and never more than `capacity`.
    pub fn new(capacity: usize, metrics: Metrics) -> Self {
        let state = State {
            table: Table::new(capacity),
            stops: HashMap::new(),
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            metrics,
        }))
    }

    /// Begins one. Where there are too many, one whose body is not complete is ended for it; `None` where all are.
    pub fn begin(
        &self,
        connection: Option<Arc<Connection>>,
        shutdown: Option<&ConnectionShutdown>,
    ) -> Option<UnderWay> {
        if let (Some(connection), Some(shutdown)) = (&connection, shutdown) {
            connection.shutdown_by(shutdown);
        }
        let stop = Arc::new(Stop::new(connection));
        let (id, evicted) = self.0.open(&stop)?;
        if let Some(evicted) = evicted {
            evicted.stop();
        }
        self.0.metrics.request_begun();
        let mut begun = UnderWay {
            id,
            all: self.clone(),
            stop,
            stage: None,
        };
        begun.advance(Stage::Receiving).then_some(begun)
    }
}

impl Shared {
    // Each change is one statement, so a panic elsewhere leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new entry, and whoever was removed for it.
    fn open(&self, stop: &Arc<Stop>) -> Option<(Id, Option<Arc<Stop>>)> {
        let now = Instant::now();
        let mut state = self.lock();
        let (id, evicted) = if let Some(id) = state.table.open(now) {
            (id, None)
        } else {
            let (oldest, _) = state.table.evict(now)?;
            state.table.close(oldest);
            let evicted = state.stops.remove(&oldest);
            (state.table.open(now)?, evicted)
        };
        state.table.secured(id);
        state.stops.insert(id, stop.clone());
        Some((id, evicted))
    }
}

/// Ends a request before it is answered, or while nobody reads its answer.
#[derive(Debug)]
pub struct Stop {
    connection: Option<Arc<Connection>>,
    sending: AtomicBool,
    stopped: Notify,
}

impl Stop {
    fn new(connection: Option<Arc<Connection>>) -> Self {
        Self {
            connection,
            sending: AtomicBool::new(false),
            stopped: Notify::new(),
        }
    }

    /// Ends it: what reads its body gives up. An answer that is going out can be ended only with its connection.
    pub fn stop(&self) {
        self.stopped.notify_one();
        if let (true, Some(connection)) = (self.sending.load(Ordering::Acquire), &self.connection) {
            connection.close();
        }
    }

    /// Resolves when it has to end.
    pub async fn stopped(&self) {
        self.stopped.notified().await;
    }

    /// Closes its connection once the others on it are answered: who is slow once is not waited for again.
    pub fn retire(&self) {
        if let Some(connection) = &self.connection {
            connection.retire();
        }
    }
}

/// A request that is under way until this is dropped.
#[derive(Debug)]
pub struct UnderWay {
    id: Id,
    all: Requests,
    stop: Arc<Stop>,
    stage: Option<Stage>,
}

impl UnderWay {
    /// Ends it.
    pub fn stop(&self) -> &Arc<Stop> {
        &self.stop
    }

    /// It has come to `stage`; whether it may go on.
    pub fn advance(&mut self, stage: Stage) -> bool {
        if stage == Stage::Sending {
            self.stop.sending.store(true, Ordering::Release);
        }
        self.move_to(Some(stage))
    }

    fn move_to(&mut self, stage: Option<Stage>) -> bool {
        let from = std::mem::replace(&mut self.stage, stage);
        let now = Instant::now();
        let goes_on = self.all.0.lock().table.advance(self.id, from, stage, now);
        match &self.stop.connection {
            // It may not have left yet: the connection says when it has.
            Some(connection) if (from, stage) == (Some(Stage::Sending), None) => {
                connection.written();
                goes_on
            }
            Some(connection) => connection.advance(from, stage) && goes_on,
            None => goes_on,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.move_to(None);
        let mut state = self.all.0.lock();
        state.table.close(self.id);
        state.stops.remove(&self.id);
        drop(state);
        self.all.0.metrics.request_ended();
    }
}
