// SPDX-License-Identifier: Apache-2.0

//! A namespace is deleted, and made again under the same name.

use std::time::Duration;

use ironcore_api::ownership::PUBLIC_POOL;
use ni_controller::core::{Core, Step};
use ni_controller::plan::Purpose;
use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::json;

use crate::invariants::rest_is_sound;
use crate::sim::server::{Phase, Server};
use crate::sim::{Fate, Sim};
use crate::users::{ephemeral, interface_spec};
use crate::{Step as Act, act, cases, step};

fn steps(most: usize) -> impl Strategy<Value = Vec<Act>> {
    prop::collection::vec(step(), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Without that anybody waits for the end of a rest.
    #[test]
    fn a_namespace_that_is_made_again_comes_to_a_sound_rest(
        apart in any::<bool>(),
        before in steps(25),
        terminating in steps(15),
        gone in steps(10),
        again in steps(25),
    ) {
        let mut sim = Sim::of_two(apart);
        act(&mut sim, &before);
        let name = sim.server.namespace();
        let in_it = |sim: &mut Sim, what: fn(&mut Server)| {
            let server = if sim.server.namespace() == name { &mut sim.server } else { &mut sim.other };
            what(server);
        };
        in_it(&mut sim, |server| server.begin_to_delete());
        act(&mut sim, &terminating);
        in_it(&mut sim, |server| server.finish_to_delete());
        act(&mut sim, &gone);
        in_it(&mut sim, |server| server.set_phase(Phase::Active));
        act(&mut sim, &again);
        sim.settle();
        for server in [&sim.server, &sim.other] {
            rest_is_sound(server);
        }
    }
}

fn add_machine(server: &mut Server, name: &str) {
    let entry = ephemeral("c", &interface_spec(0, 0));
    let machine = json!({ "spec": { "networkInterfaces": [entry] } });
    server.create(Kind::Machine, name, &machine);
}

/// A machine in a namespace that is being deleted, as the controller has found.
fn resting() -> Sim {
    let mut sim = Sim::new(Server::default());
    add_machine(&mut sim.server, "m");
    sim.deliver_all(Kind::Machine);
    sim.server.set_phase(Phase::Terminating);
    assert_eq!(step_now(&mut sim), Some(Purpose::Make));
    assert_eq!(sim.step(), None);
    sim
}

/// The purpose of the leader's next order, which is served and answered.
fn step_now(sim: &mut Sim) -> Option<Purpose> {
    sim.step().map(|order| order.change.purpose)
}

#[test]
fn a_namespace_that_is_made_again_is_served_at_once() {
    let mut sim = resting();
    sim.server.finish_to_delete();
    sim.deliver_all(Kind::Machine);
    sim.server.set_phase(Phase::Active);
    add_machine(&mut sim.server, "m");
    sim.deliver_all(Kind::Machine);
    assert_eq!(step_now(&mut sim), Some(Purpose::Make));
    assert!(sim.server.get(Kind::NetworkInterface, "m-c").is_some());
}

/// What was sent into the namespace that was deleted is answered as late as that.
#[test]
fn refusals_that_come_late_do_not_hold_up_the_new_namespace() {
    for answered in [0, 1] {
        let mut sim = Sim::new(Server::default());
        for name in ["m", "n"] {
            add_machine(&mut sim.server, name);
        }
        sim.deliver_all(Kind::Machine);
        sim.server.set_phase(Phase::Terminating);
        for _ in 0..2 {
            assert!(sim.send() && sim.serve(0, Fate::Served));
        }
        for _ in 0..answered {
            sim.answer(0);
        }
        sim.pass(Duration::from_secs(1));
        sim.server.finish_to_delete();
        sim.server.set_phase(Phase::Active);
        for name in ["m", "n"] {
            add_machine(&mut sim.server, name);
        }
        sim.deliver_all(Kind::Machine);
        sim.send();
        while sim.answer(0) {}
        sim.settle();
        let made = sim.server.list(Kind::NetworkInterface).count();
        assert_eq!(made, 2, "answered before: {answered}");
    }
}

#[test]
fn whatever_appears_first_has_all_objects_of_the_namespace_looked_at() {
    let mut sim = resting();
    // It is not the object that was refused that appears.
    sim.server.set_phase(Phase::Active);
    sim.server.create_network("net-0");
    sim.deliver_all(Kind::Network);
    assert_eq!(step_now(&mut sim), Some(Purpose::Make));
}

#[test]
fn without_a_sign_creates_are_tried_again_after_five_minutes() {
    let mut sim = resting();
    let since = sim.now().elapsed;
    // What was known is none.
    let label = json!({ "metadata": { "labels": { "some": "change" } } });
    sim.server.patch(Kind::Machine, "m", &label);
    sim.deliver_all(Kind::Machine);
    assert_eq!(sim.step(), None);
    let order = sim.step_in_time().expect("an attempt");
    assert_eq!(order.change.purpose, Purpose::Make);
    let waited = sim.now().elapsed.saturating_sub(since);
    assert_eq!(waited, Duration::from_mins(5));
}

#[test]
fn a_thousand_late_events_are_a_handful_of_creates() {
    let mut sim = resting();
    let mut creates = 0;
    for number in 0..1000 {
        // Made before, it appears only now.
        sim.server.set_phase(Phase::Active);
        add_machine(&mut sim.server, &format!("late-{number}"));
        sim.server.set_phase(Phase::Terminating);
        sim.deliver_all(Kind::Machine);
        while let Some(purpose) = step_now(&mut sim) {
            creates += u32::from(purpose == Purpose::Make);
        }
        sim.pass(Duration::from_millis(100));
    }
    assert!((2..10).contains(&creates), "{creates}");
}

/// Its address is a prefix of another namespace, which nothing in its own one names.
#[test]
fn a_virtual_ip_that_came_during_a_rest_gets_its_address_when_that_ends() {
    let mut sim = Sim::with_pools(Server::default());
    let labels = json!({ PUBLIC_POOL: "" });
    let block = json!({ "ipFamily": "IPv4", "prefix": "192.0.2.0/24" });
    let pool = json!({ "metadata": { "labels": labels }, "spec": block });
    sim.server.create(Kind::Prefix, "pool", &pool);
    sim.settle();
    // The second rest goes on for a second after something has appeared, as the first one ended in vain.
    for name in ["first", "second"] {
        let (namespace, now) = (sim.other.namespace().into(), sim.now());
        sim.leader.core.note_terminating(&namespace, now);
        let virtual_ip = json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } });
        sim.other.create(Kind::VirtualIp, name, &virtual_ip);
        sim.settle();
        let virtual_ip = sim.other.get(Kind::VirtualIp, name).expect("it");
        assert!(virtual_ip["status"]["ip"].is_string(), "{name}");
    }
}

#[test]
fn the_end_of_a_rest_has_a_few_objects_at_a_time_looked_at() {
    const MANY: usize = 1000;
    let mut sim = Sim::new(Server::default());
    for number in 0..MANY {
        sim.server.create_network(&format!("net-{number}"));
    }
    sim.settle();
    let (namespace, now) = (sim.server.namespace().into(), sim.now());
    sim.leader.core.note_terminating(&namespace, now);
    sim.pass(Duration::from_mins(5));
    let now = sim.now();
    let planned = |core: &Core| usize::try_from(core.counts().reconciles).expect("few");
    let core = &mut sim.leader.core;
    let before = planned(core);
    let mut most = 0;
    while core.step(now) != Step::Idle {
        most = most.max(core.queue_depth(now).0);
    }
    assert_eq!(planned(core) - before, MANY);
    assert!(most < MANY / 10, "{most} were queued");
}
