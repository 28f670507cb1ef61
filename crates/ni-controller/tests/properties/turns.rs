// SPDX-License-Identifier: Apache-2.0

//! A tenant with very many objects beside one with one.

use ni_controller::world::Kind;
use serde_json::json;

use crate::sim::Sim;
use crate::users::{ephemeral, interface_spec};

const MANY: u32 = 50_000;

fn machine() -> serde_json::Value {
    let entry = ephemeral("a", &interface_spec(0, 0));
    json!({ "spec": { "networkInterfaces": [entry] } })
}

/// Each request of the small one comes after one of the large one at most.
#[test]
fn one_machine_beside_fifty_thousand_waits_for_one_turn_of_theirs() {
    let mut sim = Sim::of_two(false);
    for _ in 0..2 {
        sim.server.create_network("net-0");
        sim.deliver_all(Kind::Network);
        sim.switch();
    }
    for number in 0..MANY {
        sim.server
            .create(Kind::Machine, &format!("m{number}"), &machine());
    }
    sim.deliver_all(Kind::Machine);
    // In the midst of their work.
    for _ in 0..100 {
        sim.step().expect("there is much to do");
    }
    sim.switch();
    sim.server.create(Kind::Machine, "m", &machine());
    sim.deliver_all(Kind::Machine);
    let mut of_others = 0;
    while sim
        .server
        .get(Kind::NetworkInterface, "m-a")
        .is_none_or(|interface| interface["status"]["state"] != "Available")
    {
        let order = sim.step().expect("there is much to do");
        if *order.key.namespace == *sim.server.namespace() {
            of_others = 0;
        } else {
            of_others += 1;
        }
        assert!(
            of_others <= 1,
            "{of_others} requests of the others in a row"
        );
    }
}
