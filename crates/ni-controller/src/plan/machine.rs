//! Machine → ephemeral NetworkInterfaces, the seed's `MachineEphemeralNetworkInterfaceReconciler`
//! (contract, "Machine → ephemeral NetworkInterfaces").

mod desired;
mod difference;
mod repair;
mod same;

use super::child::{Standing, describe, is_released, standing};
use super::{Change, Plan, Purpose, Reason, Report, Request, View, unreadable};

use crate::world::{Declared, Kind, Machine, Namespace, Slot, Template};
use desired::body;
pub use difference::{Field, came_back_different, differing};
use repair::{plan_removals, plan_repair};

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
    for declared in &machine.interfaces {
        match &declared.template {
            Some(template) => plan_child(machine, declared, template, view, &mut plan),
            None => report_taken(machine, declared, view.namespace, &mut plan),
        }
    }
    plan_removals(machine, view, &mut plan);
    plan.changes
        .retain(|change| !view.is_refused(change, machine.meta.version));
    report_refusals(machine, view, &mut plan);
    plan
}

fn plan_child(
    machine: &Machine,
    declared: &Declared,
    template: &Template,
    view: View<'_>,
    plan: &mut Plan,
) {
    let namespace = view.namespace;
    let name = &declared.interface;
    match standing(namespace, &namespace.interfaces, name, &machine.meta.uid) {
        Standing::Leaving => {}
        Standing::InTheWay(meta) => {
            let message = format!(
                "interface {name} can't be made: {} has the name",
                describe(Kind::NetworkInterface, meta)
            );
            plan.reports.push(Report::on(
                Reason::NameTaken,
                Kind::Machine,
                &machine.meta,
                message,
            ));
        }
        Standing::Ours(child) => plan_repair(machine, template, child, view, plan),
        Standing::Missing => plan_making(machine, declared, template, view, plan),
    }
}

fn plan_making(
    machine: &Machine,
    declared: &Declared,
    template: &Template,
    view: View<'_>,
    plan: &mut Plan,
) {
    let name = &declared.interface;
    let rival = view
        .namespace
        .machines_declaring(name)
        .filter(|rival| !rival.meta.deleting && rival.meta.uid != machine.meta.uid)
        .filter(|rival| {
            rival
                .interfaces
                .iter()
                .any(|d| d.interface == *name && d.template.is_some())
        })
        .find(|rival| rival.meta.seniority() < machine.meta.seniority());
    if let Some(rival) = rival {
        let message = format!(
            "interface {name} can't be made: the older Machine {} declares one of that name",
            rival.meta.name
        );
        plan.reports.push(Report::on(
            Reason::NameTaken,
            Kind::Machine,
            &machine.meta,
            message,
        ));
    } else if view.resting {
        // Nothing is made in a namespace that is being deleted.
    } else if view
        .namespace
        .has_lost_a_child(Kind::Machine, &machine.meta.name)
    {
        // Watches of two kinds are not ordered: a child that went may have followed its machine.
        plan.look_once(Kind::Machine, &machine.meta.name);
    } else {
        plan.changes.push(Change {
            kind: Kind::NetworkInterface,
            name: name.clone(),
            request: Request::Create(body(machine, name, template)),
            purpose: Purpose::Make,
            then: None,
        });
    }
}

/// Tells the machine that an interface which it names belongs to another.
fn report_taken(machine: &Machine, declared: &Declared, namespace: &Namespace, plan: &mut Plan) {
    let Some(interface) = namespace.interfaces.get(&declared.interface) else {
        return;
    };
    let Some(holder) = interface
        .spec
        .machine_ref
        .as_ref()
        .filter(|holder| !holder.name.is_empty())
    else {
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
        plan.reports.push(Report::on(
            Reason::InterfaceTaken,
            Kind::Machine,
            &machine.meta,
            message,
        ));
    }
}

fn report_refusals(machine: &Machine, view: View<'_>, plan: &mut Plan) {
    for ((name, _), refusal) in &view.memory.refused {
        if refusal.of.planner == machine.meta.version {
            let message = format!("interface {name} was refused: {}", refusal.message);
            plan.reports.push(Report::on(
                Reason::ChildRefused,
                Kind::Machine,
                &machine.meta,
                message,
            ));
        }
    }
}
