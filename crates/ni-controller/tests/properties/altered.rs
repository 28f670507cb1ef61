// SPDX-License-Identifier: Apache-2.0

//! Something between the controller and the store alters what is written, as a mutating webhook does, or an old definition.

use ni_controller::plan::{Change, Options, Purpose, Reason, Request};
use ni_controller::world::Kind;
use serde_json::{Value, json};

use crate::sim::server::Server;
use crate::sim::{Fate, Sim};
use crate::users::{ephemeral, interface_spec};

const NIC: Kind = Kind::NetworkInterface;

/// Applies the machine `m`, whose template of the child `m-c` has these labels.
fn apply(sim: &mut Sim, labels: &Value) {
    let mut entry = ephemeral("c", &interface_spec(0, 0));
    entry["ephemeral"]["networkInterfaceTemplate"]["metadata"] = json!({ "labels": labels });
    let spec = json!({ "spec": { "networkInterfaces": [entry] } });
    sim.server.apply(Kind::Machine, "m", &spec);
    sim.deliver_all(Kind::Machine);
}

fn labelled(labels: &Value) -> Sim {
    let mut sim = Sim::new(Server::default());
    apply(&mut sim, labels);
    sim
}

fn edit_child(sim: &mut Sim, labels: &Value) {
    let labels = json!({ "metadata": { "labels": labels } });
    sim.server.patch(NIC, "m-c", &labels);
    sim.deliver_all(NIC);
}

fn labels(sim: &Sim) -> Value {
    let child = sim.server.get(NIC, "m-c").expect("it");
    child["metadata"]["labels"].clone()
}

/// Has all requests served, each altered by `alter` on its way. Their purposes.
fn settle(sim: &mut Sim, alter: impl Fn(&mut Change)) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    while let Some(order) = sim.leader.core.next(sim.now()) {
        let mut change = order.change;
        alter(&mut change);
        let server = &mut sim.server;
        let outcome = server.serve(change.kind, &change.name, &change.request);
        sim.leader.core.answer(order.ticket, outcome, sim.now());
        sim.deliver_all(change.kind);
        purposes.push(change.purpose);
        assert!(purposes.len() < 20, "{purposes:?}");
    }
    purposes
}

/// The same, with each write of these labels altered.
fn settle_altered(sim: &mut Sim, altered: &[&str]) -> Vec<Purpose> {
    settle(sim, |change| {
        if let Request::Create(body) | Request::Patch(body) = &mut change.request
            && let Some(Value::Object(labels)) = body.pointer_mut("/metadata/labels")
        {
            let labels = labels.iter_mut();
            let labels = labels.filter(|(name, _)| altered.contains(&name.as_str()));
            labels.for_each(|(_, value)| *value = "altered".into());
        }
    })
}

fn repairs(purposes: &[Purpose]) -> usize {
    let purposes = purposes.iter();
    purposes
        .filter(|purpose| **purpose == Purpose::Repair)
        .count()
}

fn is_said(sim: &mut Sim) -> bool {
    let notices = sim.leader.core.take_notices();
    let mut notices = notices.iter();
    notices.any(|notice| notice.reason == Reason::NotAsWritten)
}

#[test]
fn what_is_altered_is_said_and_not_written_again() {
    let mut sim = labelled(&json!({ "team": "blue", "tier": "a" }));
    let purposes = settle_altered(&mut sim, &["team"]);
    assert_eq!(purposes[0], Purpose::Make);
    assert_eq!(repairs(&purposes), 0);
    assert!(is_said(&mut sim));
    // Another field is written once more, and found to be altered as well.
    edit_child(&mut sim, &json!({ "tier": "edited" }));
    assert_eq!(repairs(&settle_altered(&mut sim, &["team", "tier"])), 1);
    assert_eq!(
        labels(&sim),
        json!({ "team": "altered", "tier": "altered" })
    );
    // What somebody put right is kept so.
    edit_child(&mut sim, &json!({ "team": "blue", "tier": "a" }));
    assert_eq!(repairs(&settle_altered(&mut sim, &[])), 0);
    edit_child(&mut sim, &json!({ "team": "edited" }));
    assert_eq!(repairs(&settle_altered(&mut sim, &[])), 1);
    assert_eq!(labels(&sim), json!({ "team": "blue", "tier": "a" }));
    // Another template is another attempt.
    apply(&mut sim, &json!({ "team": "red", "tier": "b" }));
    assert_eq!(repairs(&settle_altered(&mut sim, &[])), 1);
    assert_eq!(labels(&sim), json!({ "team": "red", "tier": "b" }));
}

#[test]
fn what_changed_while_the_answer_was_on_its_way_was_not_altered() {
    let edited = |sim: &mut Sim| edit_child(sim, &json!({ "team": "edited" }));
    let applied = |sim: &mut Sim| apply(sim, &json!({ "team": "red" }));
    for (meanwhile, expected) in [(edited as fn(&mut Sim), "blue"), (applied, "red")] {
        let mut sim = labelled(&json!({ "team": "blue" }));
        assert!(sim.send() && sim.serve(0, Fate::Served));
        meanwhile(&mut sim);
        assert!(sim.answer(0));
        assert_eq!(repairs(&settle_altered(&mut sim, &[])), 1, "{expected}");
        assert_eq!(labels(&sim), json!({ "team": expected }));
        assert!(!is_said(&mut sim), "{expected}");
    }
}

/// As where the installed definition of Prefix is older than the controller, and `status.pending` is pruned.
#[test]
fn where_the_record_of_grants_is_not_stored_nothing_is_granted_for_a_while() {
    let mut sim = Sim::with(Options::default(), Server::default());
    for (name, spec) in [
        ("p", json!({ "ipFamily": "IPv4", "prefix": "10.0.0.0/30" })),
        (
            "c",
            json!({ "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } }),
        ),
    ] {
        let prefix = json!({ "spec": spec });
        sim.server.create(Kind::Prefix, name, &prefix);
    }
    sim.deliver_all(Kind::Prefix);
    let purposes = settle(&mut sim, |change| {
        if let Request::PatchStatus(body) = &mut change.request
            && let Some(Value::Object(status)) = body.get_mut("status")
        {
            status.remove("pending");
        }
    });
    let grants = purposes
        .iter()
        .filter(|purpose| **purpose == Purpose::Grant);
    assert_eq!(grants.count(), 1, "{purposes:?}");
    let status =
        |sim: &Sim, name| sim.server.get(Kind::Prefix, name).expect("it")["status"].clone();
    assert_eq!(status(&sim, "p")["conditions"][0]["reason"], "NotAsWritten");
    // The definition is renewed.
    sim.settle();
    assert_eq!(status(&sim, "p")["conditions"][0]["reason"], "Allocated");
    assert_eq!(status(&sim, "c")["phase"], "Allocated");
}
