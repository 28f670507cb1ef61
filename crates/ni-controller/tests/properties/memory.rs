// SPDX-License-Identifier: Apache-2.0

//! What the core remembers beside the world: nothing, once nothing is left to do.

use std::time::Duration;

use ni_controller::plan::Purpose;
use ni_controller::world::Kind;
use serde_json::json;

use crate::retries::with_child;
use crate::sim::Sim;

/// The core as text: none of what it remembers can be left out.
fn all_of(sim: &Sim) -> String {
    format!("{:?}", sim.leader.core)
}

#[test]
fn nothing_is_remembered_once_nothing_is_left_to_do() {
    let sim = with_child();
    let all = all_of(&sim);
    for nothing in [
        "memories: {}",
        "attempts: {}",
        "repeats: Repeats({})",
        "running: {}",
        "sent: {}",
    ] {
        assert!(all.contains(nothing), "{nothing} in {all}");
    }
}

#[test]
fn of_what_is_gone_nothing_is_remembered() {
    let mut sim = with_child();
    // It is made again, after a look.
    sim.server.delete(Kind::NetworkInterface, "m-c");
    sim.settle();
    let all = all_of(&sim);
    assert!(all.contains("m-c") && all.contains("memories: {}"), "{all}");
    sim.server.delete(Kind::Machine, "m");
    sim.settle();
    // The garbage collector is done, and so are all waits.
    sim.pass(Duration::from_mins(1));
    sim.settle();
    let all = all_of(&sim);
    assert!(!all.contains("m-c"), "{all}");
}

#[test]
fn a_second_removal_needs_a_look_of_its_own() {
    let mut sim = with_child();
    let machine = sim.server.get(Kind::Machine, "m").expect("it").clone();
    let entries = machine["spec"]["networkInterfaces"].clone();
    for round in 0..2 {
        let none = json!({ "spec": { "networkInterfaces": [] } });
        sim.server.patch(Kind::Machine, "m", &none);
        sim.deliver_all(Kind::Machine);
        let mut purposes = Vec::new();
        while let Some(order) = sim.step() {
            purposes.push(order.change.purpose);
        }
        assert_eq!(purposes, [Purpose::Look, Purpose::Remove], "{round}");
        sim.settle();
        let again = json!({ "spec": { "networkInterfaces": entries } });
        sim.server.patch(Kind::Machine, "m", &again);
        sim.settle();
    }
}
