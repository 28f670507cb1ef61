// SPDX-License-Identifier: Apache-2.0

//! A network stays until no interface refers to it (contract, Protection).

use super::list::some_of;
use super::{Notice, Plan, Question, Reason, View, ask, finalizer, unreadable};
use crate::seeded::{Fault, has};
use crate::world::{Kind, Network, Slot};

/// Where an interface names its network.
const REFERENCE: &str = "spec.networkRef.name";

/// Plans for the network `name`.
pub(super) fn plan(name: &str, view: View<'_>) -> Plan {
    let slot = view.namespace.networks.slot(name);
    let Some(Slot::Good(network)) = slot else {
        return unreadable(slot);
    };
    let mut plan = Plan::default();
    let (meta, finalizers) = (&network.meta, &network.finalizers);
    let is_protected = finalizer::is_on::<Network>(finalizers);
    if meta.external || meta.deleting != is_protected {
        return plan;
    }
    if !meta.deleting {
        if !view.resting {
            plan.changes
                .push(finalizer::put_on::<Network>(meta, finalizers));
        }
        return plan;
    }
    let users = some_of(view.namespace.interfaces_on_network(name));
    if let Some(users) = users {
        let message = format!("is being deleted, and still in use by NetworkInterface {users}");
        plan.notices
            .push(Notice::on(Reason::InUse, Kind::Network, meta, message));
        return plan;
    }
    // An interface may have been made that its watch has yet to show.
    let seen = view.namespace.networks.seen(name);
    let asked = view.has_looked(Kind::NetworkInterface, name, seen) || has(Fault::NetworkNotAsked);
    plan.changes.push(if asked {
        finalizer::take_off::<Network>(meta, finalizers)
    } else {
        let question = Question::IsReferredTo { field: REFERENCE };
        ask(Kind::NetworkInterface, name, question)
    });
    plan
}
