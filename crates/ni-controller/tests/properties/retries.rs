// SPDX-License-Identifier: Apache-2.0

//! What fails, and when it is tried again.

use std::time::Duration;

use ni_controller::core::{Failure, Order, Outcome};
use ni_controller::plan::{Purpose, Reason};
use ni_controller::world::Kind;
use serde_json::json;

use crate::sim::Sim;
use crate::sim::server::Server;
use crate::users::{ephemeral, interface_spec};

/// The machine `m`, which wants a child `m-c`, and its watch has reported it.
pub(crate) fn without_child() -> Sim {
    let mut sim = Sim::new(Server::default());
    let entry = ephemeral("c", &interface_spec(0, 0));
    let machine = json!({ "spec": { "networkInterfaces": [entry] } });
    sim.server.create(Kind::Machine, "m", &machine);
    sim.deliver_all(Kind::Machine);
    sim
}

/// The machine `m` with its child `m-c`, at rest.
pub(crate) fn with_child() -> Sim {
    let mut sim = without_child();
    sim.settle();
    sim
}

/// The machine `m` names the interface `free`, which nobody has; the watches have yet to report them.
pub(crate) fn with_unclaimed() -> Sim {
    let mut sim = Sim::new(Server::default());
    let interface = json!({ "spec": interface_spec(0, 0) });
    sim.server
        .create(Kind::NetworkInterface, "free", &interface);
    let names = json!({ "name": "c", "networkInterfaceRef": { "name": "free" } });
    let machine = json!({ "spec": { "networkInterfaces": [names] } });
    sim.server.create(Kind::Machine, "m", &machine);
    sim
}

/// Somebody edits the child of `m`, and its watch reports it; the order to repair it.
pub(crate) fn repair_is_ordered(sim: &mut Sim) -> Order {
    let edit = json!({ "spec": { "machineRef": null } });
    sim.server.patch(Kind::NetworkInterface, "m-c", &edit);
    sim.deliver_all(Kind::NetworkInterface);
    let order = sim.leader.core.next(sim.now()).expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Repair);
    order
}

#[test]
fn a_change_that_comes_while_a_request_fails_ends_the_wait() {
    for change_comes in [false, true] {
        let mut sim = with_child();
        let order = repair_is_ordered(&mut sim);
        if change_comes {
            let change = json!({ "metadata": { "labels": { "some": "change" } } });
            sim.server.patch(Kind::Machine, "m", &change);
            sim.deliver_all(Kind::Machine);
        }
        let lost = Failure::Transient {
            message: "lost".to_owned(),
            after: None,
        };
        let (now, core) = (sim.now(), &mut sim.leader.core);
        core.answer(order.ticket, Outcome::Failed(lost), now);
        let mut orders = std::iter::from_fn(|| core.next(now));
        let repaired = orders.any(|order| order.change.purpose == Purpose::Repair);
        assert_eq!(repaired, change_comes);
    }
}

/// The first order makes `m-c`; it is refused as `failure` says. How long until each of the next attempts, until it is let
/// through.
fn waits_after(failure: &Failure, attempts: usize) -> Vec<Duration> {
    let mut sim = without_child();
    let mut waits = Vec::new();
    for _ in 0..attempts {
        let now = sim.now();
        let order = sim.leader.core.next(now).expect("an attempt");
        assert_eq!(order.change.purpose, Purpose::Make);
        let refused = Outcome::Failed(failure.clone());
        sim.leader.core.answer(order.ticket, refused, now);
        assert_eq!(sim.leader.core.next(now), None);
        let at = sim.leader.core.wake_at().expect("a timer");
        let wait = at.saturating_sub(now.elapsed);
        waits.push(wait);
        sim.pass(wait);
    }
    let told = sim.leader.core.take_notices();
    let told: Vec<Reason> = told.iter().map(|notice| notice.reason).collect();
    assert_eq!(told, [Reason::ChildRefused], "once");
    sim.settle();
    assert!(sim.server.get(Kind::NetworkInterface, "m-c").is_some());
    waits
}

#[test]
fn what_is_refused_is_tried_again_by_itself_and_said_once() {
    let second = Duration::from_secs(1);
    // A quota or a right may come at any time: soon, then ever more slowly, up to the cap.
    let waits = waits_after(&Failure::Forbidden("quota".to_owned()), 12);
    assert!(waits[0] <= Duration::from_millis(10), "{waits:?}");
    assert!((second / 2..=second).contains(&waits[11]), "{waits:?}");
    // What is invalid seldom becomes valid by itself.
    let waits = waits_after(&Failure::Refused("invalid".to_owned()), 3);
    let seldom = |wait: &Duration| (second / 2..=second).contains(wait);
    assert!(waits.iter().all(seldom), "{waits:?}");
}

