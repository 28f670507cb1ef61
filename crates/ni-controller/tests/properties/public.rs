// SPDX-License-Identifier: Apache-2.0

//! Public addresses: users at work on pools, virtual IPs and what holds their addresses, in two namespaces, while the controller
//! hands addresses out.

use std::collections::BTreeMap;

use explore::invariants::object::{is_alive, is_tended};
use ironcore_api::ownership::{PUBLIC_POOL, VIRTUAL_IP_UID};
use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cases;
use crate::grants::grants_hold;
use crate::passing::{self, Passing};
use crate::sim::server::{Server, uid};
use crate::sim::{Sim, Who};

/// Where pools are: the first namespace.
const POOLS: &str = "ns";
/// Pools of two, one and six addresses that can be handed out; the last is only a root until it gets the label.
const BLOCKS: [(&str, &str); 3] = [
    ("small", "10.0.0.0/30"),
    ("smaller", "10.0.0.5/32"),
    ("large", "10.0.0.8/29"),
];
const VIRTUAL_IPS: [&str; 4] = ["v", "w", "x", "y"];

/// What users do.
#[derive(Clone, Debug)]
enum Act {
    /// Creates a root that may be a pool.
    Root { at: usize, pool: bool },
    /// Makes a root a pool, or no longer one.
    Label { at: usize, on: bool },
    /// Deletes a root.
    DeleteRoot { at: usize },
    /// Creates a virtual IP, in the namespace where things happen now.
    VirtualIp { at: usize },
    /// Deletes one; a finalizer may keep it.
    Delete { at: usize, held: bool },
    /// Takes that finalizer off.
    Free { at: usize },
    /// Somebody asks a root for an address or two.
    Neighbour { at: usize, length: u8 },
    /// That neighbour goes.
    NeighbourGoes { at: usize },
}

#[derive(Clone, Debug)]
enum Step {
    Act(Act),
    Passing(Passing),
    /// The leader has so many requests done, after it has heard what there is, or as far as it knows.
    Work {
        requests: usize,
        hears: bool,
    },
    /// The other replica leads, and has heard all of one kind alone.
    TakeOver(Kind),
    /// Somebody deletes a prefix that holds the address of a virtual IP.
    TakeAway(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let root = || 0..BLOCKS.len();
    let virtual_ip = || 0..VIRTUAL_IPS.len();
    prop_oneof![
        4 => (root(), prop::bool::weighted(0.8)).prop_map(|(at, pool)| Act::Root { at, pool }),
        2 => (root(), any::<bool>()).prop_map(|(at, on)| Act::Label { at, on }),
        1 => root().prop_map(|at| Act::DeleteRoot { at }),
        8 => virtual_ip().prop_map(|at| Act::VirtualIp { at }),
        4 => (virtual_ip(), prop::bool::weighted(0.3)).prop_map(|(at, held)| Act::Delete { at, held }),
        2 => virtual_ip().prop_map(|at| Act::Free { at }),
        2 => (root(), 31..33u8).prop_map(|(at, length)| Act::Neighbour { at, length }),
        1 => root().prop_map(|at| Act::NeighbourGoes { at }),
    ]
}

fn passing() -> impl Strategy<Value = Passing> {
    prop_oneof![
        3 => passing::of_one_kind(Kind::VirtualIp),
        3 => passing::of_one_kind(Kind::Prefix),
        1 => Just(Passing::Switch),
    ]
}

fn of_processes() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![Just(Kind::VirtualIp), Just(Kind::Prefix)];
    prop_oneof![
        6 => passing().prop_map(Step::Passing),
        3 => (1..6usize, any::<bool>()).prop_map(|(requests, hears)| Step::Work { requests, hears }),
        1 => kind.prop_map(Step::TakeOver),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => act().prop_map(Step::Act),
        3 => of_processes(),
    ];
    prop::collection::vec(step, 1..90)
}

fn steps_that_take_away() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => act().prop_map(Step::Act),
        12 => of_processes(),
        1 => (0..4usize).prop_map(Step::TakeAway),
    ];
    prop::collection::vec(step, 1..90)
}

/// A replica hears all of a kind, of both namespaces.
fn hear(sim: &mut Sim, who: Who, kind: Kind) {
    for _ in 0..2 {
        while sim.deliver_to(who, kind) {}
        sim.switch();
    }
}

impl Step {
    fn act(&self, sim: &mut Sim) {
        match self {
            Self::Act(act) => act.act(sim),
            Self::Passing(passing) => passing.act(sim),
            Self::Work { requests, hears } => {
                if *hears {
                    hear(sim, Who::Leader, Kind::VirtualIp);
                    hear(sim, Who::Leader, Kind::Prefix);
                }
                for _ in 0..*requests {
                    sim.step();
                }
            }
            Self::TakeOver(kind) => {
                hear(sim, Who::Standby, *kind);
                sim.depose();
            }
            Self::TakeAway(at) => take_away(pools(sim), *at),
        }
    }
}

