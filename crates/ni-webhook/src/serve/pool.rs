// SPDX-License-Identifier: Apache-2.0

//! Room for bodies that do not fit into what each request has of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time::sleep;

use super::requests::Stop;
use super::turns::{Id, Pace, Turns};
use crate::metrics::Metrics;

/// How often those who wait look for one who has had the turn for too long.
const LOOK: Duration = Duration::from_millis(50);

/// So many bytes for bodies; clones share them.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    pace: Pace,
    metrics: Metrics,
}

#[derive(Debug)]
struct State {
    turns: Turns,
    /// Those who wait.
    calls: HashMap<Id, oneshot::Sender<()>>,
    /// How all of them are ended.
    stops: HashMap<Id, Arc<Stop>>,
}

impl Pool {
    /// Room for `capacity` bytes, which come in and go out at `pace`.
    pub fn new(capacity: usize, pace: Pace, metrics: Metrics) -> Self {
        let state = State {
            turns: Turns::new(capacity, pace.stall),
            calls: HashMap::new(),
            stops: HashMap::new(),
        };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            pace,
            metrics,
        }))
    }

    /// Waits until there is room for `bytes`, for a request that `stop` ends.
    pub async fn turn(&self, bytes: usize, stop: &Arc<Stop>) -> Turn {
        let (turn, called) = self.join(bytes, stop);
        let Some(mut called) = called else {
            return turn;
        };
        self.0.metrics.body_waited();
        loop {
            tokio::select! {
                _ = &mut called => return turn,
                () = sleep(LOOK) => self.0.hurry(),
            }
        }
    }

    fn join(&self, bytes: usize, stop: &Arc<Stop>) -> (Turn, Option<oneshot::Receiver<()>>) {
        let mut state = self.0.lock();
        let (id, granted) = state.turns.join(bytes, Instant::now());
        state.stops.insert(id, stop.clone());
        let called = (!granted).then(|| {
            let (call, called) = oneshot::channel();
            state.calls.insert(id, call);
            called
        });
        drop(state);
        let pool = self.clone();
        (Turn { id, pool }, called)
    }
}

impl Shared {
    // A panic elsewhere leaves nothing half done: what is done under the lock does not panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends whoever has had the turn for too long.
    fn hurry(&self) {
        let mut state = self.lock();
        let overdue = state.turns.overdue(Instant::now());
        let stop = overdue.and_then(|id| {
            // Once is enough: it leaves when it has seen it.
            state.turns.expect_by(id, None);
            state.stops.get(&id).cloned()
        });
        drop(state);
        if let Some(stop) = stop {
            stop.stop();
        }
    }
}

/// Room in a [`Pool`] until this is dropped.
#[derive(Debug)]
pub struct Turn {
    id: Id,
    pool: Pool,
}

impl Turn {
    /// How long the next part of the body may take.
    pub fn grace(&self) -> Duration {
        self.pool.0.pace.grace
    }

    /// Another part of the body has come in.
    pub fn progress(&self) {
        self.pool.0.lock().turns.progress(self.id, Instant::now());
    }

    /// All of the body is here: it stays for as long as it takes.
    pub fn complete(&self) {
        self.pool.0.lock().turns.complete(self.id);
    }

    /// What is in it is going out, and should soon be read.
    pub fn sending(&self) {
        let due = Instant::now() + self.grace();
        self.pool.0.lock().turns.expect_by(self.id, Some(due));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.pool.0.lock();
        state.calls.remove(&self.id);
        state.stops.remove(&self.id);
        let granted = state.turns.leave(self.id, Instant::now());
        for id in granted {
            if let Some(call) = state.calls.remove(&id) {
                // One that has just gone gives its turn back by itself.
                let _ = call.send(());
            }
        }
    }
}
