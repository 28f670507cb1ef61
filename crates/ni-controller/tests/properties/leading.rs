// SPDX-License-Identifier: Apache-2.0

//! Who leads, and what it plans for then.

use std::collections::BTreeSet;
use std::time::Duration;

use ni_controller::core::{Core, Now, Step};
use ni_controller::plan::Purpose;
use ni_controller::world::{AnyObject, Event, Kind, Watched};
use ni_runtime::scope::Scope;
use serde_json::json;

use crate::planned::{apply_machine, step};
use crate::retries::with_child;
use crate::sim::server::{Server, any};
use crate::sim::{Sim, fresh_core, outside_allocator};
use crate::users::{ephemeral, interface_spec};

#[test]
fn one_that_begins_to_lead_plans_for_every_object() {
    let mut sim = with_child();
    let edit = json!({ "spec": { "machineRef": null } });
    sim.server.patch(Kind::NetworkInterface, "m-c", &edit);
    sim.deliver_to(crate::sim::Who::Standby, Kind::NetworkInterface);
    sim.depose();
    assert_eq!(step(&mut sim), Some(Purpose::Repair));
}

/// A machine without interfaces.
fn machine(number: u64, version: u64) -> AnyObject {
    let metadata = json!({
        "name": format!("m-{number}"), "namespace": "ns", "uid": number.to_string(),
        "resourceVersion": version.to_string(), "creationTimestamp": "1970-01-01T00:00:01Z",
    });
    any(Kind::Machine, &json!({ "metadata": metadata }))
}

/// A list of so many machines.
fn list(core: &mut Core, count: u64, now: Now) {
    core.observe(Event::ListBegins(Kind::Machine, Scope::All), now);
    for number in 0..count {
        core.observe(Event::Listed(machine(number, 1 + number)), now);
    }
    core.observe(Event::ListEnds(Kind::Machine, Scope::All), now);
}

/// A core that stands by, and the time.
fn standby() -> (Core, Now) {
    let core = fresh_core(&Watched::default(), outside_allocator());
    (core, Sim::new(Server::default()).now())
}

#[test]
fn one_that_stands_by_remembers_nothing_of_objects_that_are_gone() {
    let (mut core, now) = standby();
    list(&mut core, 0, now);
    for number in 0..1000 {
        core.observe(Event::Applied(machine(number, 2 * number + 1)), now);
        core.observe(Event::Deleted(machine(number, 2 * number + 2)), now);
    }
    assert_eq!(core.queue_depth(now).0, 0);
    assert_eq!(core.world().namespaces().count(), 0);
}

#[test]
fn one_that_stands_by_takes_in_the_end_of_a_long_list_in_parts() {
    let (mut core, now) = standby();
    list(&mut core, 3_000, now);
    while core.catch_up(now) {}
    list(&mut core, 0, now);
    let known = |core: &Core| core.world().size(Kind::Machine).objects;
    assert!(core.catch_up(now), "more is left");
    assert!(known(&core) > 0);
    while core.catch_up(now) {}
    assert_eq!(known(&core), 0);
}

#[test]
fn what_waits_and_what_is_under_way_can_be_read() {
    let mut sim = Sim::new(Server::default());
    apply_machine(&mut sim, &["10.0.0.1", "10.0.0.2"]);
    sim.deliver_all(Kind::Machine);
    sim.pass(Duration::from_secs(5));
    let now = sim.now();
    let core = &mut sim.leader.core;
    // The machine, and the interfaces that it names.
    assert_eq!(core.queue_depth(now), (3, Duration::from_secs(5)));
    for under_way in 0..2 {
        assert_eq!(core.under_way(), under_way);
        assert!(core.next(now).is_some());
    }
    assert_eq!(core.next(now), None);
    assert_eq!(core.under_way(), 2);
    assert_eq!(core.queue_depth(now), (0, Duration::ZERO));
}

/// The namespaces of all that there is to send now.
fn namespaces_of_orders(sim: &mut Sim) -> BTreeSet<String> {
    let (now, core) = (sim.now(), &mut sim.leader.core);
    let orders = std::iter::from_fn(|| core.next(now));
    orders
        .map(|order| order.key.namespace.to_string())
        .collect()
}

#[test]
fn a_namespace_is_planned_for_once_it_is_known_whatever_becomes_of_others() {
    let mut sim = Sim::of_two(true);
    for _ in 0..2 {
        let interface = json!({ "spec": interface_spec(0, 0) });
        sim.server
            .create(Kind::NetworkInterface, "free", &interface);
        sim.switch();
    }
    sim.forget();
    for known in ["ns", "other"] {
        for kind in Kind::ALL {
            assert_eq!(namespaces_of_orders(&mut sim), BTreeSet::new(), "{known}");
            assert!(!sim.leader.core.world().is_complete());
            assert_eq!(sim.leader.core.queue_depth(sim.now()).0, 0, "{known}");
            sim.list(kind);
        }
        assert_eq!(namespaces_of_orders(&mut sim), [known.to_owned()].into());
        sim.switch();
    }
    assert!(sim.leader.core.world().is_complete());
}

/// A new leader plans for all that there is, a slice at a time: the Lease is renewed and probes are answered in between.
#[test]
fn a_new_leader_plans_in_slices() {
    let mut sim = Sim::new(Server::default());
    for number in 0..1_000 {
        let machine = json!({ "spec": { "networkInterfaces": [] } });
        sim.server
            .create(Kind::Machine, &format!("m{number}"), &machine);
    }
    sim.deliver_all(Kind::Machine);
    sim.depose();
    sim.deliver_all(Kind::Machine);
    let now = sim.now();
    let core = &mut sim.leader.core;
    let before = core.counts().reconciles;
    let mut pauses = 0;
    loop {
        let planned = core.counts().reconciles;
        let step = core.step(now);
        assert!(core.counts().reconciles - planned <= 256);
        match step {
            Step::Pause => pauses += 1,
            Step::Idle => break,
            Step::Send(order) => panic!("{order:?}"),
        }
    }
    assert_eq!(core.counts().reconciles - before, 1_000);
    assert!(pauses >= 3, "{pauses}");
}

/// Whoever comes next has a slot at once, however many requests of another namespace hang.
#[test]
fn one_slot_is_left_for_another_namespace() {
    let requests = |others: bool| {
        let mut sim = Sim::of_two(false);
        if others {
            sim.switch();
            sim.server.create_network("net");
            sim.deliver_all(Kind::Network);
            sim.switch();
        }
        for number in 0..8 {
            let entry = ephemeral("a", &interface_spec(0, 0));
            let machine = json!({ "spec": { "networkInterfaces": [entry] } });
            sim.server
                .create(Kind::Machine, &format!("m{number}"), &machine);
        }
        sim.deliver_all(Kind::Machine);
        let now = sim.now();
        let mut core = std::mem::replace(
            &mut sim.leader.core,
            fresh_core(&Watched::default(), outside_allocator()),
        );
        core = core.with_slots(4);
        std::iter::from_fn(|| core.next(now)).take(8).count()
    };
    assert_eq!(requests(true), 3);
    assert_eq!(requests(false), 8);
}
