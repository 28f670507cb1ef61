// SPDX-License-Identifier: Apache-2.0

//! Claims: who holds an interface or a virtual IP is there; who owns a marked child, too.

use ironcore_api::reference::UidRef;
use ni_controller::world::{Kind, Meta, Namespace};

use super::{AllLeaving, Finding};
use crate::view::View;

pub(super) fn check(view: &View, _: &AllLeaving) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, namespace) in view.namespaces() {
        for interface in namespace.interfaces.iter().filter_map(|slot| slot.good()) {
            let spec = interface.spec.unpack();
            let of = (Kind::NetworkInterface, &interface.meta);
            let held = dangling(of, spec.machine_ref.as_ref(), Kind::Machine, namespace);
            findings.extend(held);
            findings.extend(unowned(of, namespace));
        }
        for virtual_ip in namespace.virtual_ips.iter().filter_map(|slot| slot.good()) {
            let of = (Kind::VirtualIp, &virtual_ip.meta);
            let target = virtual_ip.target.as_ref();
            findings.extend(dangling(of, target, Kind::NetworkInterface, namespace));
            // One that is retained has no owner.
            if virtual_ip.meta.owner.is_some() {
                findings.extend(unowned(of, namespace));
            }
        }
        for prefix in namespace.prefixes.iter().filter_map(|slot| slot.good()) {
            findings.extend(unowned((Kind::Prefix, &prefix.meta), namespace));
        }
    }
    findings
}

/// The holder of the object, if it does not exist.
fn dangling(
    (kind, meta): (Kind, &Meta),
    holder: Option<&UidRef>,
    of: Kind,
    namespace: &Namespace,
) -> Option<Finding> {
    let holder = holder.filter(|holder| !holder.name.is_empty())?;
    let known = namespace.meta(of, &holder.name);
    let why = match known {
        None => "which does not exist",
        Some(known) if *known.uid != *holder.uid => "of another UID than the one that is there",
        Some(_) => return None,
    };
    let message = format!("is claimed by {} {}, {why}", of.as_str(), holder.name);
    Some(Finding::on(kind, meta, "DanglingClaim", message))
}

/// An object with the mark of a child that is nobody's child.
fn unowned((kind, meta): (Kind, &Meta), namespace: &Namespace) -> Option<Finding> {
    if !meta.ephemeral || meta.deleting {
        return None;
    }
    let why = match &meta.owner {
        None => "has no controller owner".to_owned(),
        Some(owner) => {
            let of = Kind::ALL.into_iter().find(|kind| owner.is_a(*kind))?;
            let known = namespace.meta(of, &owner.name);
            if known.is_some_and(|known| known.uid == owner.uid) {
                return None;
            }
            format!("its owner {} {} does not exist", owner.kind, owner.name)
        }
    };
    let message = format!("is marked as made by the controller, and {why}");
    Some(Finding::on(kind, meta, "NobodysChild", message))
}
