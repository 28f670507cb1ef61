// SPDX-License-Identifier: Apache-2.0

//! Actions at random, and what holds after each.

use proptest::prelude::*;

use super::*;

fn steps() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (0..REPLICAS).prop_map(Action::Step),
        3 => (1..SETTLE).prop_map(Action::Pass),
    ]
}

fn crashes() -> impl Strategy<Value = Action> {
    let names = prop_oneof![Just(vec!["a"]), Just(vec!["a", "b"]), Just(vec!["c"])];
    prop_oneof![
        20 => steps(),
        1 => (0..REPLICAS, names).prop_map(|(number, names)| Action::Crash(number, names)),
    ]
}

fn damages() -> impl Strategy<Value = Action> {
    prop_oneof![20 => steps(), 1 => any::<bool>().prop_map(Action::Damage)]
}

/// Without damages that come within two settling times of another.
fn seldom_damaged(mut actions: Vec<Action>) -> Vec<Action> {
    let mut whole_for = 0;
    actions.retain(|action| match action {
        Action::Damage(_) => std::mem::take(&mut whole_for) >= 2 * SETTLE,
        Action::Pass(seconds) => {
            whole_for += seconds;
            true
        }
        Action::Step(_) | Action::Crash(..) => true,
    });
    actions
}

fn run(actions: &[Action]) -> World {
    let mut world = World::new();
    // Before the first pair is trusted, nobody can call.
    (0..REPLICAS).for_each(|number| world.finish(number));
    (0..REPLICAS).for_each(|number| world.finish(number));
    for action in actions {
        world.act(action);
    }
    world.comes_to_rest();
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn replicas_that_crash_serve_only_what_is_trusted(actions in prop::collection::vec(crashes(), 0..400)) {
        run(&actions);
    }

    #[test]
    fn replicas_that_run_keep_what_they_serve_trusted_while_the_secret_is_damaged(actions in prop::collection::vec(damages(), 0..400)) {
        run(&seldom_damaged(actions));
    }

    #[test]
    fn the_first_of_many_writers_wins(actions in prop::collection::vec((0..REPLICAS).prop_map(Action::Step), 0..60)) {
        let mut world = World::new();
        for action in &actions {
            world.act(action);
        }
        (0..REPLICAS).for_each(|number| world.finish(number));
        (0..REPLICAS).for_each(|number| world.finish(number));
        prop_assert_eq!(world.secret, 1);
    }
}

#[test]
fn pairs_do_follow_each_other() {
    let world = run(&vec![Action::Pass(SETTLE); 100]);
    assert!(world.pairs >= 4, "{world:#?}");
}

/// Found by the properties above: a replica restores what it remembers, and others have meanwhile restored something else.
#[test]
fn who_missed_what_others_restored_serves_nothing_that_is_not_trusted() {
    use Action::{Damage, Pass, Step};
    for actions in [
        // A successor that was about to be served was replaced by another.
        vec![
            Damage(false),
            Pass(215),
            Step(1),
            Step(1),
            Step(1),
            Damage(false),
            Pass(5),
            Damage(false),
            Step(1),
        ],
        // A successor that is in use had taken the place of the pair before it.
        vec![
            Damage(false),
            Pass(126),
            Step(0),
            Pass(5),
            Step(0),
            Step(0),
            Damage(false),
            Step(0),
        ],
    ] {
        run(&actions);
    }
}
