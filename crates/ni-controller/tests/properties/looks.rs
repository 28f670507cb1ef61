// SPDX-License-Identifier: Apache-2.0

//! Before something is taken away, and where the world may be behind, the core looks.

use std::time::Duration;

use ni_controller::core::{Failure, Outcome};
use ni_controller::plan::{Change, Purpose, Request};
use ni_controller::world::Kind;
use serde_json::{Value, json};

use crate::retries::{repair_is_ordered, with_child};
use crate::sim::server::Server;
use crate::sim::{Fate, Sim};
use crate::users::interface_spec;

/// The next order is a look at this object.
fn looks_at(sim: &mut Sim, kind: Kind, name: &str) {
    let order = sim.step().expect("something to do");
    is_a_look(&order.change, kind, name);
}

/// As [`looks_at`], after the wait for a timer.
fn looks_at_in_time(sim: &mut Sim, kind: Kind, name: &str) {
    let order = sim.step_in_time().expect("something to do");
    is_a_look(&order.change, kind, name);
}

fn is_a_look(change: &Change, kind: Kind, name: &str) {
    assert_eq!(
        (change.kind, &*change.name, change.purpose),
        (kind, name, Purpose::Look)
    );
}

#[test]
fn a_look_precedes_whatever_is_taken_away() {
    let mut sim = with_child();
    let empty = json!({ "spec": { "networkInterfaces": [] } });
    sim.server.patch(Kind::Machine, "m", &empty);
    sim.deliver_all(Kind::Machine);
    looks_at(&mut sim, Kind::Machine, "m");
    let order = sim.step().expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Remove);
}

#[test]
fn a_child_that_went_is_not_made_again_behind_a_machine_that_went_first() {
    // The deletion is watched, or a new list shows it.
    for by_list in [false, true] {
        let mut sim = with_child();
        sim.server.delete(Kind::Machine, "m");
        sim.server.collect();
        if by_list {
            sim.list(Kind::NetworkInterface);
        } else {
            sim.deliver_all(Kind::NetworkInterface);
        }
        looks_at(&mut sim, Kind::Machine, "m");
        assert_eq!(sim.step(), None, "by list: {by_list}");
    }
}

#[test]
fn a_child_that_went_while_its_machine_stays_is_made_again_after_one_look() {
    let mut sim = with_child();
    sim.server.delete(Kind::NetworkInterface, "m-c");
    sim.deliver_all(Kind::NetworkInterface);
    looks_at(&mut sim, Kind::Machine, "m");
    let order = sim.step().expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Make);
    sim.settle();
    // The look is not made again.
    let entries = sim.server.get(Kind::Machine, "m").expect("it")["spec"].clone();
    let mut entries = entries["networkInterfaces"]
        .as_array()
        .cloned()
        .expect("a list");
    entries.push(crate::users::ephemeral("d", &interface_spec(0, 1)));
    let more = json!({ "spec": { "networkInterfaces": entries } });
    sim.server.patch(Kind::Machine, "m", &more);
    sim.deliver_all(Kind::Machine);
    let order = sim.step().expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Make);
}

#[test]
fn what_a_list_left_in_doubt_is_read_until_an_answer_tells() {
    let mut sim = crate::retries::without_child();
    let made = sim.step().expect("something to do").change;
    assert_eq!(made.purpose, Purpose::Make);
    // Its status is on its way when it goes, unseen but by a list.
    assert!(sim.send() && sim.serve(0, Fate::Served));
    sim.server.delete(Kind::NetworkInterface, &made.name);
    sim.list(Kind::NetworkInterface);
    assert!(sim.answer(0));
    assert!(sim.send() && sim.serve(0, Fate::Lost) && sim.answer(0));
    looks_at_in_time(&mut sim, Kind::NetworkInterface, &made.name);
    looks_at_in_time(&mut sim, Kind::Machine, "m");
    assert_eq!(sim.step().expect("it").change.purpose, Purpose::Make);
}

