// SPDX-License-Identifier: Apache-2.0

//! Grants of prefixes: users and others at work on parents and children while the controller grants.

use std::time::Duration;

use ni_controller::plan::Options;
use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cases;
use crate::grants::{grants_hold, rest_is_served};
use crate::invariants::{
    rest_is_sound, writes_keep_off_others_objects, writes_keep_off_what_is_not_to_be_touched,
};
use crate::others::{self, GUARD, Other};
use crate::passing::{self, Passing};
use crate::sim::server::Server;
use crate::sim::{Sim, Who};
use crate::users::{self, User};

const PREFIX: Kind = Kind::Prefix;

/// Parents: a name, a block, and whether it has the label that children select. The last two have addresses in common.
const PARENTS: [(&str, &str, bool); 3] = [
    ("p", "10.0.0.8/29", true),
    ("p1", "10.0.0.0/30", true),
    ("p2", "10.0.0.0/29", false),
];
/// Children; the first may be parents of the others.
const CHILDREN: [&str; 6] = ["c0", "c1", "c2", "c3", "c4", "c5"];
/// What children may ask for by its block: of one address and more, inside of several parents, as large as one, and outside.
const BLOCKS: [&str; 7] = [
    "10.0.0.8/32",
    "10.0.0.9/32",
    "10.0.0.8/31",
    "10.0.0.12/30",
    "10.0.0.0/31",
    "10.0.0.0/30",
    "10.0.0.64/32",
];

/// Where a child looks for a block.
#[derive(Clone, Copy, Debug)]
enum Place {
    Parent(usize),
    Child(usize),
    Selector,
}

/// What a child asks for.
#[derive(Clone, Copy, Debug)]
enum Asks {
    Length(u8),
    Block(usize),
}

/// What users do to prefixes.
#[derive(Clone, Debug)]
enum Act {
    /// Creates a parent.
    Parent(usize),
    /// Creates a child.
    Child {
        name: usize,
        place: Place,
        asks: Asks,
    },
    /// Names the block of a child that has none.
    Name { child: usize, block: usize },
    /// Deletes a prefix; a finalizer may keep it.
    Delete { at: usize, held: bool },
    /// Takes that finalizer off.
    Free { at: usize },
    /// Takes a child over as an outside system, or lets it go.
    Guard { child: usize, on: bool },
    /// Restores a child without its status.
    Restore { child: usize },
    /// Stores a child so that it does not decode, or mends it.
    Spoil { child: usize, on: bool },
    /// Labels a parent, or takes the label off.
    Label { parent: usize, on: bool },
}

#[derive(Clone, Debug)]
enum Step {
    Act(Act),
    Passing(Passing),
    User(User),
    Other(Other),
}

fn asks() -> impl Strategy<Value = Asks> {
    prop_oneof![
        2 => Just(Asks::Length(32)),
        1 => (29..32u8).prop_map(Asks::Length),
        2 => (0..BLOCKS.len()).prop_map(Asks::Block),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        4 => Just(Place::Parent(0)),
        1 => (0..PARENTS.len()).prop_map(Place::Parent),
        1 => (0..2usize).prop_map(Place::Child),
        2 => Just(Place::Selector),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let child = || 0..CHILDREN.len();
    prop_oneof![
        3 => prop_oneof![Just(0usize), 0..PARENTS.len()].prop_map(Act::Parent),
        10 => (child(), place(), asks()).prop_map(|(name, place, asks)| Act::Child { name, place, asks }),
        1 => (child(), 0..BLOCKS.len()).prop_map(|(child, block)| Act::Name { child, block }),
        5 => (0..12usize, prop::bool::weighted(0.3)).prop_map(|(at, held)| Act::Delete { at, held }),
        2 => (0..12usize).prop_map(|at| Act::Free { at }),
        1 => (child(), any::<bool>()).prop_map(|(child, on)| Act::Guard { child, on }),
        1 => child().prop_map(|child| Act::Restore { child }),
        1 => (child(), prop::bool::weighted(0.4)).prop_map(|(child, on)| Act::Spoil { child, on }),
        1 => (0..PARENTS.len(), any::<bool>()).prop_map(|(parent, on)| Act::Label { parent, on }),
    ]
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => act().prop_map(Step::Act),
        3 => passing::of_one_kind(PREFIX).prop_map(Step::Passing),
    ];
    prop::collection::vec(step, 1..most)
}

/// Steps of all kinds. What others do to prefixes is an [`Act`]: here they neither allocate nor take our finalizer off.
fn steps_around_interfaces() -> impl Strategy<Value = Vec<Step>> {
    let others = others::any_of().prop_filter("not to prefixes", |other| {
        !other.is_to_a(PREFIX) && !matches!(other, Other::Allocate { .. })
    });
    let step = prop_oneof![
        4 => users::any_of().prop_map(Step::User),
        2 => others.prop_map(Step::Other),
        2 => act().prop_map(Step::Act),
        8 => passing::any_of().prop_map(Step::Passing),
    ];
    prop::collection::vec(step, 1..70)
}

