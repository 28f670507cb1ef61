// SPDX-License-Identifier: Apache-2.0

//! The controller without its I/O: events and answers go in, requests come out. Deterministic: no clock, no
//! randomness, no async, so that tests and model checkers can run this very code.

mod backoff;
mod outcome;
mod public;
mod queue;
mod reconcile;
mod repeats;
mod rests;
mod send;
mod start_over;
mod sweep;
mod wake;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use ironcore_api::address::Prefix as Block;
use k8s_openapi::jiff::Timestamp;
use ni_runtime::scope::Scope;

pub use backoff::Backoff;
pub use outcome::{Failure, Outcome};
use queue::{Next, Planned, Queue};
use repeats::Repeats;
use rests::Rests;
use sweep::Sweeps;

use crate::plan::{Change, Memory, Notice, Options, Purpose};
use crate::restored::{Baseline, WentBack};
use crate::seeded::{self, Fault};
use crate::world::{Dirty, Event, Key, Str, Watched, World};

/// How many objects are planned for in a step. Whoever runs the core knows the time, and how many steps it has room for.
const SLICE: u32 = 32;

/// The time, as seen by whoever runs the core.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Since the start; never goes back.
    pub elapsed: Duration,
    /// By the wall clock, for what is written into objects.
    pub wall: Timestamp,
}

/// A request to be sent, to be answered by [`Core::answer`] with the same ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Which one.
    pub ticket: u64,
    /// The object that it was planned for.
    pub key: Key,
    /// UID of the object that the change is about, as far as it is known.
    pub uid: Option<Str>,
    /// What to send.
    pub change: Change,
    /// How often the same was written before, in a row, and did not last.
    pub repeats: u32,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send this.
    Send(Box<Order>),
    /// Call again, after whatever else waits: more is to be planned.
    Pause,
    /// Nothing, until something happens.
    Idle,
}

/// What is known of a request under way.
#[derive(Clone, Debug)]
struct Sent {
    /// The change, its body aside.
    planned: Planned,
    /// The world's clock when it was sent.
    clock: u64,
    /// When it was sent.
    at: Duration,
    /// What was known then of its target.
    baseline: Baseline,
    /// UIDs of objects of the target's name that their watch reported deleted meanwhile: an answer that shows
    /// one of them is older than that report.
    gone: Vec<Str>,
    /// Whether an object that was not known has appeared in the namespace meanwhile.
    appeared: bool,
    /// Whether the target's kind was listed again meanwhile: an answer may be older than the list.
    relisted: bool,
}

/// What is planned and not answered yet for an object.
#[derive(Clone, Debug, Default)]
struct Running {
    outstanding: usize,
    failed: bool,
    /// Whether something that the plan depends on has changed since: what still waits is not sent, and what fails is
    /// planned again without a wait.
    stale: bool,
    /// Whether a write to a child was answered since: a status that still waits may say otherwise.
    answered: bool,
    /// The longest wait that the server asked for.
    wait: Duration,
}

/// Counts of what happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects that were planned for.
    pub reconciles: u64,
    /// Attempts that are to be made again after a wait.
    pub retries: u64,
}

/// The controller without its I/O.
#[derive(Clone, Debug)]
pub struct Core {
    world: World,
    leads: bool,
    options: Options,
    backoff: Backoff,
    queue: Queue,
    sweeps: Sweeps,
    memories: HashMap<Key, Memory>,
    attempts: HashMap<Key, u32>,
    /// The notices that held when an object was planned for last.
    holding: HashMap<Key, BTreeSet<Notice>>,
    repeats: Repeats,
    running: HashMap<Key, Running>,
    sent: HashMap<u64, Sent>,
    rests: Rests,
    /// The blocks of public pools that operators want, by name.
    wanted_pools: BTreeMap<Str, Block>,
    notices: Vec<Notice>,
    tickets: u64,
    counts: Counts,
    proof: Option<WentBack>,
    started_over: Option<Duration>,
}

impl Core {
    /// A core that knows nothing yet, and does not lead.
    pub fn new(options: Options, backoff: Backoff) -> Self {
        Self {
            world: World::default(),
            leads: false,
            options,
            backoff,
            queue: Queue::default(),
            sweeps: Sweeps::default(),
            memories: HashMap::new(),
            attempts: HashMap::new(),
            holding: HashMap::new(),
            repeats: Repeats::default(),
            running: HashMap::new(),
            sent: HashMap::new(),
            rests: Rests::default(),
            wanted_pools: BTreeMap::new(),
            notices: Vec::new(),
            tickets: 0,
            counts: Counts::default(),
            proof: None,
            started_over: None,
        }
    }

    /// As this core, for who sends at most `slots` requests at once: while others wait, a namespace gets half of them.
    #[must_use]
    pub fn with_slots(mut self, slots: usize) -> Self {
        self.queue.set_slots(slots);
        self
    }

    /// As this core, for who watches this: all else is neither known nor touched. To be called before anything is observed.
    #[must_use]
    pub fn watching(mut self, watched: &Watched) -> Self {
        self.world = World::new(watched);
        self
    }

    /// As this core, which makes pools of public addresses of these blocks.
    #[must_use]
    pub fn with_public_pools(mut self, blocks: &[Block]) -> Self {
        self.wanted_pools = public::named(blocks);
        self
    }

    /// What is known.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What happened since the start.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many objects wait to be looked at, and for how long the one that has waited longest.
    pub fn queue_depth(&self, now: Now) -> (usize, Duration) {
        let (depth, since) = self.queue.depth();
        (
            depth,
            since.map_or(Duration::ZERO, |since| now.elapsed.saturating_sub(since)),
        )
    }