#[test]
fn what_is_refused_is_tried_again_at_once_when_the_object_changes() {
    let mut sim = without_child();
    let now = sim.now();
    for round in 0..3 {
        let order = sim.leader.core.next(now).expect("an attempt");
        assert_eq!(order.change.purpose, Purpose::Make);
        let refused = Outcome::Failed(Failure::Refused("invalid".to_owned()));
        sim.leader.core.answer(order.ticket, refused, now);
        assert_eq!(sim.leader.core.next(now), None);
        let change = json!({ "metadata": { "labels": { "round": round.to_string() } } });
        sim.server.patch(Kind::Machine, "m", &change);
        sim.deliver_all(Kind::Machine);
    }
}

#[test]
fn a_claim_that_is_refused_is_an_event_on_what_was_to_be_claimed_and_its_status_is_written() {
    let mut sim = with_unclaimed();
    sim.deliver_all(Kind::NetworkInterface);
    sim.deliver_all(Kind::Machine);
    let now = sim.now();
    let claim = sim.leader.core.next(now).expect("a claim");
    assert_eq!(claim.change.purpose, Purpose::Claim);
    let refused = Outcome::Failed(Failure::Forbidden("no right".to_owned()));
    sim.leader.core.answer(claim.ticket, refused, now);
    let status = sim.leader.core.next(now).expect("a status");
    assert_eq!(status.change.purpose, Purpose::Status);
    let notices = sim.leader.core.take_notices();
    let notice = notices.first().expect("an Event");
    assert_eq!(
        (notice.reason, &*notice.name),
        (Reason::WriteRefused, "free")
    );
    assert!(notice.message.ends_with("no right"), "{}", notice.message);
}

#[test]
fn failures_in_a_row_wait_ever_longer_until_one_attempt_goes_well() {
    let mut sim = without_child();
    for another in [true, false] {
        let mut waits = Vec::new();
        let retries = |sim: &Sim| sim.leader.core.counts().retries;
        let before = retries(&sim);
        for _ in 0..12 {
            let now = sim.now();
            let order = sim.leader.core.next(now).expect("an attempt");
            assert_eq!(order.change.purpose, Purpose::Make);
            let lost = Outcome::Failed(Failure::Transient {
                message: "lost".to_owned(),
                after: None,
            });
            sim.leader.core.answer(order.ticket, lost, now);
            assert_eq!(sim.leader.core.next(now), None);
            let at = sim.leader.core.wake_at().expect("a timer");
            waits.push(at.saturating_sub(now.elapsed));
            sim.pass(waits[waits.len() - 1]);
        }
        assert_eq!(retries(&sim), before + 12);
        assert!(waits[0] <= Duration::from_millis(10), "{waits:?}");
        assert!(waits[11] >= Duration::from_millis(500), "{waits:?}");
        sim.settle();
        if another {
            let entries = ["c", "d"].map(|name| ephemeral(name, &interface_spec(0, 0)));
            let entries = json!({ "spec": { "networkInterfaces": entries } });
            sim.server.patch(Kind::Machine, "m", &entries);
            sim.deliver_all(Kind::Machine);
        }
    }
}

#[test]
fn a_wait_that_the_server_asks_for_is_capped() {
    let mut sim = with_child();
    let order = repair_is_ordered(&mut sim);
    let busy = Failure::Transient {
        message: "busy".to_owned(),
        after: Some(Duration::from_secs(u64::from(u32::MAX))),
    };
    let now = sim.now();
    sim.leader
        .core
        .answer(order.ticket, Outcome::Failed(busy), now);
    let at = sim.leader.core.wake_at().expect("a timer");
    let wait = at.saturating_sub(now.elapsed);
    assert!(wait <= Duration::from_secs(1), "{wait:?}");
}

/// Of an interface our own status writes change the version: what is refused of its children waits all the same.
#[test]
fn a_refused_child_of_an_interface_waits_whatever_its_status_says() {
    let mut sim = Sim::new(Server::default());
    let mut interface = json!({ "spec": interface_spec(0, 0) });
    let prefix = json!({ "ipFamily": "IPv4", "prefixLength": 24, "parentRef": { "name": "p" } });
    interface["spec"]["prefixes"] =
        json!([{ "ephemeral": { "prefixTemplate": { "spec": prefix } } }]);
    sim.server.create_network("net-0");
    sim.server.create(Kind::NetworkInterface, "x", &interface);
    let mut attempts = 0;
    for _ in 0..100 {
        for kind in Kind::ALL {
            sim.deliver_all(kind);
        }
        let now = sim.now();
        let Some(order) = sim.leader.core.next(now) else {
            break;
        };
        let outcome = if order.change.purpose == Purpose::Make {
            attempts += 1;
            // With another message each time, as of a webhook that puts the request's id into it.
            Outcome::Failed(Failure::Refused(format!("no, {attempts}")))
        } else {
            sim.server
                .serve(order.change.kind, &order.change.name, &order.change.request)
        };
        sim.leader.core.answer(order.ticket, outcome, now);
    }
    assert_eq!(attempts, 1);
    let notices = sim.leader.core.take_notices();
    let refused = notices
        .iter()
        .filter(|notice| notice.reason == Reason::ChildRefused);
    assert_eq!(refused.count(), 1);
    let status = &sim.server.get(Kind::NetworkInterface, "x").expect("x")["status"];
    assert_eq!(status["conditions"][0]["reason"], "ChildRefused");
}
