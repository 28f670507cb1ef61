// SPDX-License-Identifier: Apache-2.0

//! What users do: machines, interfaces, networks and virtual IPs.

use std::collections::BTreeMap;

use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::others::patch_nth;
use crate::sim::Sim;

/// Names that collide: `m` + `a-b` and `m-a` + `b` make one interface name.
pub(crate) const MACHINES: [&str; 3] = ["m", "m-a", "other"];
const ENTRIES: [&str; 3] = ["a-b", "b", "c"];
/// The first prefix of `free` and the first address of `free-pf` want prefixes of one name.
const INTERFACES: [&str; 4] = ["m-a-b", "free", "free-pf", "m-c"];
const NETWORKS: [&str; 2] = ["net-0", "net-1"];
/// What is routed to interfaces: by templates, and by others who add to them.
pub(crate) const ROUTES: [&str; 3] = ["10.1.0.0/24", "10.2.0.0/24", "fd00::/64"];

/// An entry of a machine.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Ephemeral {
        network: usize,
        address: usize,
        /// Bits that say which of [`ROUTES`] are in `prefixes`.
        routes: usize,
        floating: bool,
        own: usize,
    },
    Existing {
        interface: usize,
    },
}

/// What a user does.
#[derive(Clone, Debug)]
pub(crate) enum User {
    /// Applies a machine.
    Machine {
        name: usize,
        entries: Vec<(usize, Source)>,
        finalizer: bool,
    },
    /// Creates an interface.
    Interface {
        name: usize,
        network: usize,
        address: usize,
        virtual_ip: bool,
        own: usize,
        mark: bool,
    },
    /// Edits the interface at this place among all.
    Edit {
        at: usize,
        what: usize,
        address: usize,
    },
    /// Applies a network, in some state.
    Network { name: usize, state: usize },
    /// Applies the virtual IP, with or without an address.
    VirtualIp { ip: bool },
}

/// The first of three is the likeliest, so that steps meet.
fn one_of_three() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0usize), 1 => Just(1usize), 1 => Just(2usize)]
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        (
            0..2usize,
            0..3usize,
            0..4usize,
            prop::bool::weighted(0.2),
            own()
        )
            .prop_map(
                |(network, address, routes, floating, own)| Source::Ephemeral {
                    network,
                    address,
                    routes,
                    floating,
                    own
                }
            ),
        (0..4usize).prop_map(|interface| Source::Existing { interface }),
    ]
}

pub(crate) fn any_of() -> impl Strategy<Value = User> {
    let entries = || prop::collection::vec((one_of_three(), source()), 0..3);
    prop_oneof![
        5 => (one_of_three(), entries(), any::<bool>())
            .prop_map(|(name, entries, finalizer)| User::Machine { name, entries, finalizer }),
        3 => (0..4usize, 0..2usize, 0..3usize, prop::bool::weighted(0.8), own(), any::<bool>())
            .prop_map(|(name, network, address, virtual_ip, own, mark)| User::Interface { name, network, address, virtual_ip, own, mark }),
        4 => (0..8usize, 0..9usize, 0..3usize).prop_map(|(at, what, address)| User::Edit { at, what, address }),
        2 => (0..2usize, 0..4usize).prop_map(|(name, state)| User::Network { name, state }),
        2 => any::<bool>().prop_map(|ip| User::VirtualIp { ip }),
    ]
}

/// What an interface wants as its own: bits for an address, a prefix, a virtual IP, and whether that is retained. Mostly nothing.
fn own() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(0usize), 1 => 0..16usize]
}

