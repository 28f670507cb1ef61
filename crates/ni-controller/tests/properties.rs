//! Properties of world, plan and core under random schedules.

mod sim;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use ni_controller::core::{Failure, Now, Order, Outcome};
use ni_controller::plan::{Purpose, Request};
use ni_controller::run::observe;
use ni_controller::world::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

use sim::server::{Server, uid};
use sim::{Fate, Sim};

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
    /// An interface is edited: the one `at` this place among all.
    Edit {
        at: usize,
        what: usize,
        address: usize,
    },
    Network {
        name: usize,
        state: usize,
    },
    VirtualIp {
        ip: bool,
    },
    /// An object is deleted; it stays for a while where somebody's finalizer holds it.
    Delete {
        kind: Kind,
        at: usize,
        held: bool,
    },
    /// Finalizers come off.
    Release {
        kind: Kind,
        at: usize,
    },
    /// An outside system takes an object over, or lets it go.
    Guard {
        kind: Kind,
        at: usize,
        on: bool,
    },
    /// The network plugin attaches an interface, or detaches it.
    Attach {
        at: usize,
        on: bool,
    },
    /// An object is stored that does not decode.
    Spoil {
        kind: Kind,
        at: usize,
    },
    Collect,
    /// Everything arrives, and is handled.
    Settle,
    Deliver {
        kind: usize,
    },
    Send,
    Serve {
        at: usize,
        fate: Fate,
    },
    Answer {
        at: usize,
    },
    List {
        kind: usize,
    },
    Crash,
    /// What comes next happens in the other namespace.
    Switch,
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

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        18 => Just(Fate::Served),
        2 => Just(Fate::Lost),
        1 => Just(Fate::Refused),
    ]
}

/// Most of what happens is about interfaces.
fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        2 => Just(Kind::Machine),
        4 => Just(Kind::NetworkInterface),
        1 => Just(Kind::Network),
        2 => Just(Kind::VirtualIp),
    ]
}

/// The first of three is the likeliest, so that steps meet.
fn one_of_three() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0usize), 1 => Just(1usize), 1 => Just(2usize)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => about_objects(),
        1 => about_time(),
    ]
}

/// What users, the network plugin and others do.
fn about_objects() -> impl Strategy<Value = Step> {
    let entries = || prop::collection::vec((one_of_three(), source()), 0..3);
    prop_oneof![
        5 => (one_of_three(), entries(), any::<bool>())
            .prop_map(|(name, entries, finalizer)| Step::Machine { name, entries, finalizer }),
        3 => (0..3usize, 0..2usize, 0..3usize, prop::bool::weighted(0.8), any::<bool>())
            .prop_map(|(name, network, address, virtual_ip, mark)| Step::Interface { name, network, address, virtual_ip, mark }),
        3 => (0..8usize, 0..4usize, 0..3usize).prop_map(|(at, what, address)| Step::Edit { at, what, address }),
        2 => (0..2usize, 0..4usize).prop_map(|(name, state)| Step::Network { name, state }),
        2 => any::<bool>().prop_map(|ip| Step::VirtualIp { ip }),
        3 => (kind(), 0..8usize, any::<bool>()).prop_map(|(kind, at, held)| Step::Delete { kind, at, held }),
        2 => (kind(), 0..8usize).prop_map(|(kind, at)| Step::Release { kind, at }),
        1 => (kind(), 0..8usize, any::<bool>()).prop_map(|(kind, at, on)| Step::Guard { kind, at, on }),
        2 => (0..8usize, prop::bool::weighted(0.7)).prop_map(|(at, on)| Step::Attach { at, on }),
        1 => (kind(), 0..8usize).prop_map(|(kind, at)| Step::Spoil { kind, at }),
    ]
}