    /// How many requests are under way.
    pub fn under_way(&self) -> usize {
        self.sent.len()
    }

    /// When to call [`Core::next`] again even if nothing happens.
    pub fn wake_at(&self) -> Option<Duration> {
        let timers = [self.queue.next_timer(), self.rests.next_end()];
        timers.into_iter().flatten().min()
    }

    /// Events to send, since the last call.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Says whether this core leads. One that does not keeps its world up to date and nothing else; one that begins to
    /// lead plans for every object.
    pub fn lead(&mut self, leads: bool, now: Now) {
        if leads == self.leads {
            return;
        }
        self.leads = leads;
        if leads {
            self.sweeps.begin(Scope::All);
            self.sweep(now);
            self.look_after_pools(now);
        } else {
            self.stand_by();
        }
    }

    /// Forgets what serves only a leader. Requests under way will still be answered.
    fn stand_by(&mut self) {
        self.queue.clear();
        self.sweeps.clear();
        self.memories.clear();
        self.attempts.clear();
        self.holding.clear();
        self.repeats = Repeats::default();
        self.rests = Rests::default();
        self.running.clear();
        for sent in self.sent.values() {
            let running = self.running.entry(sent.planned.key.clone());
            running.or_default().outstanding += 1;
        }
    }

    /// Takes in a watch's event.
    pub fn observe(&mut self, event: Event, now: Now) {
        let mut dirty = Dirty::new();
        self.note(&event);
        self.note_new(&event);
        let scope = self.scope_to_complete(&event);
        self.world.observe(event, &mut dirty);
        self.take_in(&dirty, now);
        self.note_complete(scope, now);
    }

    /// Does a part of what the ends of lists have left to do, whether it leads or not. Answers whether more is left.
    pub fn catch_up(&mut self, now: Now) -> bool {
        let mut dirty = Dirty::new();
        let more = self.world.end_lists(&mut dirty);
        self.take_in(&dirty, now);
        more
    }

    fn take_in(&mut self, dirty: &Dirty, now: Now) {
        self.sweep_for_new_pools();
        self.outdate(dirty.keys());
        self.enqueue(dirty, now);
    }

    /// What is planned for these objects no longer follows from the world.
    fn outdate<'a>(&mut self, keys: impl IntoIterator<Item = &'a Key>) {
        if self.running.is_empty() {
            return;
        }
        for key in keys {
            if let Some(running) = self.running.get_mut(key) {
                running.stale = true;
            }
        }
    }

    /// Notes with the requests under way what their answers may be too old to know.
    fn note(&mut self, event: &Event) {
        let kind = event.kind();
        let about = self.sent.values_mut();
        let about = about.filter(|sent| sent.planned.change.kind == kind);
        match event {
            Event::Deleted(object) => {
                let meta = object.meta();
                let about = about.filter(|sent| {
                    sent.planned.change.name == meta.name
                        && sent.planned.key.namespace == meta.namespace
                });
                about.for_each(|sent| sent.gone.push(meta.uid.clone()));
            }
            Event::ListEnds(_, scope) => about
                .filter(|sent| scope.covers(&sent.planned.key.namespace))
                .for_each(|sent| sent.relisted = true),
            Event::ListBegins(..) | Event::Listed(_) | Event::Applied(_) => {}
        }
    }

    /// The next request to send, if any, however much has to be planned to find it.
    pub fn next(&mut self, now: Now) -> Option<Order> {
        loop {
            match self.step(now) {
                Step::Send(order) => return Some(*order),
                Step::Pause => {}
                Step::Idle => return None,
            }
        }
    }

    /// Looks for the next request to send, for a bounded time. To be called until it is idle, as far as there is room for more.
    /// One that does not lead has nothing to do.
    pub fn step(&mut self, now: Now) -> Step {
        if !self.leads {
            return Step::Idle;
        }
        self.queue.fire_timers(now.elapsed);
        self.end_rests(now);
        if self.catch_up(now) {
            return Step::Pause;
        }
        for _ in 0..SLICE {
            let world = &self.world;
            let may = |namespace: &str| world.shows_all_of(namespace);
            match self.queue.pop(may, world.is_of_one_namespace()) {
                None if self.sweep(now) => {}
                None => return Step::Idle,
                Some(Next::Change(planned)) if self.is_current(&planned) => {
                    return Step::Send(Box::new(self.send(planned, now)));
                }
                Some(Next::Change(planned)) => self.plan_again(planned.key, now),
                Some(Next::Key(key)) => {
                    self.reconcile(key, now);
                    if self.sweeps.are_due() {
                        self.sweep(now);
                    }
                }
            }
        }
        Step::Pause
    }

    /// Whether a planned change that waited is still in the plan. A read always does good.
    fn is_current(&self, planned: &Planned) -> bool {
        let status = planned.change.purpose == Purpose::Status;
        let current = |running: &Running| !(running.stale || status && running.answered);
        planned.change.request.is_read()
            || seeded::has(Fault::StaleOrdersSent)
            || self.running.get(&planned.key).is_some_and(current)
    }

    /// Drops what still waits to be sent for `key`, of which one change was just taken from the queue, and plans again:
    /// at once, or when what is under way is answered.
    fn plan_again(&mut self, key: Key, now: Now) {
        let dropped = 1 + self.queue.drop_changes(&key);
        let Some(running) = self.running.get_mut(&key) else {
            return;
        };
        running.outstanding -= dropped;
        if running.outstanding == 0 {
            self.running.remove(&key);
            self.reconcile(key, now);
        }
    }
}
