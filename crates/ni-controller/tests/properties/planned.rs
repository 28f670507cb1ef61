// SPDX-License-Identifier: Apache-2.0

//! What becomes of what was planned while it waits to be sent.

use ni_controller::core::{Failure, Outcome};
use ni_controller::plan::Purpose;
use ni_controller::world::Kind;
use serde_json::json;

use crate::sim::Sim;
use crate::sim::server::Server;
use crate::users::{ephemeral, interface_spec};

/// Applies the machine `m` with entries `a`, `b` and so on, of these addresses.
pub(crate) fn apply_machine(sim: &mut Sim, ips: &[&str]) {
    let entry = |(name, ip): (char, &&str)| {
        let mut spec = interface_spec(0, 0);
        spec["ips"] = json!([{ "value": ip }]);
        ephemeral(&name.to_string(), &spec)
    };
    let entries: Vec<_> = ('a'..).zip(ips).map(entry).collect();
    let spec = json!({ "spec": { "networkInterfaces": entries } });
    sim.server.apply(Kind::Machine, "m", &spec);
}

/// That machine with its children, at rest.
fn settled(ips: &[&str]) -> Sim {
    let mut sim = Sim::new(Server::default());
    apply_machine(&mut sim, ips);
    sim.settle();
    sim
}

/// The purpose of the leader's next order, which is served and answered.
pub(crate) fn step(sim: &mut Sim) -> Option<Purpose> {
    sim.step().map(|order| order.change.purpose)
}

/// For a while no request can be sent: all slots are taken, or, if `lapses`, the Lease has expired. Meanwhile the core sees what changed.
fn wait(sim: &mut Sim, lapses: bool) {
    let now = sim.now();
    if lapses {
        sim.leader.core.lead(false, now);
        assert_eq!(sim.leader.core.next(now), None);
    }
    for kind in Kind::ALL {
        sim.deliver_all(kind);
    }
    if lapses {
        sim.leader.core.lead(true, now);
    }
}

#[test]
fn a_delete_that_waited_is_not_sent_for_a_child_that_is_declared_again() {
    for lapses in [false, true] {
        let mut sim = settled(&["10.0.0.1", "10.0.0.2"]);
        let empty = json!({ "spec": { "networkInterfaces": [] } });
        sim.server.patch(Kind::Machine, "m", &empty);
        sim.deliver_all(Kind::Machine);
        assert_eq!(step(&mut sim), Some(Purpose::Look));
        assert_eq!(step(&mut sim), Some(Purpose::Remove));
        apply_machine(&mut sim, &["10.0.0.1", "10.0.0.2"]);
        wait(&mut sim, lapses);
        while let Some(purpose) = step(&mut sim) {
            assert_ne!(purpose, Purpose::Remove, "lapses: {lapses}");
        }
        let child = sim.server.get(Kind::NetworkInterface, "m-b");
        assert!(child.is_some());
    }
}

#[test]
fn a_repair_that_waited_is_not_sent_with_an_old_template() {
    for lapses in [false, true] {
        let mut sim = settled(&["10.0.0.1", "10.0.0.2"]);
        apply_machine(&mut sim, &["10.0.0.11", "10.0.0.12"]);
        sim.deliver_all(Kind::Machine);
        assert_eq!(step(&mut sim), Some(Purpose::Repair));
        // The template changes again, and another one brings both children to it.
        apply_machine(&mut sim, &["10.0.0.21", "10.0.0.22"]);
        for (name, ip) in [("m-a", "10.0.0.21"), ("m-b", "10.0.0.22")] {
            let ips = json!({ "spec": { "ips": [{ "value": ip }] } });
            sim.server.patch(Kind::NetworkInterface, name, &ips);
        }
        wait(&mut sim, lapses);
        while let Some(purpose) = step(&mut sim) {
            assert_ne!(purpose, Purpose::Repair, "lapses: {lapses}");
        }
        let child = sim.server.get(Kind::NetworkInterface, "m-b").expect("it");
        assert_eq!(child["spec"]["ips"][0]["value"], "10.0.0.22");
    }
}

#[test]
fn repairs_that_waited_are_all_made_with_the_new_template() {
    let mut sim = settled(&["10.0.0.1", "10.0.1.1", "10.0.2.1", "10.0.3.1"]);
    apply_machine(&mut sim, &["10.0.0.2", "10.0.1.2", "10.0.2.2", "10.0.3.2"]);
    sim.deliver_all(Kind::Machine);
    assert_eq!(step(&mut sim), Some(Purpose::Repair));
    let last = ["10.0.0.3", "10.0.1.3", "10.0.2.3", "10.0.3.3"];
    apply_machine(&mut sim, &last);
    sim.deliver_all(Kind::Machine);
    sim.settle();
    for (name, ip) in ["m-a", "m-b", "m-c", "m-d"].into_iter().zip(last) {
        let child = sim.server.get(Kind::NetworkInterface, name).expect("it");
        assert_eq!(child["spec"]["ips"][0]["value"], ip, "{name}");
    }
}

#[test]
fn the_first_answers_of_a_plan_leave_its_other_changes_as_they_are() {
    let mut sim = Sim::new(Server::default());
    apply_machine(&mut sim, &["10.0.0.1", "10.0.0.2"]);
    sim.deliver_all(Kind::Machine);
    assert_eq!(step(&mut sim), Some(Purpose::Make));
    let plans = sim.leader.core.counts().reconciles;
    assert_eq!(step(&mut sim), Some(Purpose::Make));
    assert_eq!(sim.leader.core.counts().reconciles, plans);
}

/// It may say what was true before the child was made.
#[test]
fn a_status_that_waited_while_a_child_was_made_is_planned_again() {
    let mut sim = Sim::new(Server::default());
    let template =
        json!({ "spec": { "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } } });
    let mut spec = interface_spec(0, 0);
    spec["ips"] = json!([{ "ephemeral": { "prefixTemplate": template } }]);
    sim.server
        .create(Kind::NetworkInterface, "x", &json!({ "spec": spec }));
    sim.deliver_all(Kind::NetworkInterface);
    assert_eq!(step(&mut sim), Some(Purpose::Make));
    let plans = sim.leader.core.counts().reconciles;
    assert_eq!(step(&mut sim), Some(Purpose::Status));
    assert_eq!(sim.leader.core.counts().reconciles, plans + 1);
}

#[test]
fn a_create_that_waited_is_not_sent_into_a_namespace_that_is_going_or_gone() {
    for failure in [Failure::NamespaceTerminating, Failure::NotFound] {
        let mut sim = Sim::new(Server::default());
        apply_machine(&mut sim, &["10.0.0.1", "10.0.0.2"]);
        sim.deliver_all(Kind::Machine);
        let now = sim.now();
        let order = sim.leader.core.next(now).expect("something to do");
        assert_eq!(order.change.purpose, Purpose::Make);
        let refused = Outcome::Failed(failure);
        sim.leader.core.answer(order.ticket, refused, now);
        assert_eq!(sim.leader.core.next(now), None);
    }
}
