// SPDX-License-Identifier: Apache-2.0

//! Properties of world, plan and core under random schedules, and schedules that once went wrong.

mod allocation;
mod altered;
mod grants;
mod invariants;
mod late;
mod leading;
mod looks;
mod memory;
mod others;
mod passing;
mod planned;
mod public;
mod renewed;
mod repeats;
mod restores;
mod rests;
mod retries;
#[path = "../sim/mod.rs"]
mod sim;
mod turns;
mod users;

use std::collections::{BTreeMap, VecDeque};

use ni_controller::world::Kind;
use proptest::prelude::*;

use invariants::{
    rest_is_sound, writes_keep_off_others_objects, writes_keep_off_what_is_not_to_be_touched,
    writes_take_away_only_what_the_template_named,
};
use others::Other;
use passing::Passing;
use sim::Sim;
use sim::server::{Server, typed};
use users::User;

/// What may happen between any two steps.
#[derive(Clone, Debug)]
enum Step {
    User(User),
    Other(Other),
    Passing(Passing),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => users::any_of().prop_map(Step::User),
        3 => others::any_of().prop_map(Step::Other),
        8 => passing::any_of().prop_map(Step::Passing),
    ]
}

fn act(sim: &mut Sim, steps: &[Step]) {
    for step in steps {
        match step {
            Step::User(user) => user.act(sim),
            Step::Other(other) => other.act(sim),
            Step::Passing(passing) => passing.act(sim),
        }
    }
}

/// Two namespaces in which these steps have happened, and nothing is left to do.
fn at_rest(apart: bool, steps: &[Step]) -> Sim {
    let mut sim = Sim::of_two(apart);
    act(&mut sim, steps);
    sim.settle();
    sim
}

/// How many schedules are tried: `PROPTEST_CASES`, or enough to be quick.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(2_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// On the way there every order is checked to be in the plan of the world as it is when the order leaves the core.
    #[test]
    fn whatever_happens_between_any_two_steps_it_comes_to_a_sound_rest(
        apart in any::<bool>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let sim = at_rest(apart, &steps);
        let now = sim.now();
        for server in [&sim.server, &sim.other] {
            writes_keep_off_others_objects(server);
            writes_keep_off_what_is_not_to_be_touched(server);
            writes_take_away_only_what_the_template_named(server);
            rest_is_sound(server);

            // A satisfied world: a controller that starts now has nothing to change.
            let started = Sim::new(server.clone());
            for (key, plan) in Sim::plans(&started.leader.core, &started.server, now) {
                prop_assert!(plan.changes.is_empty(), "{key}: {:?}", plan.changes);
            }
        }
    }

    #[test]
    fn any_order_of_events_gives_the_same_plan(
        steps in prop::collection::vec(step(), 1..40),
        order in prop::collection::vec(0..Kind::ALL.len(), 0..80),
    ) {
        let mut sim = Sim::new(Server::default());
        act(&mut sim, &steps);
        let now = sim.now();
        let listed = Sim::new(sim.server.clone());

        // The same objects by their watches: kinds interleaved at random, each kind in its order.
        let mut core = Sim::new(Server::default()).leader.core;
        let mut watches = BTreeMap::from(Kind::ALL.map(|kind| (kind, listed.server.reported(kind))));
        let rest = Kind::ALL.into_iter().flat_map(|kind| [kind; 16]);
        for kind in order.into_iter().map(|kind| Kind::ALL[kind]).chain(rest) {
            if let Some(event) = watches.get_mut(&kind).and_then(VecDeque::pop_front) {
                core.observe(typed(kind, &event), now);
            }
        }
        let plans = |core| Sim::plans(core, &listed.server, now);
        prop_assert_eq!(plans(&listed.leader.core), plans(&core));
    }
}
