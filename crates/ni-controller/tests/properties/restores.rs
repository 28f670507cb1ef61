// SPDX-License-Identifier: Apache-2.0

//! The server goes back to an older state, as when it is restored from a backup, while controllers run.

use std::time::Duration;

use ni_controller::plan::Purpose;
use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::json;

use crate::invariants::{
    rest_is_sound, writes_keep_off_others_objects, writes_keep_off_what_is_not_to_be_touched,
};
use crate::retries::with_child;
use crate::sim::server::Server;
use crate::sim::{Sim, Who};
use crate::users::{ephemeral, interface_spec};
use crate::{Step, act, cases, step};

const NIC: Kind = Kind::NetworkInterface;

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was done before, until both replicas have noticed, and since.
    #[test]
    fn after_a_restore_it_comes_to_a_sound_rest(
        apart in any::<bool>(),
        overtakes in any::<bool>(),
        before in steps(25),
        lost in steps(25),
        unnoticed in steps(15),
        by_one in steps(15),
        after in steps(15),
    ) {
        let mut sim = Sim::of_two(apart);
        act(&mut sim, &before);
        let backup = sim.back_up();
        act(&mut sim, &lost);
        sim.restore(&backup, overtakes);
        act(&mut sim, &unnoticed);
        for (who, steps) in [(Who::Leader, by_one), (Who::Standby, after)] {
            if sim.is_ahead(who) {
                sim.notice(who);
            }
            act(&mut sim, &steps);
        }
        for who in [Who::Leader, Who::Standby] {
            if sim.is_ahead(who) {
                sim.notice(who);
            }
        }
        sim.settle();
        let now = sim.now();
        for server in [&sim.server, &sim.other] {
            writes_keep_off_others_objects(server);
            writes_keep_off_what_is_not_to_be_touched(server);
            rest_is_sound(server);
            let started = Sim::new(server.clone());
            for (key, plan) in Sim::plans(&started.leader.core, &started.server, now) {
                prop_assert!(plan.changes.is_empty(), "{key}: {:?}", plan.changes);
            }
        }
        for kind in Kind::ALL {
            let stored = sim.server.list(kind).count() + sim.other.list(kind).count();
            for replica in [&sim.leader, &sim.standby] {
                prop_assert_eq!(replica.core.world().size(kind).objects, stored);
            }
        }
    }
}

/// A server at rest with a machine and its child, of which the controller knows a later history; how long that is no longer so.
fn gone_back(lost: impl Fn(&mut Sim), overtakes: bool) -> Sim {
    let mut sim = with_child();
    let backup = sim.back_up();
    lost(&mut sim);
    sim.settle();
    sim.restore(&backup, overtakes);
    sim
}

fn label_all(sim: &mut Sim) {
    for _ in 0..5 {
        for (kind, name) in [(Kind::Machine, "m"), (NIC, "m-c")] {
            let label =
                json!({ "metadata": { "labels": { "at": sim.server.newest().to_string() } } });
            sim.server.patch(kind, name, &label);
        }
    }
}

/// The purposes of the leader's orders until it notices.
fn purposes_until_it_notices(sim: &mut Sim) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    while sim.is_ahead(Who::Leader) {
        let order = sim.step_in_time().expect("something to do");
        purposes.push(order.change.purpose);
    }
    purposes
}

#[test]
fn what_it_makes_shows_that_the_server_went_back() {
    let mut sim = gone_back(label_all, false);
    // By a watch that still shows something.
    add_machine(&mut sim, "n");
    assert_eq!(purposes_until_it_notices(&mut sim), [Purpose::Make]);
    sim.settle();
    rest_is_sound(&sim.server);
}

#[test]
fn a_conflict_that_goes_on_is_looked_at_and_shows_that_the_server_went_back() {
    for overtakes in [false, true] {
        let mut sim = gone_back(label_all, overtakes);
        // A network in error is one that only its own watch has to show.
        sim.server.create_network("net-0");
        sim.list(Kind::Network);
        let purposes = purposes_until_it_notices(&mut sim);
        let (look, writes) = purposes.split_last().expect("some");
        assert_eq!(*look, Purpose::Look, "{purposes:?}");
        assert!(
            writes.iter().all(|purpose| *purpose == Purpose::Status),
            "{purposes:?}"
        );
        sim.settle();
        rest_is_sound(&sim.server);
    }
}

#[test]
fn once_it_has_noticed_it_decides_nothing_before_it_knows_everything() {
    let mut sim = gone_back(label_all, true);
    let now = sim.now();
    sim.leader.core.start_over(now);
    sim.leader.core.lead(true, now);
    for kind in Kind::ALL {
        assert_eq!(sim.leader.core.next(now), None);
        assert!(!sim.leader.core.world().is_complete());
        sim.list(kind);
    }
    assert!(sim.leader.core.world().is_complete());
}

#[test]
fn answers_to_what_was_sent_before_it_noticed_are_ignored() {
    let mut sim = Sim::new(Server::default());
    let entry = ephemeral("c", &interface_spec(0, 0));
    let machine = json!({ "spec": { "networkInterfaces": [entry] } });
    sim.server.create(Kind::Machine, "m", &machine);
    let backup = sim.back_up();
    sim.deliver_all(Kind::Machine);
    assert!(sim.send());
    assert!(sim.serve(0, crate::sim::Fate::Served));
    sim.restore(&backup, false);
    sim.notice(Who::Leader);
    // It tells of an interface that is not there any more.
    assert!(sim.answer(0));
    sim.notice(Who::Standby);
    sim.settle();
    assert!(sim.server.get(NIC, "m-c").is_some());
}

/// Makes a machine of this name, which the watch of machines shows.
fn add_machine(sim: &mut Sim, name: &str) {
    let entries = [ephemeral("d", &interface_spec(0, 1))];
    let machine = json!({ "spec": { "networkInterfaces": entries } });
    sim.server.create(Kind::Machine, name, &machine);
    sim.list(Kind::Machine);
}

/// Where the lists come from a server that still shows what was before, each write would be a proof.
#[test]
fn one_proof_does_not_follow_another_without_a_pause() {
    let mut sim = gone_back(label_all, false);
    sim.notice(Who::Leader);
    sim.settle();
    let backup = sim.back_up();
    label_all(&mut sim);
    sim.settle();
    sim.restore(&backup, false);
    add_machine(&mut sim, "n");
    let order = sim.step().expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Make);
    assert!(sim.is_ahead(Who::Leader));
    sim.pass(Duration::from_mins(1));
    add_machine(&mut sim, "o");
    purposes_until_it_notices(&mut sim);
}
