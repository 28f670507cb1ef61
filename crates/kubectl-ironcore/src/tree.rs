// SPDX-License-Identifier: Apache-2.0

//! What belongs to whom, with states and addresses. Healthy branches that look alike are folded.

use std::collections::{BTreeSet, HashMap};

use ni_controller::world::{Interface, Kind, Namespace};
use serde::Serialize;

use crate::object::Object;
use crate::view::{Standing, View, key};

/// An object, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Branch {
    /// The object: of several that are folded, the first.
    pub object: Object,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// How many further ones are like it, in all that is below as well.
    #[serde(skip_serializing_if = "is_none")]
    pub further: usize,
    /// What belongs to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub below: Vec<Branch>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

/// More branches than this that look alike are folded.
const FEW: usize = 3;

/// What belongs to these machines, as far as they exist. If none is named: what belongs to any machine, and the interfaces that do not
/// belong to a machine. Without `all`, healthy branches that look alike are folded.
pub fn tree(view: &View, machines: &[String], all: bool) -> Vec<Branch> {
    let mut branches = Vec::new();
    for (name, namespace) in view.namespaces() {
        let known = namespace.machines.names().map(|name| &**name);
        let asked = known.filter(|name| machines.is_empty() || machines.iter().any(|m| m == name));
        let of_machines = asked.map(|machine| of_machine(view, name, machine, all));
        let mut of_namespace: Vec<Branch> = of_machines.collect();
        if machines.is_empty() {
            of_namespace.extend(free(view, name, namespace, all));
        }
        branches.extend(if all {
            of_namespace
        } else {
            fold(of_namespace)
        });
    }
    branches
}

fn of_machine(view: &View, namespace: &str, name: &str, all: bool) -> Branch {
    let of = key(Kind::Machine, namespace, name);
    let known = view.of(&of);
    let machine = known.machines.get(name);
    let declared = machine.into_iter().flat_map(|machine| &machine.interfaces);
    let declared: BTreeSet<String> = declared
        .map(|declared| declared.interface.to_string())
        .collect();
    let owned = machine
        .into_iter()
        .flat_map(|machine| known.interfaces_of(&machine.meta));
    let owned: BTreeSet<String> = owned
        .map(|interface| interface.meta.name.to_string())
        .collect();
    let interfaces = declared.union(&owned);
    let below = interfaces.map(|interface| of_interface(view, namespace, interface, all));
    let below: Vec<Branch> = below.collect();
    // What it does not declare goes, and is not what it waits for.
    let waiting = below
        .iter()
        .filter(|below| declared.contains(&below.object.name) && below.standing.is_trouble());
    let of_interfaces = Standing::of_interfaces(waiting.count(), declared.len());
    let mut branch = branch(view, Kind::Machine, namespace, name, below, all);
    if !branch.standing.is_trouble() {
        branch.standing = of_interfaces;
    }
    branch
}

/// The interfaces that no machine declares or holds.
fn free(view: &View, name: &str, namespace: &Namespace, all: bool) -> Vec<Branch> {
    let interfaces = namespace.interfaces.iter().filter_map(|slot| slot.good());
    let free = interfaces.filter(|interface| is_free(interface, namespace));
    free.map(|interface| of_interface(view, name, &interface.meta.name, all))
        .collect()
}

fn is_free(interface: &Interface, namespace: &Namespace) -> bool {
    let declared = namespace.machines_declaring(&interface.meta.name).next();
    let owner = interface.meta.owner.as_ref();
    let owned = owner.is_some_and(|owner| {
        let machine = namespace.machines.slot(&owner.name);
        machine.is_some_and(|machine| machine.meta().uid == owner.uid)
    });
    declared.is_none() && !owned
}

fn of_interface(view: &View, namespace: &str, name: &str, all: bool) -> Branch {
    let of = key(Kind::NetworkInterface, namespace, name);
    let interface = view.of(&of).interfaces.get(name);
    let prefixes = interface.into_iter().flat_map(|interface| {
        let own = interface.own_ip_prefixes().chain(interface.own_prefixes());
        own.map(|(_, name)| (Kind::Prefix, name))
    });
    let virtual_ip = interface.and_then(Interface::virtual_ip_name);
    let virtual_ip = virtual_ip.map(|name| (Kind::VirtualIp, name.to_owned()));
    let below = prefixes.chain(virtual_ip);
    let below = below.map(|(kind, name)| branch(view, kind, namespace, &name, Vec::new(), all));
    branch(view, of.kind, namespace, name, below.collect(), all)
}

fn branch(
    view: &View,
    kind: Kind,
    namespace: &str,
    name: &str,
    below: Vec<Branch>,
    all: bool,
) -> Branch {
    let of = key(kind, namespace, name);
    Branch {
        object: (&of).into(),
        standing: view.standing(&of),
        further: 0,
        below: if all { below } else { fold(below) },
    }
}

