//! Children that differ from their template, and children that are no longer declared.

use serde_json::Value;

use super::desired::{Difference, difference};
use crate::plan::{Change, Plan, Purpose, Reason, Replace, Report, Request, View};
use crate::world::{Interface, Kind, Machine, Template};

/// Brings a managed child back to its template: in place, or by deleting it to be made anew.
pub(super) fn plan_repair(
    machine: &Machine,
    template: &Template,
    child: &Interface,
    view: View<'_>,
    plan: &mut Plan,
) {
    if child.meta.external {
        return;
    }
    let difference = difference(machine, template, child);
    let written =
        view.memory.not_as_written.get(&child.meta.name) == Some(&machine.meta.generation);
    match difference {
        Difference::None => {}
        _ if written => plan.reports.push(not_as_written(machine, child)),
        Difference::Mutable(patch) => plan.changes.push(repair(machine, child, patch)),
        Difference::Fixed(field) if child.spec.provider_id.is_none() || view.options.replace == Replace::Always => {
            let message = format!("was deleted to be made anew: {field} differs from the template and can't be changed");
            take_away(machine, child, Purpose::Replace, &message, view, plan);
        }
        Difference::Fixed(field) => plan.reports.push(tell(
            machine,
            child,
            Reason::ReplacementNeeded,
            &format!("differs from the template in {field}, which can't be changed, and it is attached: delete it, or set --replace-interfaces=always"),
        )),
    }
}

/// Managed children that the machine no longer declares go.
pub(super) fn plan_removals(machine: &Machine, view: View<'_>, plan: &mut Plan) {
    let declared = |name: &str| {
        machine
            .interfaces
            .iter()
            .any(|d| &*d.interface == name && d.template.is_some())
    };
    for child in view.namespace.interfaces_owned_by(&machine.meta.uid) {
        let meta = &child.meta;
        if meta.is_managed_by(&machine.meta.uid)
            && !meta.deleting
            && !meta.external
            && !declared(&meta.name)
        {
            let message = "was deleted: the machine no longer declares it";
            take_away(machine, child, Purpose::Remove, message, view, plan);
        }
    }
}

/// Deletes a child, once a look has shown that the machine really is as it seems: watches of two kinds are not
/// ordered, and the child may have been made from a newer machine than the world shows.
fn take_away(
    machine: &Machine,
    child: &Interface,
    purpose: Purpose,
    message: &str,
    view: View<'_>,
    plan: &mut Plan,
) {
    let seen = view
        .namespace
        .interfaces
        .seen(&child.meta.name)
        .unwrap_or(u64::MAX);
    if !view.memory.looked_since(&machine.meta.name, seen) {
        plan.look_once(Kind::Machine, &machine.meta.name);
        return;
    }
    let reason = if purpose == Purpose::Replace {
        Reason::InterfaceReplaced
    } else {
        Reason::InterfaceDeleted
    };
    plan.changes.push(Change {
        kind: Kind::NetworkInterface,
        name: child.meta.name.clone(),
        request: Request::Delete {
            uid: child.meta.uid.clone(),
            version: child.meta.version,
        },
        purpose,
        then: Some(tell(machine, child, reason, message)),
    });
}

fn repair(machine: &Machine, child: &Interface, patch: Value) -> Change {
    Change {
        kind: Kind::NetworkInterface,
        name: child.meta.name.clone(),
        request: Request::Patch(patch),
        purpose: Purpose::Repair,
        then: Some(tell(
            machine,
            child,
            Reason::InterfaceRepaired,
            "was brought back to its template",
        )),
    }
}

fn not_as_written(machine: &Machine, child: &Interface) -> Report {
    let message = "did not come back as written: something between this controller and the API server's store alters it";
    tell(machine, child, Reason::NotAsWritten, message)
}

fn tell(machine: &Machine, child: &Interface, reason: Reason, message: &str) -> Report {
    let message = format!("interface {} {message}", child.meta.name);
    Report::on(reason, Kind::Machine, &machine.meta, message)
}