/// What goes on between core and server.
fn about_time() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Collect),
        4 => Just(Step::Settle),
        8 => (0..4usize).prop_map(|kind| Step::Deliver { kind }),
        8 => Just(Step::Send),
        6 => (0..3usize, fate()).prop_map(|(at, fate)| Step::Serve { at, fate }),
        6 => (0..3usize).prop_map(|at| Step::Answer { at }),
        1 => (0..4usize).prop_map(|kind| Step::List { kind }),
        1 => Just(Step::Crash),
        2 => Just(Step::Switch),
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
fn patch_nth(server: &mut Server, kind: Kind, at: usize, patch: &Value) {
    if let Some(name) = nth(server, kind, at) {
        server.patch(kind, &name, patch);
    }
}

/// What makes an object of this kind undecodable; the kind's own step mends it.
fn nonsense(kind: Kind) -> Value {
    match kind {
        Kind::Machine => json!({ "spec": { "networkInterfaces": "none" } }),
        Kind::NetworkInterface => json!({ "spec": { "ips": "none" } }),
        Kind::Network => json!({ "status": { "state": 5 } }),
        Kind::VirtualIp => json!({ "spec": { "ipFamily": 5 } }),
    }
}

/// Whether an object does not decode, as `nonsense` made it.
fn is_spoilt(object: &Value) -> bool {
    object["spec"]["networkInterfaces"] == "none"
        || object["spec"]["ips"] == "none"
        || object["spec"]["ipFamily"] == 5
}

const GUARD: &str = "common.ironcore.dev/managed-by";

fn is_guarded(object: &Value) -> bool {
    !object["metadata"]["annotations"][GUARD].is_null()
}

fn is_alive(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_null()
}

/// Whether this controller answers for what the object says: others may have changed what it does not touch.
fn is_tended(object: &Value) -> bool {
    is_alive(object) && !is_guarded(object) && !is_spoilt(object)
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
        Step::Edit { at, what, address } => {
            let spec = match what {
                0 => json!({ "machineRef": null }),
                1 => json!({ "ips": interface_spec(0, *address)["ips"] }),
                2 => json!({ "virtualIP": null }),
                _ => json!({ "virtualIP": { "virtualIPRef": { "name": "vip" } } }),
            };
            patch_nth(
                server,
                Kind::NetworkInterface,
                *at,
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
            let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
            server.create(Kind::VirtualIp, "vip", &json!({ "spec": spec }));
            let ip = if *ip { json!("192.0.2.1") } else { Value::Null };
            let whole = json!({ "spec": spec, "status": { "ip": ip } });
            server.patch(Kind::VirtualIp, "vip", &whole);
        }
        meddling => meddle(sim, meddling),
    }
}

/// What may happen to an object of any kind.
fn meddle(sim: &mut Sim, step: &Step) {
    let server = &mut sim.server;
    match step {
        Step::Delete { kind, at, held } => {
            if let Some(name) = nth(server, *kind, *at) {
                if *held {
                    let hold = json!({ "metadata": { "finalizers": ["hold"] } });
                    server.patch(*kind, &name, &hold);
                }
                server.delete(*kind, &name);
            }
        }
        Step::Release { kind, at } => {
            if let Some(name) = nth(server, *kind, *at) {
                server.release(*kind, &name);
            }
        }
        Step::Guard { kind, at, on } => {
            let guard = json!({ "metadata": { "annotations": { GUARD: on.then_some("them") } } });
            patch_nth(server, *kind, *at, &guard);
        }
        Step::Attach { at, on } => {
            let attached = json!({ "spec": { "providerID": on.then_some("p") } });
            patch_nth(server, Kind::NetworkInterface, *at, &attached);
        }
        Step::Spoil { kind, at } => patch_nth(server, *kind, *at, &nonsense(*kind)),
        passing => pass(sim, passing),
    }
}

