// SPDX-License-Identifier: Apache-2.0

//! What is written and does not last: the same again comes ever more slowly.

use ni_controller::core::Order;
use ni_controller::plan::{Purpose, Reason, Request};
use ni_controller::world::Kind;
use serde_json::json;

use crate::retries::{with_child, with_unclaimed};
use crate::sim::Sim;
use crate::sim::server::Server;
use crate::users::interface_spec;

/// Somebody takes back each write of this purpose as soon as it is done, as long as `step` finds one. How often it is written,
/// at most five times, and what Events say of it.
fn writes_that_are_taken_back(
    purpose: Purpose,
    take_back: impl Fn(&mut Sim),
    step: impl Fn(&mut Sim) -> Option<Order>,
) -> (usize, Vec<String>) {
    let mut sim = with_child();
    let mut writes = 0;
    take_back(&mut sim);
    for _ in 0..200 {
        for kind in Kind::ALL {
            sim.deliver_all(kind);
        }
        let Some(order) = step(&mut sim).filter(|_| writes < 5) else {
            break;
        };
        if order.change.purpose == purpose {
            writes += 1;
            take_back(&mut sim);
        }
    }
    let notices = sim.leader.core.take_notices().into_iter();
    let undone = notices.filter(|notice| notice.reason == Reason::WriteUndone);
    let undone = undone.map(|notice| format!("{}: {}", notice.name, notice.message));
    let mut undone: Vec<String> = undone.collect();
    // The same again counts as a series of one Event.
    undone.dedup();
    (writes, undone)
}

const NIC: Kind = Kind::NetworkInterface;

fn take_back_repair(sim: &mut Sim) {
    let written = |manager: &str, second: u32| json!({ "manager": manager, "time": format!("2026-01-01T00:00:0{second}Z") });
    let managers = [
        written("first", 1),
        written("rival", 3),
        written("ni-controller", 4),
    ];
    let edit = json!({ "metadata": { "managedFields": managers }, "spec": { "machineRef": null } });
    sim.server.patch(NIC, "m-c", &edit);
}

fn take_back_make(sim: &mut Sim) {
    sim.server.delete(NIC, "m-c");
}

fn take_back_status(sim: &mut Sim) {
    let nothing = json!({ "metadata": {}, "status": { "conditions": null } });
    sim.server.serve(NIC, "m-c", &Request::PatchStatus(nothing));
}

#[test]
fn what_somebody_takes_back_each_time_is_written_ever_more_slowly() {
    for (purpose, take_back) in [
        (Purpose::Repair, take_back_repair as fn(&mut Sim)),
        (Purpose::Status, take_back_status),
        (Purpose::Make, take_back_make),
    ] {
        let (writes, _) = writes_that_are_taken_back(purpose, take_back, Sim::step);
        assert!((1..4).contains(&writes), "{writes}");
    }
}

#[test]
fn a_status_that_is_taken_back_after_a_rest_is_the_same_again() {
    let mut sim = with_child();
    let written_at_once = [0, 1].map(|_| {
        take_back_status(&mut sim);
        sim.deliver_all(NIC);
        let orders = std::iter::from_fn(|| sim.step());
        orders.map(|order| order.change.purpose).collect::<Vec<_>>()
    });
    assert_eq!(written_at_once, [vec![Purpose::Status], vec![]]);
}

#[test]
fn the_same_write_again_counts_as_a_retry() {
    let mut sim = with_child();
    let retries = |sim: &Sim| sim.leader.core.counts().retries;
    let before = retries(&sim);
    for again in 0..3 {
        take_back_repair(&mut sim);
        for kind in Kind::ALL {
            sim.deliver_all(kind);
        }
        while sim.step_in_time().expect("a repair").change.purpose != Purpose::Repair {}
        assert_eq!(retries(&sim), before + again);
    }
}

#[test]
fn what_somebody_takes_back_three_times_is_said_with_who_wrote_last() {
    let (writes, undone) =
        writes_that_are_taken_back(Purpose::Repair, take_back_repair, Sim::step_in_time);
    let by_whom = "m-c: what the template says of this object does not last: something takes it back each time, and the field \
                   manager \"rival\" wrote the object last";
    assert_eq!((writes, undone), (5, vec![by_whom.to_owned()]));
    let (writes, undone) =
        writes_that_are_taken_back(Purpose::Make, take_back_make, Sim::step_in_time);
    let deleted = "m: NetworkInterface m-c does not stay: somebody deletes it each time this controller makes it";
    assert_eq!((writes, undone), (5, vec![deleted.to_owned()]));
}

/// A retained virtual IP has no owner reference: its target says whose child it was.
#[test]
fn a_retained_virtual_ip_that_is_deleted_each_time_is_made_ever_more_slowly_and_after_a_look() {
    let mut sim = Sim::new(Server::default());
    let mut interface = json!({ "spec": interface_spec(0, 0) });
    let spec = json!({ "type": "Public", "ipFamily": "IPv4", "reclaimPolicy": "Retain" });
    interface["spec"]["virtualIP"] =
        json!({ "ephemeral": { "virtualIPTemplate": { "spec": spec } } });
    sim.server.create(NIC, "x", &interface);
    sim.settle();
    assert!(sim.server.get(Kind::VirtualIp, "x").is_some());
    sim.server.delete(Kind::VirtualIp, "x");
    let mut purposes = Vec::new();
    for _ in 0..100 {
        for kind in Kind::ALL {
            sim.deliver_all(kind);
        }
        let Some(order) = sim.step() else { break };
        purposes.push(order.change.purpose);
        if order.change.purpose == Purpose::Make {
            sim.server.delete(Kind::VirtualIp, "x");
        }
    }
    let first = purposes.iter().find(|purpose| **purpose != Purpose::Status);
    assert_eq!(first, Some(&Purpose::Look));
    let makes = purposes.iter().filter(|purpose| **purpose == Purpose::Make);
    assert!((1..4).contains(&makes.count()), "{purposes:?}");
}

/// The status that follows a claim does not hide that the claim is taken back.
#[test]
fn a_claim_that_is_taken_back_after_the_status_is_written_ever_more_slowly() {
    let mut sim = with_unclaimed();
    let mut claims = 0;
    for _ in 0..200 {
        for kind in Kind::ALL {
            sim.deliver_all(kind);
        }
        let Some(order) = sim.step() else {
            break;
        };
        claims += usize::from(order.change.purpose == Purpose::Claim);
        if order.change.purpose == Purpose::Status {
            let back = json!({ "spec": { "machineRef": null } });
            sim.server.patch(Kind::NetworkInterface, "free", &back);
        }
    }
    assert!((1..4).contains(&claims), "{claims}");
}
