// SPDX-License-Identifier: Apache-2.0

//! The loop: watch events and answers into the core, its orders out to the API server.

use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use k8s_openapi::jiff::Timestamp;
use kube::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{Instrument, info, info_span, warn};

use crate::allocators;
use crate::apply::apply;
use crate::core::{Core, Failure, Now, Order, Outcome, Step};
use crate::events::Outbox;
use crate::lag::Lag;
use crate::lease::Term;
use crate::log::log;
use crate::metrics::Metrics;
use crate::options::Run;
use crate::plan::{Allocator, Purpose};
use crate::restored::WentBack;
use crate::serve::Probe;
use crate::watch::{Source, Watches};
use crate::world::{Event, Kind, Watched};

/// For how long events are taken in, or objects planned for, before whatever else waits has its turn.
const SLICE: Duration = Duration::from_millis(3);

/// The clock that the core is given.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time.
    pub fn now(self) -> Now {
        Now {
            elapsed: self.0.elapsed(),
            wall: Timestamp::now(),
        }
    }
}

/// How the API server is reached.
#[derive(Clone)]
pub struct Connections {
    /// For requests that a standby sends too.
    pub questions: Client,
    /// For orders, which share the loop's thread. It must send nothing after the term.
    pub orders: Client,
    /// For watches.
    pub watches: Source,
}

struct Answer {
    order: Order,
    outcome: Outcome,
    took: Duration,
}

/// The loop's own state, beside the core.
struct Loop {
    /// Never dropped: with many objects that takes long, while the Lease is still held. The process ends with the run.
    core: ManuallyDrop<Core>,
    clock: Clock,
    connections: Connections,
    watched: Watched,
    watches: Watches,
    term: Term,
    /// Whether no other allocator can be at work: until that is known nothing is written.
    alone: bool,
    /// How often the election found that the API server went back, as far as this loop has taken it in.
    restores: u64,
    outbox: Outbox,
    metrics: Metrics,
    sending: JoinSet<Answer>,
    concurrency: usize,
    request_timeout: Duration,
    lag: Lag,
    stopping: bool,
    announced: bool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every request was answered.
    Idle,
    /// Some were not: they may be done yet.
    WithRequestsUnderWay,
}