fn neighbour(at: usize) -> String {
    format!("neighbour-{}", BLOCKS[at].0)
}

impl Act {
    fn act(&self, sim: &mut Sim) {
        match self {
            Self::Root { at, pool } => {
                let (name, block) = BLOCKS[*at];
                let labels = if *pool {
                    json!({ PUBLIC_POOL: "" })
                } else {
                    json!({})
                };
                let spec = json!({ "ipFamily": "IPv4", "prefix": block });
                let root = json!({ "metadata": { "labels": labels }, "spec": spec });
                pools(sim).create(Kind::Prefix, name, &root);
            }
            Self::Label { at, on } => {
                let label = json!({ "metadata": { "labels": { PUBLIC_POOL: on.then_some("") } } });
                pools(sim).patch(Kind::Prefix, BLOCKS[*at].0, &label);
            }
            Self::DeleteRoot { at } => pools(sim).delete(Kind::Prefix, BLOCKS[*at].0),
            Self::VirtualIp { at } => {
                let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
                let body = json!({ "spec": spec });
                sim.server.create(Kind::VirtualIp, VIRTUAL_IPS[*at], &body);
            }
            Self::Delete { at, held } => {
                if *held {
                    hold(&mut sim.server, VIRTUAL_IPS[*at], true);
                }
                sim.server.delete(Kind::VirtualIp, VIRTUAL_IPS[*at]);
            }
            Self::Free { at } => hold(&mut sim.server, VIRTUAL_IPS[*at], false),
            Self::Neighbour { at, length } => {
                let parent = json!({ "name": BLOCKS[*at].0 });
                let spec =
                    json!({ "ipFamily": "IPv4", "prefixLength": length, "parentRef": parent });
                let body = json!({ "spec": spec });
                pools(sim).create(Kind::Prefix, &neighbour(*at), &body);
            }
            Self::NeighbourGoes { at } => pools(sim).delete(Kind::Prefix, &neighbour(*at)),
        }
    }
}

/// The namespace of the pools, wherever things happen now.
fn pools(sim: &mut Sim) -> &mut Server {
    if sim.server.namespace() == POOLS {
        &mut sim.server
    } else {
        &mut sim.other
    }
}

fn both(sim: &Sim) -> (&Server, &Server) {
    if sim.server.namespace() == POOLS {
        (&sim.server, &sim.other)
    } else {
        (&sim.other, &sim.server)
    }
}

/// Puts somebody's finalizer on a virtual IP, or takes it off; those of others stay.
fn hold(server: &mut Server, name: &str, on: bool) {
    let Some(virtual_ip) = server.get(Kind::VirtualIp, name) else {
        return;
    };
    let finalizers = virtual_ip["metadata"]["finalizers"].as_array();
    let mut finalizers = finalizers.cloned().unwrap_or_default();
    finalizers.retain(|finalizer| finalizer != "test/hold");
    if on && is_alive(virtual_ip) {
        finalizers.push("test/hold".into());
    }
    let held = json!({ "metadata": { "finalizers": finalizers } });
    server.patch(Kind::VirtualIp, name, &held);
}

fn take_away(server: &mut Server, at: usize) {
    let holders: Vec<String> = holders(server)
        .filter_map(|prefix| prefix["metadata"]["name"].as_str().map(str::to_owned))
        .collect();
    if let Some(name) = at.checked_rem(holders.len()).map(|at| &holders[at]) {
        server.delete(Kind::Prefix, name);
    }
}

fn virtual_ips(sim: &Sim) -> impl Iterator<Item = &Value> {
    let (pools, other) = both(sim);
    pools
        .list(Kind::VirtualIp)
        .chain(other.list(Kind::VirtualIp))
}

/// The prefixes that hold addresses of virtual IPs.
fn holders(pools: &Server) -> impl Iterator<Item = &Value> {
    let prefixes = pools.list(Kind::Prefix);
    prefixes.filter(|prefix| prefix["metadata"]["annotations"][VIRTUAL_IP_UID].is_string())
}

/// The block that is held for a virtual IP.
fn held_for<'a>(pools: &'a Server, virtual_ip: &Value) -> Option<&'a str> {
    let mut holders = holders(pools).filter(|holder| {
        holder["metadata"]["name"] == *uid(virtual_ip) && holder["status"]["phase"] == "Allocated"
    });
    holders.next()?["spec"]["prefix"].as_str()
}

/// The address that a virtual IP shows, as a block.
fn shown(virtual_ip: &Value) -> Option<String> {
    let address = virtual_ip["status"]["ip"].as_str()?;
    Some(format!("{address}/32"))
}

