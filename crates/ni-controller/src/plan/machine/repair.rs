//! Children that differ from their template, and children that are no longer declared.

use serde_json::Value;

use super::difference::{Field, difference, patch};
use crate::plan::{Change, Plan, Purpose, Reason, Replace, Report, Request, View};
use crate::world::{Interface, Kind, Machine, Template};

/// Brings a managed child back to its template: in place, or by deleting it to be made anew. What something else altered
/// when it was written is told, and left alone until the machine's spec changes.
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
    let mut difference = difference(machine, template, child);
    let altered = view.memory.altered(&child.meta.name, &machine.meta);
    let told = fields(difference.keys().filter(|field| altered.contains(field)));
    difference.retain(|field, _| !altered.contains(field));
    if !told.is_empty() {
        plan.reports.push(not_as_written(machine, child, &told));
    }
    let fixed = difference.keys();
    let fixed = fields(fixed.filter(|field| matches!(field, Field::Fixed(_))));
    if !fixed.is_empty() {
        if child.spec.provider_id.is_none() || view.options.replace == Replace::Always {
            let message = format!(
                "was deleted to be made anew: it differs from the template in {fixed}, which can't be changed"
            );
            take_away(machine, child, Purpose::Replace, &message, view, plan);
            return;
        }
        let message = format!(
            "differs from the template in {fixed}, which can't be changed, and it is attached: delete it, or set --replace-interfaces=always"
        );
        plan.reports
            .push(tell(machine, child, Reason::ReplacementNeeded, &message));
    }
    if let Some(patch) = patch(child, &difference) {
        plan.changes.push(repair(machine, child, patch));
    }
}

/// As a message names them.
fn fields<'a>(fields: impl Iterator<Item = &'a Field>) -> String {
    fields
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
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
    let seen = view.namespace.interfaces.seen(&child.meta.name);
    if !view.has_looked(Kind::Machine, &machine.meta.name, seen) {
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

fn not_as_written(machine: &Machine, child: &Interface, fields: &str) -> Report {
    let message = format!(
        "did not come back as written in {fields}: something between this controller and the API server's store alters it"
    );
    tell(machine, child, Reason::NotAsWritten, &message)
}

fn tell(machine: &Machine, child: &Interface, reason: Reason, message: &str) -> Report {
    let message = format!("interface {} {message}", child.meta.name);
    Report::on(reason, Kind::Machine, &machine.meta, message)
}