/// What goes on between core and server.
fn pass(sim: &mut Sim, step: &Step) {
    match step {
        Step::Collect => sim.server.collect(),
        Step::Settle => sim.settle(),
        Step::Deliver { kind } => drop(sim.deliver(Kind::ALL[*kind])),
        Step::Send => drop(sim.send()),
        Step::Serve { at, fate } => drop(sim.serve(*at, *fate)),
        Step::Answer { at } => drop(sim.answer(*at)),
        Step::List { kind } => sim.list(Kind::ALL[*kind]),
        Step::Crash => sim.crash(),
        Step::Switch => sim.switch(),
        others => unreachable!("{others:?} is no step of time"),
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

/// No write that names a version changes what is being deleted, or what an outside system manages. (A repair names none:
/// it may be decided before either began.)
fn writes_keep_off_what_is_not_to_be_touched(server: &Server) {
    for (_, request, before) in &server.writes {
        let versioned = match request {
            Request::Patch(body) | Request::PatchStatus(body) => {
                body["metadata"]["resourceVersion"].is_string()
            }
            Request::Delete { .. } => true,
            Request::Create(_) | Request::Read => false,
        };
        assert!(!versioned || is_tended(before), "{request:?} on {before}");
    }
}

/// What must hold once nothing moves any more.
fn rest_is_sound(server: &Server) {
    server
        .list(Kind::Machine)
        .filter(|machine| is_alive(machine) && !is_spoilt(machine))
        .for_each(|machine| children_are_as_declared(server, machine));
    let mut shown = BTreeMap::new();
    for interface in server.list(Kind::NetworkInterface).filter(|i| is_tended(i)) {
        let holder = &interface["spec"]["machineRef"]["uid"];
        assert!(
            holder.is_null() || server.list(Kind::Machine).any(|m| uid(m) == *holder),
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
    for virtual_ip in server.list(Kind::VirtualIp).filter(|vip| is_tended(vip)) {
        let holder = &virtual_ip["spec"]["targetRef"]["uid"];
        let mut interfaces = server.list(Kind::NetworkInterface);
        assert!(
            holder.is_null() || interfaces.any(|interface| uid(interface) == *holder),
            "held by nobody: {virtual_ip}"
        );
    }
}

/// What a machine declares exists, whoever made it; what is its own is as declared, as far as that can be had in place
/// once something is attached.
fn children_are_as_declared(server: &Server, machine: &Value) {
    let name = machine["metadata"]["name"].as_str().unwrap();
    for entry in machine["spec"]["networkInterfaces"].as_array().unwrap() {
        if entry["ephemeral"].is_null() {
            continue;
        }
        let child = format!("{name}-{}", entry["name"].as_str().unwrap());
        let child = server
            .get(Kind::NetworkInterface, &child)
            .expect("every declared interface exists, whoever made it");
        let own = child["metadata"]["ownerReferences"][0]["uid"] == uid(machine);
        if own && is_managed(child) && is_tended(child) {
            let want = &entry["ephemeral"]["networkInterfaceTemplate"]["spec"];
            assert_eq!(child["spec"]["ips"], want["ips"], "{child}");
            assert_eq!(child["spec"]["machineRef"]["uid"], uid(machine), "{child}");
            let attached = child["spec"]["providerID"].is_string();
            assert!(
                attached || child["spec"]["networkRef"] == want["networkRef"],
                "{child}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_between_any_two_steps_it_comes_to_a_sound_rest(
        apart in any::<bool>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut sim = Sim::of_two(apart);
        for step in &steps {
            apply(&mut sim, step);
        }
        sim.settle();
        // What was refused waits for a change.
        while sim.touch_refused() {
            sim.settle();
        }
        let now = sim.now();
        for server in [&sim.server, &sim.other] {
            writes_keep_off_others_objects(server);
            writes_keep_off_what_is_not_to_be_touched(server);
            rest_is_sound(server);

            // A satisfied world: a controller that starts now has nothing to change.
            let started = Sim::new(server.clone());
            for (key, plan) in Sim::plans(&started.core, &started.server, now) {
                prop_assert!(plan.changes.is_empty(), "{key}: {:?}", plan.changes);
            }
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

/// The machine `m` with its child, at rest.
fn with_child() -> Sim {
    let mut sim = Sim::new(Server::default());
    let entry = Source::Ephemeral {
        network: 0,
        address: 0,
    };
    let machine = Step::Machine {
        name: 0,
        entries: vec![(2, entry)],
        finalizer: false,
    };
    apply(&mut sim, &machine);
    sim.settle();
    sim
}

/// Somebody edits the child of `m`, and its watch reports it; the order to repair it.
fn repair_is_ordered(sim: &mut Sim) -> Order {
    let edit = json!({ "spec": { "machineRef": null } });
    sim.server.patch(Kind::NetworkInterface, "m-c", &edit);
    while sim.deliver(Kind::NetworkInterface) {}
    let order = sim.core.next(sim.now()).expect("something to do");
    assert_eq!(order.change.purpose, Purpose::Repair);
    order
}

#[test]
fn a_change_that_comes_while_a_request_fails_ends_the_wait() {
    for change_comes in [false, true] {
        let mut sim = with_child();
        let order = repair_is_ordered(&mut sim);
        if change_comes {
            let change = json!({ "metadata": { "labels": { "some": "change" } } });
            sim.server.patch(Kind::Machine, "m", &change);
            while sim.deliver(Kind::Machine) {}
        }
        let lost = Failure::Transient {
            message: "lost".to_owned(),
            after: None,
        };
        let now = sim.now();
        sim.core.answer(order.ticket, Outcome::Failed(lost), now);
        let mut orders = std::iter::from_fn(|| sim.core.next(now));
        let repaired = orders.any(|order| order.change.purpose == Purpose::Repair);
        assert_eq!(repaired, change_comes);
    }
}

#[test]
fn a_look_that_is_refused_is_tried_again_after_a_wait() {
    let mut sim = Sim::new(Server::default());
    let mut spec = interface_spec(0, 0);
    spec["machineRef"] = json!({ "name": "gone", "uid": "gone" });
    sim.server
        .create(Kind::NetworkInterface, "free", &json!({ "spec": spec }));
    while sim.deliver(Kind::NetworkInterface) {}
    let look = sim.core.next(sim.now()).expect("a look");
    assert_eq!(look.change.request, Request::Read);
    let refused = Outcome::Failed(Failure::Refused("forbidden".to_owned()));
    let now = sim.now();
    sim.core.answer(look.ticket, refused, now);
    assert_eq!(sim.core.next(now), None);
    let wait = sim.core.wake_at().expect("a timer");
    assert!(wait > now.elapsed, "{wait:?}");
    let later = Now {
        elapsed: wait,
        ..now
    };
    assert_eq!(
        sim.core.next(later).map(|order| order.change),
        Some(look.change)
    );
}

#[test]
fn what_a_server_did_not_find_and_a_later_look_shows_is_there() {
    let mut sim = with_child();
    let order = repair_is_ordered(&mut sim);
    let now = sim.now();
    let not_found = Outcome::Failed(Failure::NotFound);
    sim.core.answer(order.ticket, not_found, now);
    sim.settle();
    let child = sim.server.get(Kind::NetworkInterface, "m-c").expect("it");
    assert_eq!(child["spec"]["machineRef"]["name"], "m");
}

/// The namespaces of all that there is to send now.
fn namespaces_of_orders(sim: &mut Sim) -> BTreeSet<String> {
    let now = sim.now();
    let orders = std::iter::from_fn(|| sim.core.next(now));
    orders
        .map(|order| order.key.namespace.to_string())
        .collect()
}

#[test]
fn a_namespace_is_planned_for_once_it_is_known_whatever_becomes_of_others() {
    let mut sim = Sim::of_two(true);
    for _ in 0..2 {
        let spec = interface_spec(0, 0);
        sim.server
            .create(Kind::NetworkInterface, "free", &json!({ "spec": spec }));
        sim.switch();
    }
    sim.forget();
    for known in ["ns", "other"] {
        for kind in Kind::ALL {
            assert_eq!(namespaces_of_orders(&mut sim), BTreeSet::new(), "{known}");
            assert!(!sim.core.world().is_complete());
            sim.list(kind);
        }
        assert_eq!(namespaces_of_orders(&mut sim), [known.to_owned()].into());
        sim.switch();
    }
    assert!(sim.core.world().is_complete());
}