/// No address is shown by two virtual IPs, of whatever namespace.
fn no_address_is_in_two_statuses(sim: &Sim) {
    let mut known = BTreeMap::new();
    for virtual_ip in virtual_ips(sim) {
        if let Some(address) = shown(virtual_ip)
            && let Some(other) = known.insert(address, virtual_ip)
        {
            panic!("one address is in two statuses:\n{other}\n{virtual_ip}");
        }
    }
}

/// Each address that a virtual IP shows is held for it, so that nobody else gets it.
fn shown_addresses_are_held(sim: &Sim) {
    let (pools, _) = both(sim);
    for virtual_ip in virtual_ips(sim) {
        if let Some(shown) = shown(virtual_ip) {
            let held = held_for(pools, virtual_ip);
            assert_eq!(held, Some(&*shown), "{virtual_ip}");
        }
    }
}

/// The number of the address in a block of a prefix: its last byte, and how many addresses there are.
fn range(block: &str) -> std::ops::Range<u32> {
    let (address, length) = block.split_once('/').expect("a CIDR");
    let first = address.rsplit('.').next().expect("an address");
    let first: u32 = first.parse().expect("a number");
    first..first + (1 << (32 - length.parse::<u32>().expect("a length")))
}

/// Addresses of a pool that can be handed out: neither the first nor the last, but of a block that is too small to have such.
fn free_addresses(pool: &Value) -> usize {
    let range = range(pool["spec"]["prefix"].as_str().expect("a block"));
    let whole = range.len() > 2;
    let reserved = |address: &u32| whole && (*address == range.start || *address + 1 == range.end);
    let used: Vec<_> = pool["status"]["used"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|block| self::range(block.as_str().expect("a CIDR")))
        .collect();
    let taken = |address: &u32| used.iter().any(|used| used.contains(address));
    range
        .clone()
        .filter(|address| !reserved(address) && !taken(address))
        .count()
}

fn is_pool(prefix: &Value) -> bool {
    let is_root = prefix["spec"]["parentRef"].is_null();
    // A pool of one address can't be a parent: what is granted is smaller than the parent.
    let parts = prefix["spec"]["prefix"]
        .as_str()
        .is_some_and(|block| range(block).len() > 1);
    is_root && parts && is_tended(prefix) && prefix["metadata"]["labels"][PUBLIC_POOL].is_string()
}

/// Once nothing moves any more: each virtual IP shows the address that is held for it, or the pools have none left; none is held
/// for one that is gone.
fn rest_is_served(sim: &Sim) {
    let (pools, _) = both(sim);
    shown_addresses_are_held(sim);
    for virtual_ip in virtual_ips(sim).filter(|virtual_ip| is_alive(virtual_ip)) {
        if shown(virtual_ip).is_none() {
            assert_eq!(held_for(pools, virtual_ip), None, "{virtual_ip}");
            let roots = pools.list(Kind::Prefix).filter(|prefix| is_pool(prefix));
            let free: usize = roots.map(free_addresses).sum();
            assert_eq!(free, 0, "waits for a free address: {virtual_ip}");
        }
    }
    for holder in holders(pools) {
        let of = &holder["metadata"]["annotations"][VIRTUAL_IP_UID];
        let alive = virtual_ips(sim).any(|virtual_ip| *of == *uid(virtual_ip));
        assert!(alive, "held for one that is gone: {holder}");
    }
}

/// Whoever starts now has nothing to do.
fn nothing_is_left_to_do(sim: &Sim) -> Result<(), TestCaseError> {
    let (pools, other) = both(sim);
    let started = Sim::between(pools.clone(), other.clone());
    for server in [&started.server, &started.other] {
        for (key, plan) in Sim::plans(&started.leader.core, server, sim.now()) {
            prop_assert!(plan.changes.is_empty(), "{key}: {:?}", plan.changes);
        }
    }
    Ok(())
}

fn run(sim: &mut Sim, steps: &[Step], after_each: impl Fn(&Sim)) {
    for step in steps {
        step.act(sim);
        grants_hold(pools(sim));
        after_each(sim);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_public_address_is_ever_in_two_statuses_and_all_that_can_be_served_are(steps in steps()) {
        let mut sim = Sim::with_pools(Server::default());
        run(&mut sim, &steps, |sim| {
            no_address_is_in_two_statuses(sim);
            shown_addresses_are_held(sim);
        });
        sim.settle();
        no_address_is_in_two_statuses(&sim);
        rest_is_served(&sim);
        nothing_is_left_to_do(&sim)?;
    }

    /// Whose address somebody took away shows it until the controller has seen that.
    #[test]
    fn a_virtual_ip_whose_address_was_taken_away_gets_one_again(steps in steps_that_take_away()) {
        let mut sim = Sim::with_pools(Server::default());
        run(&mut sim, &steps, |_| ());
        sim.settle();
        no_address_is_in_two_statuses(&sim);
        rest_is_served(&sim);
        nothing_is_left_to_do(&sim)?;
    }
}
