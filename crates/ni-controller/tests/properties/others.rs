// SPDX-License-Identifier: Apache-2.0

//! What others do to any object: deletions, finalizers, outside systems, the network plugin, objects that do not decode,
//! the garbage collector.

use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sim::Sim;
use crate::sim::server::Server;
use crate::users::ROUTES;

pub(crate) const GUARD: &str = "common.ironcore.dev/managed-by";

/// What somebody does to the object of a kind at a place among all of that kind.
#[derive(Clone, Debug)]
pub(crate) enum Other {
    /// Deletes it; it stays for a while if somebody's finalizer holds it.
    Delete { kind: Kind, at: usize, held: bool },
    /// Takes its finalizers off.
    Release { kind: Kind, at: usize },
    /// Takes it over as an outside system, or lets it go.
    Guard { kind: Kind, at: usize, on: bool },
    /// Attaches an interface as the network plugin, or detaches it.
    Attach { at: usize, on: bool },
    /// Adds a route to an interface, or takes one off, as a cloud provider does: a merge patch of the list as it is, or as it
    /// was when it was read last.
    Route {
        at: usize,
        route: usize,
        add: bool,
        stale: bool,
    },
    /// Allocates the prefix at this place, as an allocator that may grant a block twice.
    Allocate { at: usize, block: usize },
    /// Gives the virtual IP at this place an address.
    Provide { at: usize },
    /// Reads the routes of an interface.
    ReadRoutes { at: usize },
    /// Stores it so that it does not decode.
    Spoil { kind: Kind, at: usize },
    /// The garbage collector makes its round.
    Collect,
}

/// Most of what happens is about interfaces.
fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        2 => Just(Kind::Machine),
        4 => Just(Kind::NetworkInterface),
        1 => Just(Kind::Network),
        2 => Just(Kind::VirtualIp),
        1 => Just(Kind::Prefix),
    ]
}

pub(crate) fn any_of() -> impl Strategy<Value = Other> {
    prop_oneof![
        3 => (kind(), 0..8usize, any::<bool>()).prop_map(|(kind, at, held)| Other::Delete { kind, at, held }),
        2 => (kind(), 0..8usize).prop_map(|(kind, at)| Other::Release { kind, at }),
        1 => (kind(), 0..8usize, any::<bool>()).prop_map(|(kind, at, on)| Other::Guard { kind, at, on }),
        2 => (0..8usize, prop::bool::weighted(0.7)).prop_map(|(at, on)| Other::Attach { at, on }),
        1 => (kind(), 0..8usize).prop_map(|(kind, at)| Other::Spoil { kind, at }),
        3 => (0..8usize, 0..ROUTES.len(), prop::bool::weighted(0.7), prop::bool::weighted(0.2))
            .prop_map(|(at, route, add, stale)| Other::Route { at, route, add, stale }),
        1 => (0..8usize).prop_map(|at| Other::ReadRoutes { at }),
        3 => (0..8usize, 0..4usize).prop_map(|(at, block)| Other::Allocate { at, block }),
        2 => (0..8usize).prop_map(|at| Other::Provide { at }),
        1 => Just(Other::Collect),
    ]
}

impl Other {
    /// Whether it happens to an object of this kind, chosen among all.
    pub(crate) fn is_to_a(&self, wanted: Kind) -> bool {
        match self {
            Self::Delete { kind, .. }
            | Self::Release { kind, .. }
            | Self::Guard { kind, .. }
            | Self::Spoil { kind, .. } => *kind == wanted,
            _ => false,
        }
    }

    pub(crate) fn act(&self, sim: &mut Sim) {
        let server = &mut sim.server;
        match self {
            Self::Delete { kind, at, held } => {
                if let Some(name) = nth(server, *kind, *at) {
                    if *held {
                        let hold = json!({ "metadata": { "finalizers": ["hold"] } });
                        server.patch(*kind, &name, &hold);
                    }
                    server.delete(*kind, &name);
                }
            }
            Self::Release { kind, at } => {
                if let Some(name) = nth(server, *kind, *at) {
                    server.release(*kind, &name);
                }
            }
            Self::Guard { kind, at, on } => {
                let guard = json!({ GUARD: on.then_some("them") });
                let guard = json!({ "metadata": { "annotations": guard } });
                patch_nth(server, *kind, *at, &guard);
            }
            Self::Attach { at, on } => {
                let attached = json!({ "spec": { "providerID": on.then_some("p") } });
                patch_nth(server, Kind::NetworkInterface, *at, &attached);
            }
            Self::Route {
                at,
                route,
                add,
                stale,
            } => route_nth(server, *at, ROUTES[*route], *add, *stale),
            Self::Allocate { at, block } => {
                let block = format!("10.0.0.{}/32", block + 1);
                let allocated =
                    json!({ "spec": { "prefix": block }, "status": { "phase": "Allocated" } });
                patch_nth(server, Kind::Prefix, *at, &allocated);
            }
            Self::Provide { at } => {
                let provided = json!({ "status": { "ip": format!("192.0.2.{}", at + 1) } });
                patch_nth(server, Kind::VirtualIp, *at, &provided);
            }
            Self::ReadRoutes { at } => {
                server.read_routes = nth(server, Kind::NetworkInterface, *at)
                    .and_then(|name| server.get(Kind::NetworkInterface, &name))
                    .map_or_else(Vec::new, routes);
            }
            Self::Spoil { kind, at } => patch_nth(server, *kind, *at, &nonsense(*kind)),
            Self::Collect => server.collect(),
        }
    }
}

/// The object at this place among all of its kind.
fn nth(server: &Server, kind: Kind, at: usize) -> Option<String> {
    let names: Vec<&str> = server
        .list(kind)
        .filter_map(|object| object["metadata"]["name"].as_str())
        .collect();
    let at = at.checked_rem(names.len())?;
    Some(names[at].to_owned())
}

/// Merges a patch into the object at this place.
pub(crate) fn patch_nth(server: &mut Server, kind: Kind, at: usize, patch: &Value) {
    if let Some(name) = nth(server, kind, at) {
        server.patch(kind, &name, patch);
    }
}

fn routes(interface: &Value) -> Vec<Value> {
    interface["spec"]["prefixes"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

fn route_nth(server: &mut Server, at: usize, route: &str, add: bool, stale: bool) {
    let Some(name) = nth(server, Kind::NetworkInterface, at) else {
        return;
    };
    let stored = server.get(Kind::NetworkInterface, &name);
    let mut list = match stored {
        Some(interface) if !stale => routes(interface),
        _ => server.read_routes.clone(),
    };
    let route = json!({ "value": route });
    if add {
        list.push(route);
    } else if let Some(at) = list.iter().rposition(|known| *known == route) {
        list.remove(at);
    }
    let patch = json!({ "spec": { "prefixes": list } });
    server.patch(Kind::NetworkInterface, &name, &patch);
}

/// What makes an object of this kind undecodable; its users' own step mends it.
fn nonsense(kind: Kind) -> Value {
    match kind {
        Kind::Machine => json!({ "spec": { "networkInterfaces": "none" } }),
        Kind::NetworkInterface => json!({ "spec": { "ips": "none" } }),
        Kind::Network => json!({ "status": { "state": 5 } }),
        Kind::VirtualIp => json!({ "spec": { "ipFamily": 5 } }),
        Kind::Prefix => json!({ "spec": { "prefix": 5 } }),
    }
}
