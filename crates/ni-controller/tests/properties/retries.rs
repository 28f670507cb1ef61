//! What fails, and when it is tried again.

use ni_controller::core::{Failure, Order, Outcome};
use ni_controller::plan::Purpose;
use ni_controller::world::Kind;
use serde_json::json;

use crate::sim::Sim;
use crate::sim::server::Server;
use crate::users::{ephemeral, interface_spec};

/// The machine `m` with its child `m-c`, at rest.
pub(crate) fn with_child() -> Sim {
    let mut sim = Sim::new(Server::default());
    let entry = ephemeral("c", &interface_spec(0, 0));
    let machine = json!({ "spec": { "networkInterfaces": [entry] } });
    sim.server.create(Kind::Machine, "m", &machine);
    sim.settle();
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
