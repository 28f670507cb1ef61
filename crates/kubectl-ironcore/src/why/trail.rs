// SPDX-License-Identifier: Apache-2.0

//! What an object stands on, as a tree.

use ni_controller::world::{Interface, Key, Kind, Machine, NO_ROOM, Prefix, VirtualIp};

use super::{Node, Role};
use crate::left::Room;
use crate::view::{Health, Standing, View, key};

/// Where a selector selects more parents, the further ones are left out.
const PARENTS: usize = 8;

/// The tree of the object of `of`, and the keys of all in it.
pub(super) fn follow(view: &View, of: &Key) -> (Node, Vec<Key>) {
    let mut trail = Trail {
        view,
        path: Vec::new(),
        keys: Vec::new(),
    };
    let node = trail.node(of, Role::Asked);
    (node, trail.keys)
}

struct Trail<'a> {
    view: &'a View,
    /// From the object that was asked about down to this one.
    path: Vec<Key>,
    keys: Vec<Key>,
}

impl Trail<'_> {
    fn node(&mut self, of: &Key, role: Role) -> Node {
        let mut node = self.leaf(of, role);
        // Prefixes may name each other in a circle.
        if self.path.contains(of) {
            return node;
        }
        self.path.push(of.clone());
        node.below = self.below(of, &node.standing);
        self.path.pop();
        if of.kind == Kind::Machine && !node.is_trouble() {
            let waiting = node.below.iter().filter(|below| below.is_trouble());
            node.standing = Standing::of_interfaces(waiting.count(), node.below.len());
        }
        node
    }

    /// The object alone: what it stands on is of no interest here.
    fn leaf(&mut self, of: &Key, role: Role) -> Node {
        if !self.keys.contains(of) {
            self.keys.push(of.clone());
        }
        Node {
            object: of.into(),
            role,
            standing: self.view.standing(of),
            below: Vec::new(),
        }
    }

    fn below(&mut self, of: &Key, standing: &Standing) -> Vec<Node> {
        let namespace = self.view.of(of);
        match of.kind {
            Kind::Machine => {
                let machine = namespace.machines.get(&of.name);
                machine.map_or_else(Vec::new, |machine| self.of_machine(of, machine))
            }
            Kind::NetworkInterface => {
                let interface = namespace.interfaces.get(&of.name);
                interface.map_or_else(Vec::new, |interface| self.of_interface(of, interface))
            }
            Kind::VirtualIp => {
                let virtual_ip = namespace.virtual_ips.get(&of.name);
                virtual_ip.map_or_else(Vec::new, |virtual_ip| self.of_virtual_ip(of, virtual_ip))
            }
            Kind::Prefix => {
                let prefix = namespace.prefixes.get(&of.name);
                prefix.map_or_else(Vec::new, |prefix| self.of_prefix(of, prefix, standing))
            }
            Kind::Network => Vec::new(),
        }
    }

    fn of_machine(&mut self, of: &Key, machine: &Machine) -> Vec<Node> {
        let declared = machine.interfaces.iter();
        let nodes = declared.map(|declared| {
            let interface = key(Kind::NetworkInterface, &of.namespace, &declared.interface);
            let mut node = self.node(&interface, Role::Interface);
            if node.standing.health == Health::Missing {
                let reason = match declared.template {
                    Some(_) => "ChildMissing",
                    None => "InterfaceNotFound",
                };
                node.standing.reason = Some(reason.to_owned());
            }
            if node.all().iter().all(|node| !node.is_trouble()) {
                node.below.clear();
            }
            node
        });
        nodes.collect()
    }

    fn of_interface(&mut self, of: &Key, interface: &Interface) -> Vec<Node> {
        let in_namespace = |kind, name: &str| key(kind, &of.namespace, name);
        let namespace = self.view.of(of);
        let network = in_namespace(Kind::Network, interface.network());
        let mut below = vec![self.node(&network, Role::Network)];
        for address in interface.addresses(namespace) {
            let holder = namespace.holder(interface.network(), address);
            let other = holder.filter(|holder| holder.uid != interface.meta.uid);
            below.extend(other.map(|holder| {
                let holder = in_namespace(Kind::NetworkInterface, &holder.name);
                self.leaf(&holder, Role::Holder(address))
            }));
        }
        let ips = interface.own_ip_prefixes();
        let ips = ips.map(|(at, name)| (format!("spec.ips[{at}]"), name));
        let prefixes = interface.own_prefixes();
        let prefixes = prefixes.map(|(at, name)| (format!("spec.prefixes[{at}]"), name));
        for (field, name) in ips.chain(prefixes) {
            below.push(self.node(&in_namespace(Kind::Prefix, &name), Role::Prefix(field)));
        }
        if let Some(name) = interface.virtual_ip_name() {
            let virtual_ip = in_namespace(Kind::VirtualIp, name);
            below.push(self.node(&virtual_ip, Role::VirtualIp));
        }
        below
    }

    fn of_virtual_ip(&mut self, of: &Key, virtual_ip: &VirtualIp) -> Vec<Node> {
        let mut below = Vec::new();
        let address = self.view.world().address_of(of);
        let known = |address: &Key| self.view.of(address).meta(address.kind, &address.name);
        if let Some(address) = address.filter(|address| known(address).is_some()) {
            below.push(self.node(&address, Role::Address));
        }
        if let Some(target) = &virtual_ip.target {
            let target = key(Kind::NetworkInterface, &of.namespace, &target.name);
            let above = self.path.iter().rev().nth(1);
            if above != Some(&target) {
                below.push(self.leaf(&target, Role::Target));
            }
        }
        below
    }

    fn of_prefix(&mut self, of: &Key, prefix: &Prefix, standing: &Standing) -> Vec<Node> {
        let namespace = self.view.of(of);
        let parents = namespace.allocation().candidates(prefix, namespace);
        let mut below = Vec::new();
        for parent in parents.take(PARENTS) {
            let name = &parent.meta.name;
            let mut node = self.node(&key(Kind::Prefix, &of.namespace, name), Role::Parent);
            if standing.reason.as_deref() == Some(NO_ROOM) && !node.is_trouble() {
                node.standing = full(parent, self.view, of);
            }
            below.push(node);
        }
        let named = prefix.parent_name().filter(|_| below.is_empty());
        below.extend(named.map(|name| {
            let parent = key(Kind::Prefix, &of.namespace, name);
            self.leaf(&parent, Role::Parent)
        }));
        below
    }
}

/// A parent that has no room for who asks.
fn full(parent: &Prefix, view: &View, of: &Key) -> Standing {
    let room = Room::of(parent, view.of(of));
    let (used, largest) = room.map_or((100, None), |room| (room.used_percent, room.largest_free));
    let largest = largest.map_or("nothing is free".to_owned(), |largest| {
        format!("the largest free block is {largest}")
    });
    let message = format!("has no room: {used}% is used, {largest}");
    let has = parent.granted.map(|block| block.to_string());
    Standing {
        has: has.into_iter().collect(),
        ..Standing::trouble(Health::Fails, "Full", NO_ROOM, message)
    }
}