#[test]
fn a_look_that_is_refused_is_tried_again_after_a_wait() {
    let mut sim = Sim::new(Server::default());
    let mut spec = interface_spec(0, 0);
    spec["machineRef"] = json!({ "name": "gone", "uid": "gone" });
    sim.server
        .create(Kind::NetworkInterface, "free", &json!({ "spec": spec }));
    sim.deliver_all(Kind::NetworkInterface);
    let now = sim.now();
    let look = sim.leader.core.next(now).expect("a look");
    assert_eq!(look.change.request, Request::Read);
    let refused = Outcome::Failed(Failure::Refused("forbidden".to_owned()));
    sim.leader.core.answer(look.ticket, refused, now);
    assert_eq!(sim.leader.core.next(now), None);
    let wait = sim.leader.core.wake_at().expect("a timer");
    assert!(wait > now.elapsed, "{wait:?}");
    sim.pass(wait.saturating_sub(now.elapsed));
    let again = sim.leader.core.next(sim.now());
    assert_eq!(again.map(|order| order.change), Some(look.change));
}

/// Interface and holder of one name: a look at the one, which a list in doubt asks for, is not a look at the other.
#[test]
fn a_look_at_an_object_of_the_holders_name_is_no_look_at_the_holder() {
    let mut sim = Sim::new(Server::default());
    let interface = json!({ "spec": interface_spec(0, 0) });
    sim.server.create(Kind::NetworkInterface, "x", &interface);
    let names = json!({ "name": "c", "networkInterfaceRef": { "name": "x" } });
    let machine = json!({ "spec": { "networkInterfaces": [names] } });
    sim.server.create(Kind::Machine, "x", &machine);
    sim.deliver_all(Kind::NetworkInterface);
    sim.deliver_all(Kind::Machine);
    let claim = sim.step().expect("something to do");
    assert_eq!(claim.change.purpose, Purpose::Claim);
    // Its holder is gone, and a list does not show the interface, of which only an answer has shown the version.
    sim.server.delete(Kind::Machine, "x");
    sim.deliver_all(Kind::Machine);
    let now = sim.now();
    let look = sim.leader.core.next(now).expect("a look at the holder");
    assert_eq!(look.change.kind, Kind::Machine);
    sim.begin_list(Kind::NetworkInterface, &[]);
    sim.end_list(Kind::NetworkInterface);
    let lost = Failure::Transient {
        message: "lost".to_owned(),
        after: None,
    };
    sim.leader
        .core
        .answer(look.ticket, Outcome::Failed(lost), now);
    looks_at(&mut sim, Kind::NetworkInterface, "x");
    while let Some(order) = sim.step_in_time() {
        assert_ne!(order.change.purpose, Purpose::Release, "without a look");
        if order.change.kind == Kind::Machine {
            break;
        }
    }
}

#[test]
fn what_exists_already_is_looked_at_before_anything_else() {
    let mut sim = crate::retries::without_child();
    let now = sim.now();
    let make = sim.leader.core.next(now).expect("something to do");
    assert_eq!(make.change.purpose, Purpose::Make);
    let exists = Outcome::Failed(Failure::AlreadyExists);
    sim.leader.core.answer(make.ticket, exists, now);
    let look = sim.leader.core.next(now).expect("a look");
    is_a_look(&look.change, Kind::NetworkInterface, "m-c");
    // However long that takes.
    sim.pass(Duration::from_mins(1));
    assert_eq!(sim.leader.core.next(sim.now()), None);
    sim.leader
        .core
        .answer(look.ticket, Outcome::Gone, sim.now());
    sim.settle();
    assert!(sim.server.get(Kind::NetworkInterface, "m-c").is_some());
}

/// The first orders for a network in use, which its finalizer is to be put on; each of these writes conflicts.
fn protects_in_vain(meanwhile: impl Fn(&mut Sim)) -> Vec<Purpose> {
    let mut sim = Sim::new(Server::default());
    let network = json!({ "spec": {} });
    sim.server.create(Kind::Network, "net-0", &network);
    let interface = json!({ "spec": interface_spec(0, 0) });
    sim.server
        .create(Kind::NetworkInterface, "free", &interface);
    sim.deliver_all(Kind::Network);
    sim.deliver_all(Kind::NetworkInterface);
    let mut purposes = Vec::new();
    while purposes.len() < 5 {
        let now = sim.now();
        let Some(order) = sim.leader.core.next(now) else {
            let at = sim.leader.core.wake_at().expect("a timer");
            sim.pass(at.saturating_sub(now.elapsed));
            continue;
        };
        let change = &order.change;
        let outcome = if change.purpose == Purpose::Protect {
            meanwhile(&mut sim);
            Outcome::Failed(Failure::Conflict("another version".to_owned()))
        } else {
            sim.server.serve(change.kind, &change.name, &change.request)
        };
        if change.kind == Kind::Network {
            purposes.push(change.purpose);
        }
        sim.leader.core.answer(order.ticket, outcome, now);
    }
    purposes
}

