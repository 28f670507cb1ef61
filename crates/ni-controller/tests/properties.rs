//! Properties of world, plan and core under random schedules.

mod sim;

use std::collections::{BTreeMap, VecDeque};

use ni_controller::plan::{Purpose, Request};
use ni_controller::run::observe;
use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use sim::Sim;
use sim::server::{Server, uid};

/// What may happen between any two steps.
#[derive(Clone, Debug)]
enum Step {
    Machine {
        name: usize,
        entries: Vec<(usize, Source)>,
        finalizer: bool,
    },
    Interface {
        name: usize,
        network: usize,
        address: usize,
        virtual_ip: bool,
        mark: bool,
    },
    Edit {
        name: usize,
        clear_holder: bool,
        address: usize,
    },
    Network {
        name: usize,
        state: usize,
    },
    VirtualIp {
        ip: bool,
    },
    Delete {
        kind: usize,
        name: usize,
    },
    Release {
        name: usize,
    },
    Collect,
    Deliver {
        kind: usize,
    },
    Send,
    Serve {
        at: usize,
        fail: bool,
    },
    Answer {
        at: usize,
    },
    List {
        kind: usize,
    },
    Crash,
}

#[derive(Clone, Debug)]
enum Source {
    Ephemeral { network: usize, address: usize },
    Existing { interface: usize },
}

/// Names that collide: `m` + `a-b` and `m-a` + `b` make one interface name.
const MACHINES: [&str; 3] = ["m", "m-a", "other"];
const ENTRIES: [&str; 3] = ["a-b", "b", "c"];
const INTERFACES: [&str; 3] = ["m-a-b", "free", "m-c"];
const NETWORKS: [&str; 2] = ["net-0", "net-1"];

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        (0..2usize, 0..3usize)
            .prop_map(|(network, address)| Source::Ephemeral { network, address }),
        (0..3usize).prop_map(|interface| Source::Existing { interface }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3usize, prop::collection::vec((0..3usize, source()), 0..3), any::<bool>())
            .prop_map(|(name, entries, finalizer)| Step::Machine { name, entries, finalizer }),
        2 => (0..3usize, 0..2usize, 0..3usize, any::<bool>(), any::<bool>())
            .prop_map(|(name, network, address, virtual_ip, mark)| Step::Interface { name, network, address, virtual_ip, mark }),
        2 => (0..3usize, any::<bool>(), 0..3usize)
            .prop_map(|(name, clear_holder, address)| Step::Edit { name, clear_holder, address }),
        2 => (0..2usize, 0..4usize).prop_map(|(name, state)| Step::Network { name, state }),
        1 => any::<bool>().prop_map(|ip| Step::VirtualIp { ip }),
        2 => (0..4usize, 0..3usize).prop_map(|(kind, name)| Step::Delete { kind, name }),
        1 => (0..3usize).prop_map(|name| Step::Release { name }),
        1 => Just(Step::Collect),
        8 => (0..4usize).prop_map(|kind| Step::Deliver { kind }),
        8 => Just(Step::Send),
        6 => (0..3usize, prop::bool::weighted(0.1)).prop_map(|(at, fail)| Step::Serve { at, fail }),
        6 => (0..3usize).prop_map(|at| Step::Answer { at }),
        1 => (0..4usize).prop_map(|kind| Step::List { kind }),
        1 => Just(Step::Crash),
    ]
}

fn interface_spec(network: usize, address: usize) -> Value {
    json!({ "networkRef": { "name": NETWORKS[network] }, "ipFamilies": ["IPv4"], "ips": [{ "value": format!("10.0.0.{}", address + 1) }] })
}

fn machine_spec(entries: &[(usize, Source)]) -> Value {
    let mut by_name = BTreeMap::new();
    for (name, source) in entries {
        let name = ENTRIES[*name];
        by_name.insert(name, match source {
            Source::Ephemeral { network, address } => {
                json!({ "name": name, "ephemeral": { "networkInterfaceTemplate": { "spec": interface_spec(*network, *address) } } })
            }
            Source::Existing { interface } => json!({ "name": name, "networkInterfaceRef": { "name": INTERFACES[*interface] } }),
        });
    }
    json!({ "machineClassRef": { "name": "class" }, "networkInterfaces": by_name.into_values().collect::<Vec<_>>() })
}