/// Folds those that are well and alike, where they are more than a few.
fn fold(branches: Vec<Branch>) -> Vec<Branch> {
    let mut groups: Vec<Vec<Branch>> = Vec::new();
    let mut by_shape: HashMap<Vec<String>, usize> = HashMap::new();
    for branch in branches {
        let place = branch
            .is_well()
            .then(|| *by_shape.entry(branch.shape()).or_insert(groups.len()));
        match place.and_then(|place| groups.get_mut(place)) {
            Some(alike) => alike.push(branch),
            None => groups.push(vec![branch]),
        }
    }
    let folded = groups.into_iter().flat_map(|mut alike| {
        if alike.len() > FEW {
            let further = alike.len() - 1;
            alike.truncate(1);
            alike[0].further = further;
        }
        alike
    });
    folded.collect()
}

impl Branch {
    /// Whether it and all below are well.
    pub fn is_well(&self) -> bool {
        !self.standing.is_trouble() && self.below.iter().all(Self::is_well)
    }

    /// What it and those below are, but for names and addresses.
    fn shape(&self) -> Vec<String> {
        let own = format!(
            "{} {} {} {} {}",
            self.object.namespace,
            self.object.kind,
            self.standing.state,
            self.standing.has.len(),
            self.further
        );
        let below = self.below.iter().flat_map(Self::shape);
        std::iter::once(own)
            .chain(below)
            .chain([")".to_owned()])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::view;

    fn told(branches: &[Branch], depth: usize) -> Vec<String> {
        let lines = branches.iter().flat_map(|branch| {
            let own = format!(
                "{}{} {} +{}",
                " ".repeat(depth),
                branch.object.name,
                branch.standing.state,
                branch.further
            );
            std::iter::once(own).chain(told(&branch.below, depth + 1))
        });
        lines.collect()
    }

    const NET: &str = "kind: net\nname: net\n---\n";

    /// An ephemeral interface of machine `m` on this network, which exists or does not.
    fn interface(name: &str, network: &str, meta: &str) -> String {
        let ready = if network == "net" {
            "'True', reason: Available"
        } else {
            "'False', reason: NetworkNotFound"
        };
        format!("
kind: nic
name: m-{name}
meta: {{annotations: {{common.ironcore.dev/ephemeral-managed-by: ephemeral-manager}}, ownerReferences: [{{apiVersion: compute.ironcore.dev/v1alpha1, kind: Machine, name: m, uid: uid-m, controller: true}}]{meta}}}
spec: {{networkRef: {{name: {network}}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.{name}}}], machineRef: {{name: m, uid: uid-m}}}}
status: {{state: Available, ips: [10.0.0.{name}], conditions: [{{type: Ready, status: {ready}, message: '', lastTransitionTime: 1970-01-01T00:00:09Z}}]}}
---")
    }

    /// Machine `m` with an entry for each of these interfaces.
    fn machine(interfaces: &[(&str, &str)]) -> String {
        let entries = interfaces.iter().map(|(name, network)| {
            let spec = format!("networkRef: {{name: {network}}}, ipFamilies: [IPv4], ips: [{{value: 10.0.0.{name}}}]");
            format!("{{name: '{name}', ephemeral: {{networkInterfaceTemplate: {{spec: {{{spec}}}}}}}}}")
        });
        let entries: Vec<String> = entries.collect();
        let entries = entries.join(", ");
        format!(
            "
kind: machine
name: m
spec: {{machineClassRef: {{name: c}}, networkInterfaces: [{entries}]}}
"
        )
    }

    #[test]
    fn many_that_are_alike_and_well_are_one_line() {
        let mut objects = NET.to_owned()
            + "
kind: nic
name: free
spec: {networkRef: {name: net}, ipFamilies: [IPv4], ips: [{value: 10.0.0.99}]}
status: {state: Available}
---
kind: machine
name: idle
---";
        let well = ["1", "2", "3", "4", "5"].map(|name| (name, "net"));
        let all: Vec<_> = well.into_iter().chain([("6", "none")]).collect();
        for (name, network) in &all {
            objects += &interface(name, network, "");
        }
        let view = view(&(objects + &machine(&all)));
        let folded = tree(&view, &[], false);
        let expected = [
            "idle NoInterfaces +0",
            "m Waiting +0",
            " m-1 Available +4",
            " m-6 Pending +0",
            "free Available +0",
        ];
        assert_eq!(told(&folded, 0), expected);
        let one = tree(&view, &["m".to_owned()], true);
        assert_eq!(told(&one, 0).len(), 7);
        let missing = tree(&view, &["none".to_owned()], false);
        assert_eq!(missing, []);
    }

    #[test]
    fn a_machine_does_not_wait_for_an_interface_that_it_does_not_declare() {
        let deleting =
            ", deletionTimestamp: 1970-01-01T00:00:09Z, finalizers: [example.org/attached]";
        let objects = NET.to_owned()
            + &interface("1", "net", "")
            + &interface("2", "net", deleting)
            + &machine(&[("1", "net")]);
        let branches = tree(&view(&objects), &[], false);
        let expected = ["m Available +0", " m-1 Available +0", " m-2 Deleting +0"];
        assert_eq!(told(&branches, 0), expected);
        assert!(!branches[0].is_well(), "the leftover is still shown");
    }
}
