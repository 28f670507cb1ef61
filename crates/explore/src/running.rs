// SPDX-License-Identifier: Apache-2.0

//! A controller's core as it runs: what comes in leads it on.

use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use ni_controller::core::{Core, Now, Order, Outcome};
use ni_controller::world::{Event, Kind};
use ni_runtime::scope::Scope as Covers;

use crate::invariants::{Broken, is_in_the_plan};
use crate::server::Shown;
use crate::sketch::{Sketch, Sketched};

/// What comes in.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A list of a kind begins.
    ListBegins(Kind),
    /// It has this item.
    Listed(Rc<Shown>),
    /// It ends.
    ListEnds(Kind),
    /// A watch reports this.
    Reported(Rc<Shown>),
    /// There is room for a request.
    Room,
    /// The request of this ticket has been answered.
    Answered(u64, Sketched<Outcome>),
    /// The process leads from now on, or no longer does.
    Leads(bool),
    /// The server went back, and the process leads or does not.
    StartsOver(bool),
}

/// What comes out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output {
    /// A request.
    pub(crate) order: Option<Sketched<Order>>,
    /// What has proved that the server went back.
    pub(crate) proof: Option<String>,
    /// The rule that the request breaks.
    pub(crate) broken: Option<Broken>,
}

/// A core, shared by the states that have it in common. As it does nothing but what follows from what comes in, it remembers where
/// that has led: most states differ in something else.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    node: Rc<Node>,
    cores: Rc<Cores>,
}

#[derive(Debug)]
struct Node {
    core: Core,
    sketch: Sketch,
    ways: RefCell<Vec<Way>>,
}

/// Where something has led that came in at a time.
#[derive(Debug)]
struct Way {
    input: Input,
    at: Duration,
    to: Rc<Node>,
    output: Output,
}

/// The cores of a search, each once.
#[derive(Debug, Default)]
pub(crate) struct Cores {
    known: RefCell<HashSet<ByForm>>,
    /// How many there may be before those are forgotten that no state has.
    most: Cell<usize>,
}

/// How many cores are remembered in any case.
const LEAST: usize = 50_000;

/// A core as its canonical form has it.
#[derive(Debug)]
struct ByForm(Rc<Node>);

impl Borrow<Sketch> for ByForm {
    fn borrow(&self) -> &Sketch {
        &self.0.sketch
    }
}

impl PartialEq for ByForm {
    fn eq(&self, other: &Self) -> bool {
        self.0.sketch == other.0.sketch
    }
}

impl Eq for ByForm {}

impl Hash for ByForm {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Hash::hash(&self.0.sketch, state);
    }
}

impl Cores {
    fn share(&self, core: &Core) -> Rc<Node> {
        let sketch = Sketch::of(core);
        if let Some(known) = self.known.borrow().get(&sketch) {
            return known.0.clone();
        }
        if self.known.borrow().len() >= self.most.get().max(LEAST) {
            self.forget();
        }
        let node = Rc::new(Node {
            // A copy has no more room than it needs.
            core: core.clone(),
            sketch,
            ways: RefCell::default(),
        });
        self.known.borrow_mut().insert(ByForm(node.clone()));
        node
    }

    /// Forgets all ways, and the cores that only they lead to.
    fn forget(&self) {
        let mut known = self.known.borrow_mut();
        known.iter().for_each(|core| core.0.ways.take().clear());
        known.retain(|core| Rc::strong_count(&core.0) > 1);
        self.most.set(2 * known.len());
    }
}

impl Drop for Cores {
    /// Ways lead back to where they begin.
    fn drop(&mut self) {
        self.forget();
    }
}

impl Running {
    /// A core as it is at first.
    pub(crate) fn new(core: &Core, cores: &Rc<Cores>) -> Self {
        Self {
            node: cores.share(core),
            cores: cores.clone(),
        }
    }

    pub(crate) fn get(&self) -> &Core {
        &self.node.core
    }

    pub(crate) fn sketch(&self) -> &Sketch {
        &self.node.sketch
    }

    /// Whether both behave alike.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.node, &other.node)
    }

    /// Something comes in. What the core would tell users is dropped.
    pub(crate) fn take_in(&mut self, input: Input, now: Now) -> Output {
        let known = self.node.way(&input, now.elapsed);
        let (to, output) = known.unwrap_or_else(|| {
            let mut core = self.get().clone();
            let output = input.put_into(&mut core, now);
            core.take_notices();
            let to = self.cores.share(&core);
            self.node.ways.borrow_mut().push(Way {
                input,
                at: now.elapsed,
                to: to.clone(),
                output: output.clone(),
            });
            (to, output)
        });
        self.node = to;
        output
    }
}

impl Node {
    fn way(&self, input: &Input, at: Duration) -> Option<(Rc<Self>, Output)> {
        let ways = self.ways.borrow();
        let way = ways
            .iter()
            .find(|way| way.at == at && way.input.is(input))?;
        Some((way.to.clone(), way.output.clone()))
    }
}

impl Input {
    /// Whether both are the very same.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::ListBegins(one), Self::ListBegins(other))
            | (Self::ListEnds(one), Self::ListEnds(other)) => one == other,
            (Self::Listed(one), Self::Listed(other))
            | (Self::Reported(one), Self::Reported(other)) => Rc::ptr_eq(one, other),
            (Self::Room, Self::Room) => true,
            (Self::Answered(one, with), Self::Answered(other, with_other)) => {
                one == other && with.is(with_other)
            }
            (Self::Leads(one), Self::Leads(other))
            | (Self::StartsOver(one), Self::StartsOver(other)) => one == other,
            _ => false,
        }
    }

    fn put_into(&self, core: &mut Core, now: Now) -> Output {
        let mut output = Output::default();
        match self {
            Self::ListBegins(kind) => core.observe(Event::ListBegins(*kind, Covers::All), now),
            Self::Listed(shown) => core.observe(shown.item(), now),
            Self::ListEnds(kind) => core.observe(Event::ListEnds(*kind, Covers::All), now),
            Self::Reported(shown) => core.observe(shown.event(), now),
            Self::Room => {
                let order = core.next(now);
                let sound = order.as_ref().map(|order| is_in_the_plan(core, order, now));
                output.broken = sound.and_then(Result::err);
                output.order = order.map(Sketched::new);
            }
            Self::Answered(ticket, outcome) => {
                core.answer(*ticket, outcome.get().clone(), now);
                output.proof = core.take_proof().map(|proof| proof.to_string());
            }
            Self::Leads(leads) => core.lead(*leads, now),
            Self::StartsOver(leads) => {
                core.start_over(now);
                core.lead(*leads, now);
            }
        }
        output
    }
}