fn apply(sim: &mut Sim, step: &Step) {
    let server = &mut sim.server;
    match step {
        Step::Machine {
            name,
            entries,
            finalizer,
        } => {
            let spec = json!({ "spec": machine_spec(entries) });
            if server.get(Kind::Machine, MACHINES[*name]).is_some() {
                server.patch(Kind::Machine, MACHINES[*name], &spec);
            } else {
                server.create(Kind::Machine, MACHINES[*name], &spec);
                let finalizers = if *finalizer {
                    json!(["pool"])
                } else {
                    Value::Null
                };
                server.patch(
                    Kind::Machine,
                    MACHINES[*name],
                    &json!({ "metadata": { "finalizers": finalizers } }),
                );
            }
        }
        Step::Interface {
            name,
            network,
            address,
            virtual_ip,
            mark,
        } => {
            let mut body = json!({ "spec": interface_spec(*network, *address) });
            if *virtual_ip {
                body["spec"]["virtualIP"] = json!({ "virtualIPRef": { "name": "vip" } });
            }
            if *mark {
                body["metadata"]["annotations"] =
                    json!({ "common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager" });
            }
            server.create(Kind::NetworkInterface, INTERFACES[*name], &body);
        }
        Step::Edit {
            name,
            clear_holder,
            address,
        } => {
            let spec = if *clear_holder {
                json!({ "machineRef": null })
            } else {
                json!({ "ips": interface_spec(0, *address)["ips"] })
            };
            server.patch(
                Kind::NetworkInterface,
                INTERFACES[*name],
                &json!({ "spec": spec }),
            );
        }
        Step::Network { name, state } => {
            server.create(Kind::Network, NETWORKS[*name], &json!({ "spec": {} }));
            let state = [
                Value::Null,
                json!("Pending"),
                json!("Available"),
                json!("Error"),
            ][*state]
                .clone();
            server.patch(
                Kind::Network,
                NETWORKS[*name],
                &json!({ "status": { "state": state } }),
            );
        }
        Step::VirtualIp { ip } => {
            server.create(
                Kind::VirtualIp,
                "vip",
                &json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } }),
            );
            let ip = if *ip { json!("192.0.2.1") } else { Value::Null };
            server.patch(Kind::VirtualIp, "vip", &json!({ "status": { "ip": ip } }));
        }
        Step::Delete { kind, name } => {
            let kind = Kind::ALL[*kind];
            let name = match kind {
                Kind::Machine => MACHINES[*name],
                Kind::NetworkInterface => INTERFACES[*name],
                Kind::Network => NETWORKS[*name % 2],
                Kind::VirtualIp => "vip",
            };
            server.delete(kind, name);
        }
        Step::Release { name } => server.release(Kind::Machine, MACHINES[*name]),
        Step::Collect => server.collect(),
        Step::Deliver { kind } => drop(sim.deliver(Kind::ALL[*kind])),
        Step::Send => drop(sim.send()),
        Step::Serve { at, fail } => drop(sim.serve(*at, *fail)),
        Step::Answer { at } => drop(sim.answer(*at)),
        Step::List { kind } => sim.list(Kind::ALL[*kind]),
        Step::Crash => sim.crash(),
    }
}

fn is_managed(object: &Value) -> bool {
    object["metadata"]["annotations"]["common.ironcore.dev/ephemeral-managed-by"]
        == "ephemeral-manager"
        && object["metadata"]["ownerReferences"][0]["controller"] == true
}

/// No write repairs, replaces or deletes what is not managed; of others' objects only claims, releases and status.
fn writes_keep_off_others_objects(server: &Server) {
    let others = server
        .writes
        .iter()
        .filter(|(_, _, before)| !is_managed(before));
    for (kind, request, before) in others {
        match request {
            Request::Create(_) | Request::PatchStatus(_) | Request::Read => {}
            Request::Delete { .. } => panic!("deleted: {before}"),
            Request::Patch(body) => {
                let fields: Vec<&String> = body["spec"].as_object().unwrap().keys().collect();
                let allowed: &[&str] = if *kind == Kind::VirtualIp {
                    &["targetRef"]
                } else {
                    &["machineRef", "providerID"]
                };
                assert!(
                    fields.iter().all(|field| allowed.contains(&field.as_str())),
                    "{body} on {before}"
                );
                assert_eq!(body["metadata"].as_object().unwrap().len(), 2, "{body}");
            }
        }
    }
}