/// Runs until `stop`; then starts nothing new and waits for what is under way, at most `run.shutdown_timeout`. Sends
/// nothing but while `term` holds; the world is kept up to date all the time.
pub async fn run(
    connections: Connections,
    options: &Run,
    mut term: Term,
    metrics: Metrics,
    outbox: Outbox,
    mut probes: mpsc::Receiver<Probe>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<Ended> {
    let watched = options.deciding.watched();
    let mut this = Loop {
        core: ManuallyDrop::new(
            Core::new(options.deciding.options(), options.backoff())
                .with_slots(usize::from(options.concurrency))
                .watching(&watched)
                .with_public_pools(&options.deciding.public_prefixes),
        ),
        clock: Clock::start(),
        watches: Watches::start(&connections.watches, &watched, &metrics),
        connections,
        lag: Lag::new(watched.namespaces.clone()),
        watched,
        term: term.clone(),
        alone: options.deciding.prefix_allocation == Allocator::External,
        restores: 0,
        outbox,
        metrics,
        sending: JoinSet::new(),
        concurrency: usize::from(options.concurrency),
        request_timeout: options.request_timeout,
        stopping: false,
        announced: false,
    };
    tokio::pin!(stop);
    let client = this.connections.questions.clone();
    let none_other = allocators::none_other(&client);
    tokio::pin!(none_other);
    let deadline = tokio::time::sleep(Duration::MAX);
    tokio::pin!(deadline);
    loop {
        // However much is there to do: what else runs on this thread has its turn.
        tokio::task::yield_now().await;
        this.stand();
        let paused = this.send_orders();
        if this.stopping && this.sending.is_empty() {
            info!("stopped: no requests in flight");
            return Ok(Ended::Idle);
        }
        let wake = this.sleep();
        tokio::select! {
            event = this.watches.next() => this.take_events(event),
            Some(answer) = this.sending.join_next() => this.take_answer(answer?),
            Some(probe) = probes.recv() => this.take_probe(probe),
            () = term.changed() => {}
            none = &mut none_other, if !this.alone => {
                none?;
                this.alone = true;
            }
            // What else waits has its turn first.
            () = tokio::task::yield_now(), if paused => {}
            // Without room nothing is sent, and timers stay due.
            () = tokio::time::sleep(wake), if this.has_room() => {}
            () = &mut stop, if !this.stopping => {
                info!(under_way = this.sending.len(), "stopping: no new work");
                this.stopping = true;
                deadline.as_mut().reset(tokio::time::Instant::now() + options.shutdown_timeout);
            }
            () = &mut deadline, if this.stopping => {
                warn!(under_way = this.sending.len(), "stopped before every request was answered");
                return Ok(Ended::WithRequestsUnderWay);
            }
        }
    }
}

impl Loop {
    fn sleep(&self) -> Duration {
        let now = self.clock.now().elapsed;
        self.core
            .wake_at()
            .map_or(Duration::from_hours(1), |at| at.saturating_sub(now))
    }

    /// Takes in where the election stands.
    fn stand(&mut self) {
        // In this order: where a term began after the API server went back, both are seen.
        let leads = self.leads();
        let restores = self.term.restores();
        if restores != self.restores
            && let Some(proof) = self.term.proof()
        {
            self.restores = restores;
            self.start_over(&proof);
        }
        self.core.lead(leads, self.clock.now());
    }

    /// Starts over, as a process that has just started: all that is known is of another history than the API server's.
    fn start_over(&mut self, proof: &WentBack) {
        warn!(
            %proof,
            "the API server went back to an older state (restored from a backup?): listing everything again"
        );
        self.metrics.restored();
        self.core.start_over(self.clock.now());
        self.watches = Watches::start(&self.connections.watches, &self.watched, &self.metrics);
        self.lag = Lag::new(self.watched.namespaces.clone());
        // Decided from what no longer holds: what was not sent yet is not to be.
        self.sending = JoinSet::new();
        self.announced = false;
    }

    fn take_events(&mut self, first: Option<Event>) {
        let (begun, now) = (Instant::now(), self.clock.now());
        let mut next = first;
        while let Some(event) = next {
            self.measure_lag(&event);
            self.core.observe(event, now);
            let more = begun.elapsed() < SLICE;
            next = if more { self.watches.try_next() } else { None };
        }
        if !self.announced && self.core.world().is_complete() {
            self.announced = true;
            let world = self.core.world();
            let known = Kind::ALL
                .map(|kind| format!("{} {}", world.size(kind).objects, kind.plural()))
                .join(", ");
            info!(known, "all lists are complete");
        }
    }

    /// Whether more may be sent.
    fn has_room(&self) -> bool {
        !self.stopping && self.sending.len() < self.concurrency && self.leads()
    }

    /// Whether it is this process that writes.
    fn leads(&self) -> bool {
        self.alone && self.term.holds()
    }

    /// Sends what there is to send, as far as there is room. Answers whether to call it again after whatever else waits.
    fn send_orders(&mut self) -> bool {
        let slice = Instant::now();
        let mut paused = self.core.catch_up(self.clock.now());
        while self.has_room() && !paused {
            let begun = Instant::now();
            let order = match self.core.step(self.clock.now()) {
                Step::Send(order) => *order,
                Step::Pause => {
                    paused = slice.elapsed() >= SLICE;
                    continue;
                }
                Step::Idle => break,
            };
            self.metrics.planned(begun.elapsed());
            let (client, timeout) = (self.connections.orders.clone(), self.request_timeout);
            let term = self.term.clone();
            let span = info_span!("reconcile", object = %order.key);
            let send = async move {
                let begun = Instant::now();
                let outcome = term.guard(apply(&client, &order, timeout)).await;
                let outcome = outcome.unwrap_or_else(deposed);
                Answer {
                    order,
                    outcome,
                    took: begun.elapsed(),
                }
            };
            self.sending.spawn(send.instrument(span));
        }
        for notice in self.core.take_notices() {
            if let Some(dropped) = self.outbox.push(notice) {
                self.metrics.event_dropped(dropped.reason);
            }
        }
        paused
    }

    fn take_answer(&mut self, answer: Answer) {
        let Answer {
            order,
            outcome,
            took,
        } = answer;
        info_span!("reconcile", object = %order.key).in_scope(|| log(&order, &outcome));
        self.metrics.answered(&order.change, &outcome, took);
        if let Outcome::Object(object) = &outcome
            && order.change.purpose != Purpose::Look
        {
            let (kind, meta) = (order.change.kind, object.meta());
            let shown = self.core.world().shown_up_to(kind, &meta.namespace);
            self.lag.wrote(kind, meta, shown, Instant::now());
        }
        self.core.answer(order.ticket, outcome, self.clock.now());
        if let Some(proof) = self.core.take_proof() {
            self.start_over(&proof);
        }
    }

    fn take_probe(&mut self, probe: Probe) {
        self.metrics.read(&self.core, self.clock.now());
        self.metrics.leads(self.leads());
        // Who asked may have gone away meanwhile.
        let _ = probe.send(self.core.world().is_complete() && !self.stopping);
    }

    fn measure_lag(&mut self, event: &Event) {
        if let Some(meta) = event.shown()
            && let Some(lag) = self.lag.shown(event.kind(), meta, Instant::now())
        {
            self.metrics.watch_lag(event.kind(), lag);
        }
    }
}

/// What came of a request whose answer came after the term, if at all: the watch will show it.
fn deposed() -> Outcome {
    Outcome::Failed(Failure::Transient {
        message: "this replica leads no longer".to_owned(),
        after: None,
    })
}