impl Act {
    fn act(&self, server: &mut Server) {
        match self {
            Self::Parent(parent) => {
                let (name, block, selected) = PARENTS[*parent];
                let labels = if selected {
                    json!({ "pool": "a" })
                } else {
                    json!({})
                };
                let spec = json!({ "ipFamily": "IPv4", "prefix": block });
                let body = json!({ "metadata": { "labels": labels }, "spec": spec });
                server.create(PREFIX, name, &body);
            }
            Self::Child { name, place, asks } => {
                let mut spec = json!({ "ipFamily": "IPv4" });
                match place {
                    Place::Parent(at) => spec["parentRef"] = json!({ "name": PARENTS[*at].0 }),
                    Place::Child(at) => spec["parentRef"] = json!({ "name": CHILDREN[*at] }),
                    Place::Selector => {
                        spec["parentSelector"] = json!({ "matchLabels": { "pool": "a" } });
                    }
                }
                match asks {
                    Asks::Length(length) => spec["prefixLength"] = (*length).into(),
                    Asks::Block(at) => spec["prefix"] = BLOCKS[*at].into(),
                }
                server.create(PREFIX, CHILDREN[*name], &json!({ "spec": spec }));
            }
            Self::Name { child, block } => {
                let unnamed = server.get(PREFIX, CHILDREN[*child]);
                if unnamed.is_some_and(|child| child["spec"].get("prefix").is_none()) {
                    let named =
                        json!({ "spec": { "prefix": BLOCKS[*block], "prefixLength": null } });
                    server.patch(PREFIX, CHILDREN[*child], &named);
                }
            }
            Self::Delete { at, held } => {
                let Some(name) = nth(server, *at) else { return };
                if *held {
                    set_hold(server, &name, true);
                }
                server.delete(PREFIX, &name);
            }
            Self::Free { at } => {
                if let Some(name) = nth(server, *at) {
                    set_hold(server, &name, false);
                }
            }
            Self::Guard { child, on } => {
                let guard =
                    json!({ "metadata": { "annotations": { GUARD: on.then_some("them") } } });
                server.patch(PREFIX, CHILDREN[*child], &guard);
            }
            Self::Restore { child } => {
                let status = json!({ "status": { "phase": "Pending" } });
                server.patch(PREFIX, CHILDREN[*child], &status);
            }
            Self::Spoil { child, on } => {
                let length = if *on { json!("spoilt") } else { Value::Null };
                let status = json!({ "status": { "observedGeneration": length } });
                server.patch(PREFIX, CHILDREN[*child], &status);
            }
            Self::Label { parent, on } => {
                let label = json!({ "metadata": { "labels": { "pool": on.then_some("a") } } });
                server.patch(PREFIX, PARENTS[*parent].0, &label);
            }
        }
    }
}

fn nth(server: &Server, at: usize) -> Option<String> {
    let names = server
        .list(PREFIX)
        .filter_map(|prefix| prefix["metadata"]["name"].as_str());
    let names: Vec<&str> = names.collect();
    let at = at.checked_rem(names.len())?;
    Some(names[at].to_owned())
}

/// Puts somebody's finalizer on, or takes it off; those of others stay.
fn set_hold(server: &mut Server, name: &str, on: bool) {
    let Some(prefix) = server.get(PREFIX, name) else {
        return;
    };
    let finalizers = prefix["metadata"]["finalizers"].as_array();
    let mut finalizers = finalizers.cloned().unwrap_or_default();
    finalizers.retain(|finalizer| finalizer != "test/hold");
    if on && prefix["metadata"]["deletionTimestamp"].is_null() {
        finalizers.push("test/hold".into());
    }
    server.patch(
        PREFIX,
        name,
        &json!({ "metadata": { "finalizers": finalizers } }),
    );
}

/// After each step no grant is broken.
fn run(sim: &mut Sim, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Act(act) => act.act(&mut sim.server),
            Step::Passing(passing) => passing.act(sim),
            Step::User(user) => user.act(sim),
            Step::Other(other) => other.act(sim),
        }
        grants_hold(&sim.server);
        grants_hold(&sim.other);
    }
}

/// Whoever starts now has nothing to do.
fn nothing_is_left_to_do(sim: &Sim, options: Options) -> Result<(), TestCaseError> {
    for server in [&sim.server, &sim.other] {
        rest_is_served(server);
        let started = Sim::with(options, server.clone());
        for (key, plan) in Sim::plans(&started.leader.core, &started.server, sim.now()) {
            prop_assert!(plan.changes.is_empty(), "{key}: {:?}", plan.changes);
        }
    }
    Ok(())
}

fn options(rests: bool) -> Options {
    Options {
        reuse_delay: Duration::from_secs(if rests { 60 } else { 0 }),
        ..Options::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_block_is_granted_twice_and_all_that_can_be_served_are(
        rests in any::<bool>(),
        steps in steps(80),
    ) {
        let mut sim = Sim::with(options(rests), Server::default());
        run(&mut sim, &steps);
        sim.settle();
        grants_hold(&sim.server);
        nothing_is_left_to_do(&sim, options(rests))?;
    }

    #[test]
    fn interfaces_get_addresses_of_their_own_and_give_them_back(steps in steps_around_interfaces()) {
        let mut sim = Sim::with(options(false), Server::default());
        run(&mut sim, &steps);
        sim.settle();
        for server in [&sim.server, &sim.other] {
            writes_keep_off_others_objects(server);
            writes_keep_off_what_is_not_to_be_touched(server);
            rest_is_sound(server);
        }
        nothing_is_left_to_do(&sim, options(false))?;
    }

    #[test]
    fn no_block_is_granted_twice_after_a_restore(
        overtakes in any::<bool>(),
        before in steps(25),
        lost in steps(25),
        after in steps(25),
    ) {
        let mut sim = Sim::with(options(false), Server::default());
        run(&mut sim, &before);
        let backup = sim.back_up();
        run(&mut sim, &lost);
        // As the way of a restore has it: both have stopped before, with all that was on its way, and start after it.
        for _ in 0..2 {
            sim.crash();
            sim.depose();
        }
        sim.restore(&backup, overtakes);
        for who in [Who::Leader, Who::Standby] {
            sim.notice(who);
        }
        run(&mut sim, &after);
        sim.settle();
        nothing_is_left_to_do(&sim, options(false))?;
    }
}