/// What must hold once nothing moves any more.
fn rest_is_sound(server: &Server) {
    let machines: BTreeMap<String, &Value> =
        server.list(Kind::Machine).map(|m| (uid(m), m)).collect();
    let alive = |m: &Value| m["metadata"]["deletionTimestamp"].is_null();
    for machine in machines.values().filter(|machine| alive(machine)) {
        let name = machine["metadata"]["name"].as_str().unwrap();
        for entry in machine["spec"]["networkInterfaces"].as_array().unwrap() {
            if entry["ephemeral"].is_null() {
                continue;
            }
            let child = format!("{name}-{}", entry["name"].as_str().unwrap());
            let child = server
                .get(Kind::NetworkInterface, &child)
                .expect("every declared interface exists, whoever made it");
            if child["metadata"]["ownerReferences"][0]["uid"] == uid(machine) && is_managed(child) {
                let want = &entry["ephemeral"]["networkInterfaceTemplate"]["spec"];
                assert_eq!(child["spec"]["ips"], want["ips"], "{child}");
                assert_eq!(child["spec"]["networkRef"], want["networkRef"], "{child}");
                assert_eq!(child["spec"]["machineRef"]["uid"], uid(machine), "{child}");
            }
        }
    }
    let mut shown = BTreeMap::new();
    for interface in server.list(Kind::NetworkInterface) {
        let holder = &interface["spec"]["machineRef"]["uid"];
        assert!(
            holder.is_null() || machines.contains_key(holder.as_str().unwrap()),
            "held by nobody: {interface}"
        );
        assert!(
            interface["status"]["state"].is_string(),
            "no status: {interface}"
        );
        for ip in interface["status"]["ips"].as_array().into_iter().flatten() {
            let place = (
                interface["spec"]["networkRef"]["name"].to_string(),
                ip.to_string(),
            );
            let other = shown.insert(place, interface);
            assert!(
                other.is_none(),
                "one address twice: {interface} and {other:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_between_any_two_steps_it_comes_to_a_sound_rest(steps in prop::collection::vec(step(), 1..60)) {
        let mut sim = Sim::new(Server::default());
        for step in &steps {
            apply(&mut sim, step);
        }
        sim.settle();
        writes_keep_off_others_objects(&sim.server);
        rest_is_sound(&sim.server);

        // A satisfied world: a controller that starts now has nothing to change.
        let now = sim.now();
        let started = Sim::new(sim.server.clone());
        for (key, plan) in Sim::plans(&started.core, &started.server, now) {
            prop_assert!(plan.changes.is_empty(), "{key}: {:?}", plan.changes);
        }
    }

    #[test]
    fn any_order_of_events_gives_the_same_plan(
        steps in prop::collection::vec(step(), 1..40),
        order in prop::collection::vec(0..4usize, 0..80),
    ) {
        let mut sim = Sim::new(Server::default());
        for step in &steps {
            apply(&mut sim, step);
        }
        let now = sim.now();
        let listed = Sim::new(sim.server.clone());

        // The same objects by their watches: kinds interleaved at random, each kind in its order.
        let mut core = Sim::new(Server::default()).core;
        let mut watches = BTreeMap::from(Kind::ALL.map(|kind| (kind, listed.server.told(kind))));
        let rest = Kind::ALL.into_iter().flat_map(|kind| [kind; 16]);
        for kind in order.into_iter().map(|kind| Kind::ALL[kind]).chain(rest) {
            if let Some(told) = watches.get_mut(&kind).and_then(VecDeque::pop_front) {
                observe(&mut core, told.event(kind), now);
            }
        }
        prop_assert_eq!(Sim::plans(&listed.core, &listed.server, now), Sim::plans(&core, &listed.server, now));
    }
}

#[test]
fn a_look_precedes_whatever_is_taken_away() {
    let mut sim = Sim::new(Server::default());
    let entry = vec![(
        2,
        Source::Ephemeral {
            network: 0,
            address: 0,
        },
    )];
    apply(
        &mut sim,
        &Step::Machine {
            name: 0,
            entries: entry,
            finalizer: false,
        },
    );
    sim.settle();
    apply(
        &mut sim,
        &Step::Machine {
            name: 0,
            entries: Vec::new(),
            finalizer: false,
        },
    );
    while sim.deliver(Kind::Machine) {}
    let order = sim.core.next(sim.now()).expect("something to do");
    assert_eq!(
        (order.change.kind, order.change.purpose),
        (Kind::Machine, Purpose::Look)
    );
}

/// How many schedules are tried: `PROPTEST_CASES`, or enough to be quick.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(2_000)
}

#[test]
fn a_child_that_went_is_not_made_again_behind_a_machine_that_went_first() {
    let mut sim = Sim::new(Server::default());
    let entry = vec![(
        2,
        Source::Ephemeral {
            network: 0,
            address: 0,
        },
    )];
    apply(
        &mut sim,
        &Step::Machine {
            name: 0,
            entries: entry,
            finalizer: false,
        },
    );
    sim.settle();
    sim.server.delete(Kind::Machine, MACHINES[0]);
    sim.server.collect();
    while sim.deliver(Kind::NetworkInterface) {}
    let order = sim.core.next(sim.now()).expect("something to do");
    assert_eq!(
        (order.change.kind, order.change.purpose),
        (Kind::Machine, Purpose::Look)
    );
    let outcome = sim
        .server
        .serve(order.change.kind, &order.change.name, &order.change.request);
    let now = sim.now();
    sim.core.answer(order.ticket, outcome, now);
    assert_eq!(sim.core.next(now), None);
}