#[test]
fn a_conflict_that_goes_on_though_nothing_newer_is_known_is_looked_into() {
    use Purpose::{Look, Protect};
    let nothing_newer = protects_in_vain(|_| {});
    assert_eq!(nothing_newer, [Protect, Protect, Protect, Look, Protect]);
    let newer = protects_in_vain(|sim| {
        let version = sim.server.get(Kind::Network, "net-0").expect("it")["metadata"].clone();
        let label = json!({ "metadata": { "labels": { "version": version["resourceVersion"] } } });
        sim.server.patch(Kind::Network, "net-0", &label);
        sim.deliver_all(Kind::Network);
    });
    assert_eq!(newer, [Protect; 5]);
}

#[test]
fn what_a_server_did_not_find_is_made_again_at_once() {
    let mut sim = with_child();
    let order = repair_is_ordered(&mut sim);
    sim.server.delete(Kind::NetworkInterface, "m-c");
    let now = sim.now();
    let not_found = Outcome::Failed(Failure::NotFound);
    sim.leader.core.answer(order.ticket, not_found, now);
    looks_at(&mut sim, Kind::Machine, "m");
    assert_eq!(sim.step().expect("it").change.purpose, Purpose::Make);
}

#[test]
fn what_a_server_did_not_find_and_a_later_look_shows_is_there() {
    let mut sim = with_child();
    let order = repair_is_ordered(&mut sim);
    let now = sim.now();
    let not_found = Outcome::Failed(Failure::NotFound);
    sim.leader.core.answer(order.ticket, not_found, now);
    sim.settle();
    let child = sim.server.get(Kind::NetworkInterface, "m-c").expect("it");
    assert_eq!(child["spec"]["machineRef"]["name"], "m");
}

/// Until its end a list takes nothing back: it comes in the order of names, may be old, and may break off.
#[test]
fn a_list_that_has_not_ended_takes_nothing_back() {
    let mut sim = with_child();
    let stored = |sim: &Sim| sim.server.get(Kind::Machine, "m").expect("it").clone();
    let old = stored(&sim);
    let label = json!({ "metadata": { "labels": { "some": "change" } } });
    sim.server.patch(Kind::Machine, "m", &label);
    sim.deliver_all(Kind::Machine);
    let known = |sim: &Sim| {
        let namespace = sim.leader.core.world().namespace("ns");
        namespace
            .version(Kind::Machine, "m")
            .expect("it")
            .to_string()
    };
    let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
    let new = stored(&sim);
    sim.begin_list(Kind::Machine, std::slice::from_ref(&old));
    assert_eq!(known(&sim), version(&new));
    // One that breaks off has no effect,
    sim.begin_list(Kind::Machine, &[]);
    assert_eq!(known(&sim), version(&new));
    sim.list(Kind::Machine);
    assert_eq!(known(&sim), version(&new));
    // and one that ends has: the server went back.
    sim.begin_list(Kind::Machine, std::slice::from_ref(&old));
    sim.end_list(Kind::Machine);
    assert_eq!(known(&sim), version(&old));
}

#[test]
fn a_network_stays_as_long_as_an_interface_refers_to_it_that_does_not_decode() {
    let mut server = Server::default();
    server.create_network("net-0");
    let mut sim = Sim::new(server);
    let interface = json!({ "spec": interface_spec(0, 0) });
    sim.server
        .create(Kind::NetworkInterface, "free", &interface);
    sim.server.delete(Kind::Network, "net-0");
    let spoilt = json!({ "spec": { "ips": "none" } });
    sim.server.patch(Kind::NetworkInterface, "free", &spoilt);
    sim.settle();
    assert!(sim.server.get(Kind::Network, "net-0").is_some());
    sim.server.delete(Kind::NetworkInterface, "free");
    sim.settle();
    assert_eq!(sim.server.get(Kind::Network, "net-0"), None);
}
