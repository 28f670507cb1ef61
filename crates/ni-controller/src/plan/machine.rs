// SPDX-License-Identifier: Apache-2.0

//! Machine → ephemeral NetworkInterfaces, the seed's `MachineEphemeralNetworkInterfaceReconciler`
//! (contract, "Machine → ephemeral NetworkInterfaces").

mod applied;
mod difference;
mod interfaces;

use super::child::is_released;
use super::{Notice, Plan, Reason, View, children, unreadable};
use crate::world::{Declared, Interface, Kind, Machine, Namespace, Slot};

/// Plans for the machine `name`.
pub(super) fn plan(name: &str, view: View<'_>) -> Plan {
    let slot = view.namespace.machines.slot(name);
    let Some(Slot::Good(machine)) = slot else {
        return unreadable(slot);
    };
    let mut plan = Plan::default();
    if machine.meta.deleting {
        return plan;
    }
    children::plan::<Machine, Interface>(machine, view, &mut plan);
    children::refusals::<Machine, Interface>(machine, view, &mut plan);
    let used = machine.interfaces.iter();
    for declared in used.filter(|declared| declared.template.is_none()) {
        notice_taken(machine, declared, view.namespace, &mut plan);
    }
    plan
}

/// The Event of an interface that the machine names and another machine has.
fn notice_taken(machine: &Machine, declared: &Declared, namespace: &Namespace, plan: &mut Plan) {
    let Some(interface) = namespace.interfaces.get(&declared.interface) else {
        return;
    };
    let holder = interface.spec.unpack().machine_ref;
    let Some(holder) = holder.as_ref().filter(|holder| !holder.name.is_empty()) else {
        return;
    };
    let lost = holder.uid != *machine.meta.uid && !interface.meta.deleting;
    let released = is_released(&interface.meta, Kind::Machine, namespace);
    let stays = |slot: &Slot<Machine>| {
        let names = |holder: &Machine| {
            let mut names = holder.interfaces.iter();
            names.any(|named| named.interface == declared.interface)
        };
        *slot.meta().uid == *holder.uid
            && !slot.meta().deleting
            && !(released && slot.good().is_some_and(|holder| !names(holder)))
    };
    if lost && namespace.machines.slot(&holder.name).is_some_and(stays) {
        let message = format!(
            "interface {} belongs to Machine {}",
            declared.interface, holder.name
        );
        plan.notices.push(Notice::on(
            Reason::InterfaceTaken,
            Kind::Machine,
            &machine.meta,
            message,
        ));
    }
}
