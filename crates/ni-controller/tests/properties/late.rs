// SPDX-License-Identifier: Apache-2.0

//! Answers that come after the watches have shown more.

use ni_controller::plan::Purpose;
use ni_controller::world::Kind;
use serde_json::json;

use crate::sim::{Fate, Sim};
use crate::users::{ephemeral, interface_spec};

/// The create of the child `m-c` is under way. Each namespace has watches of its own.
fn child_is_ordered() -> Sim {
    let mut sim = Sim::of_two(true);
    let entry = ephemeral("c", &interface_spec(0, 0));
    let machine = json!({ "spec": { "networkInterfaces": [entry] } });
    sim.server.create(Kind::Machine, "m", &machine);
    sim.deliver_all(Kind::Machine);
    assert!(sim.send());
    sim
}

/// It is served and answered; whether the child is known then.
fn child_is_known(sim: &mut Sim) -> bool {
    assert!(sim.serve(0, Fate::Served) && sim.answer(0));
    let namespace = sim.leader.core.world().namespace("ns");
    namespace.meta(Kind::NetworkInterface, "m-c").is_some()
}

#[test]
fn an_answer_does_not_bring_back_what_the_watch_has_shown_deleted() {
    let mut sim = child_is_ordered();
    assert!(sim.serve(0, Fate::Served));
    sim.server.delete(Kind::NetworkInterface, "m-c");
    sim.deliver_all(Kind::NetworkInterface);
    assert!(sim.answer(0));
    let namespace = sim.leader.core.world().namespace("ns");
    assert_eq!(namespace.version(Kind::NetworkInterface, "m-c"), None);
}

#[test]
fn after_an_answer_that_may_be_older_than_a_list_comes_a_look() {
    let mut sim = child_is_ordered();
    sim.list(Kind::NetworkInterface);
    assert!(!child_is_known(&mut sim));
    let order = sim.step().expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Look);
    assert_eq!(&*order.change.name, "m-c");
}

#[test]
fn an_answer_is_believed_whatever_lists_show_of_other_kinds_and_namespaces() {
    let mut sim = child_is_ordered();
    sim.list(Kind::Machine);
    sim.switch();
    sim.list(Kind::NetworkInterface);
    sim.switch();
    assert!(child_is_known(&mut sim));
}