/// Has the interface's spec want these as its own.
fn want_own(spec: &mut Value, own: usize) {
    let prefix = json!({ "ephemeral": { "prefixTemplate": { "spec": { "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } } } } });
    if own & 1 != 0 {
        spec["ips"] = json!([prefix]);
    }
    if own & 2 != 0 {
        let mut prefixes = spec["prefixes"].as_array().cloned().unwrap_or_default();
        prefixes.push(prefix);
        spec["prefixes"] = prefixes.into();
    }
    if own & 4 != 0 {
        let policy = if own & 8 == 0 { "Delete" } else { "Retain" };
        spec["virtualIP"] = own_virtual_ip(policy);
    }
}

fn own_virtual_ip(policy: &str) -> Value {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4", "reclaimPolicy": policy });
    json!({ "ephemeral": { "virtualIPTemplate": { "spec": spec } }, "virtualIPRef": null })
}

pub(crate) fn interface_spec(network: usize, address: usize) -> Value {
    json!({
        "networkRef": { "name": NETWORKS[network] },
        "ipFamilies": ["IPv4"],
        "ips": [{ "value": format!("10.0.0.{}", address + 1) }],
    })
}

/// An entry of a machine that makes an interface from this spec.
pub(crate) fn ephemeral(name: &str, spec: &Value) -> Value {
    json!({ "name": name, "ephemeral": { "networkInterfaceTemplate": { "spec": spec } } })
}

fn machine_spec(entries: &[(usize, Source)]) -> Value {
    let mut by_name = BTreeMap::new();
    for (name, source) in entries {
        let name = ENTRIES[*name];
        let entry = match source {
            Source::Ephemeral {
                network,
                address,
                routes,
                floating,
                own,
            } => {
                let mut spec = interface_spec(*network, *address);
                let named = ROUTES.iter().enumerate();
                let named = named.filter(|(at, _)| routes & (1 << at) != 0);
                let named: Vec<Value> = named.map(|(_, route)| json!({ "value": route })).collect();
                if !named.is_empty() {
                    spec["prefixes"] = named.into();
                }
                if *floating {
                    spec["virtualIP"] = json!({ "virtualIPRef": { "name": "vip" } });
                }
                want_own(&mut spec, *own);
                // What is null in a merge patch would not be in a template.
                if let Some(source) = spec["virtualIP"].as_object_mut() {
                    source.retain(|_, value| !value.is_null());
                }
                ephemeral(name, &spec)
            }
            Source::Existing { interface } => {
                json!({ "name": name, "networkInterfaceRef": { "name": INTERFACES[*interface] } })
            }
        };
        by_name.insert(name, entry);
    }
    json!({ "machineClassRef": { "name": "class" }, "networkInterfaces": by_name.into_values().collect::<Vec<_>>() })
}

impl User {
    pub(crate) fn act(&self, sim: &mut Sim) {
        match self {
            Self::Machine {
                name,
                entries,
                finalizer,
            } => apply_machine(sim, MACHINES[*name], entries, *finalizer),
            Self::Interface {
                name,
                network,
                address,
                virtual_ip,
                own,
                mark,
            } => {
                let mut body = json!({ "spec": interface_spec(*network, *address) });
                if *virtual_ip {
                    body["spec"]["virtualIP"] = json!({ "virtualIPRef": { "name": "vip" } });
                }
                want_own(&mut body["spec"], *own);
                if *mark {
                    body["metadata"]["annotations"] =
                        json!({ "common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager" });
                }
                let name = INTERFACES[*name];
                sim.server.create(Kind::NetworkInterface, name, &body);
            }
            Self::Edit { at, what, address } => {
                let spec = match what {
                    0 => json!({ "machineRef": null }),
                    1 => json!({ "ips": interface_spec(0, *address)["ips"] }),
                    2 => json!({ "virtualIP": null }),
                    3 => json!({ "virtualIP": own_virtual_ip("Delete") }),
                    4 => json!({ "virtualIP": own_virtual_ip("Retain") }),
                    5 | 6 => {
                        let mut spec = json!({});
                        want_own(&mut spec, what - 4);
                        spec
                    }
                    _ => {
                        json!({ "virtualIP": { "virtualIPRef": { "name": "vip" }, "ephemeral": null } })
                    }
                };
                let edit = json!({ "spec": spec });
                patch_nth(&mut sim.server, Kind::NetworkInterface, *at, &edit);
            }
            Self::Network { name, state } => apply_network(sim, NETWORKS[*name], *state),
            Self::VirtualIp { ip } => apply_virtual_ip(sim, *ip),
        }
    }
}

fn apply_machine(sim: &mut Sim, name: &str, entries: &[(usize, Source)], finalizer: bool) {
    let spec = json!({ "spec": machine_spec(entries) });
    if sim.server.get(Kind::Machine, name).is_some() {
        return sim.server.patch(Kind::Machine, name, &spec);
    }
    sim.server.create(Kind::Machine, name, &spec);
    let finalizers = if finalizer {
        json!(["pool"])
    } else {
        Value::Null
    };
    let metadata = json!({ "metadata": { "finalizers": finalizers } });
    sim.server.patch(Kind::Machine, name, &metadata);
}

fn apply_network(sim: &mut Sim, name: &str, state: usize) {
    sim.server
        .create(Kind::Network, name, &json!({ "spec": {} }));
    let states = [
        Value::Null,
        json!("Pending"),
        json!("Available"),
        json!("Error"),
    ];
    let status = json!({ "status": { "state": states[state] } });
    sim.server.patch(Kind::Network, name, &status);
}

fn apply_virtual_ip(sim: &mut Sim, ip: bool) {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
    let ip = if ip { json!("192.0.2.1") } else { Value::Null };
    sim.server
        .create(Kind::VirtualIp, "vip", &json!({ "spec": spec }));
    let whole = json!({ "spec": spec, "status": { "ip": ip } });
    sim.server.patch(Kind::VirtualIp, "vip", &whole);
}
