// SPDX-License-Identifier: Apache-2.0

//! Public addresses: pools, the prefixes that hold addresses, and the virtual IPs that get them.

use ironcore_api::address::{Prefix as Block, parse_prefix};
use ni_runtime::scope::Scopes;

use super::super::{Allocator, Question, Reason};
use super::*;
use crate::core::{Backoff, Core, Now};
use crate::world::Watched;

const FINALIZER: &str = "ipam.ironcore.dev/prefix";
const UID: &str = "vip-uid";

/// A core that knows these objects, of the namespaces `ns` and `pools`.
fn core(objects: &[Value]) -> Core {
    core_with(objects, "", &[])
}

fn core_with(objects: &[Value], namespaces: &str, wanted: &[Block]) -> Core {
    let backoff = Backoff {
        base: Duration::from_millis(10),
        cap: Duration::from_secs(1),
    };
    let watched = Watched {
        namespaces: namespaces.parse::<Scopes>().expect("names"),
        pools: Some(POOLS.into()),
    };
    let mut core = Core::new(Options::default(), backoff)
        .watching(&watched)
        .with_public_pools(wanted);
    for (kind, scope) in watched.iter() {
        core.observe(Event::ListBegins(kind, scope.clone()), moment());
        let objects = objects.iter().filter(|object| {
            let namespace = object["metadata"]["namespace"].as_str().expect("one");
            object["kind"] == kind.as_str() && scope.covers(namespace)
        });
        for object in objects {
            let object = AnyObject::decode(kind, &object.to_string()).expect("metadata");
            core.observe(Event::Listed(object), moment());
        }
        core.observe(Event::ListEnds(kind, scope), moment());
    }
    while core.catch_up(moment()) {}
    core
}

fn moment() -> Now {
    Now {
        elapsed: Duration::ZERO,
        wall: now(),
    }
}

fn key(namespace: &str, kind: Kind, name: &str) -> Key {
    Key {
        namespace: namespace.into(),
        kind,
        name: name.into(),
    }
}

fn plan_of_vip(core: &Core) -> Plan {
    core.plan(&key(NAMESPACE, Kind::VirtualIp, "vip"), moment())
}

fn plan_of_address(core: &Core) -> Plan {
    core.plan(&key(POOLS, Kind::Prefix, UID), moment())
}

fn vip() -> Value {
    object(
        Kind::VirtualIp,
        "vip",
        5,
        &json!({ "type": "Public", "ipFamily": "IPv4" }),
    )
}

fn shows(vip: Value, ip: &str) -> Value {
    with(vip, &json!({ "status": { "ip": ip } }))
}

fn prefix(name: &str, age: i64, spec: &Value) -> Value {
    let prefix = object(Kind::Prefix, name, age, spec);
    with(prefix, &json!({ "metadata": { "namespace": POOLS } }))
}

fn pool(name: &str, age: i64, block: &str) -> Value {
    let family = if block.contains(':') { "IPv6" } else { "IPv4" };
    let pool = prefix(name, age, &json!({ "ipFamily": family, "prefix": block }));
    let metadata = json!({
        "labels": { "ni.ironcore.dev/public-pool": "" }, "finalizers": [FINALIZER],
    });
    allocated(with(pool, &json!({ "metadata": metadata })))
}

/// The prefix that holds, or waits for, the address of `vip`.
fn address(spec: &Value) -> Value {
    let any_pool = json!({ "matchExpressions": [
        { "key": "ni.ironcore.dev/public-pool", "operator": "Exists" },
    ] });
    let spec = with(
        json!({ "ipFamily": "IPv4", "parentSelector": any_pool }),
        spec,
    );
    let metadata = json!({
        "uid": "address-uid",
        "annotations": {
            "ni.ironcore.dev/virtual-ip-namespace": NAMESPACE,
            "ni.ironcore.dev/virtual-ip-name": "vip",
            "ni.ironcore.dev/virtual-ip-uid": UID,
        },
        "finalizers": [FINALIZER],
    });
    with(prefix(UID, 6, &spec), &json!({ "metadata": metadata }))
}

fn has(ip: &str) -> Value {
    let block = format!("{ip}/32");
    let parent = json!({ "name": "pool" });
    allocated(address(
        &json!({ "prefixLength": 32, "prefix": block, "parentRef": parent }),
    ))
}

/// What is to be made.
fn made(plan: &Plan) -> Option<Value> {
    plan.changes
        .iter()
        .find_map(|change| match &change.request {
            Request::Create(body) => Some(body.clone()),
            _ => None,
        })
}

fn verbs(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(verb).collect()
}

#[test]
fn a_virtual_ip_without_an_address_asks_the_pools_of_its_family_for_one() {
    let body = made(&plan_of_address(&core(&[
        pool("pool", 1, "203.0.113.0/24"),
        vip(),
    ])));
    let expected = address(&json!({ "prefixLength": 32 }));
    let body = body.expect("it is made");
    assert_eq!(body["spec"], expected["spec"]);
    for field in ["name", "annotations", "finalizers"] {
        assert_eq!(
            body["metadata"][field], expected["metadata"][field],
            "{field}"
        );
    }
    for (why, objects) in [
        ("there is no pool", vec![vip()]),
        (
            "none of its family",
            vec![vip(), pool("pool", 1, "2001:db8::/64")],
        ),
        (
            "it is going",
            vec![deleting(vip()), pool("pool", 1, "203.0.113.0/24")],
        ),
        (
            "an outside system has it",
            vec![external(vip()), pool("pool", 1, "203.0.113.0/24")],
        ),
        (
            "a provider was first",
            vec![
                shows(vip(), "198.51.100.1"),
                pool("pool", 1, "203.0.113.0/24"),
            ],
        ),
        (
            "the pool is going",
            vec![vip(), deleting(pool("pool", 1, "203.0.113.0/24"))],
        ),
        (
            "the pool is no pool any more",
            vec![
                vip(),
                with(
                    pool("pool", 1, "203.0.113.0/24"),
                    &json!({ "metadata": { "labels": null } }),
                ),
            ],
        ),
        (
            "it is in another namespace",
            vec![
                vip(),
                with(
                    pool("pool", 1, "203.0.113.0/24"),
                    &json!({ "metadata": { "namespace": NAMESPACE } }),
                ),
            ],
        ),
    ] {
        assert_eq!(made(&plan_of_address(&core(&objects))), None, "{why}");
    }
}

#[test]
fn an_address_of_a_pool_that_a_virtual_ip_shows_is_held_for_it_whoever_wrote_it() {
    let shown = || shows(vip(), "203.0.113.7");
    for vip in [shown(), external(shown()), deleting(shown())] {
        let objects = [vip.clone(), pool("pool", 1, "203.0.113.0/24")];
        let body = made(&plan_of_address(&core(&objects))).expect("it is made");
        assert_eq!(body["spec"]["prefix"], "203.0.113.7/32", "{vip}");
        assert_eq!(body["spec"]["prefixLength"], Value::Null);
    }
}

#[test]
fn the_address_is_written_once_it_is_held_and_never_over_another() {
    let all = |vip: Value, address: Value| [vip, address, pool("pool", 1, "203.0.113.0/24")];
    let plan = plan_of_vip(&core(&all(vip(), has("203.0.113.7"))));
    let [change] = plan.changes.as_slice() else {
        panic!("{plan:?}")
    };
    let expected = json!({
        "metadata": { "resourceVersion": "7" }, "status": { "ip": "203.0.113.7" },
    });
    assert_eq!(change.request, Request::PatchStatus(expected));
    let waiting = address(&json!({ "prefixLength": 32 }));
    let forged = with(
        has("203.0.113.7"),
        &json!({ "metadata": { "annotations": { "ni.ironcore.dev/virtual-ip-uid": "other" } } }),
    );
    for (vip, address) in [
        (vip(), waiting),
        (vip(), forged),
        (shows(vip(), "198.51.100.1"), has("203.0.113.7")),
        (deleting(vip()), has("203.0.113.7")),
        (external(vip()), has("203.0.113.7")),
    ] {
        let plan = plan_of_vip(&core(&all(vip, address)));
        assert_eq!(plan, Plan::default());
    }
    // Deleted by hand it holds its address all the same.
    let plan = plan_of_vip(&core(&all(vip(), deleting(has("203.0.113.7")))));
    assert_eq!(verbs(&plan), ["status vip"]);
}

#[test]
fn an_address_lives_until_the_api_server_says_that_its_virtual_ip_is_gone() {
    let pool = || pool("pool", 1, "203.0.113.0/24");
    let ends = |objects: &[Value]| verbs(&plan_of_address(&core(objects)));
    let held = has("203.0.113.7");
    for (why, objects, expected) in [
        ("it is there", vec![vip(), held.clone(), pool()], &[][..]),
        (
            "it is there, and shows another",
            vec![shows(vip(), "198.51.100.1"), held.clone(), pool()],
            &[],
        ),
        (
            "it is not known",
            vec![held.clone(), pool()],
            &["ask about vip"],
        ),
        (
            "one of its name is another",
            vec![
                with(vip(), &json!({ "metadata": { "uid": "other" } })),
                held.clone(),
                pool(),
            ],
            &["ask about vip"],
        ),
        (
            "deleted by hand",
            vec![vip(), deleting(held.clone()), pool()],
            &[],
        ),
        (
            "both are gone",
            vec![deleting(held.clone()), pool()],
            &["ask about vip"],
        ),
        (
            "it does not decode",
            vec![with(vip(), &json!({ "spec": 5 })), held.clone(), pool()],
            &[],
        ),
        (
            "it holds nothing yet",
            vec![
                vip(),
                deleting(address(&json!({ "prefixLength": 32 }))),
                pool(),
            ],
            &["unprotect vip-uid"],
        ),
        (
            "an outside system has it",
            vec![external(held.clone()), pool()],
            &[],
        ),
    ] {
        assert_eq!(ends(&objects), expected, "{why}");
    }
    let asks = plan_of_address(&core(&[held, pool()]));
    let question = Question::IsThere {
        namespace: NAMESPACE.into(),
        uid: UID.into(),
    };
    assert_eq!(asks.changes[0].request, Request::Ask(question));
    assert_eq!(asks.changes[0].kind, Kind::VirtualIp);
}

#[test]
fn once_its_virtual_ip_is_known_to_be_gone_an_address_goes() {
    let pool = pool("pool", 1, "203.0.113.0/24");
    for (address, expected) in [
        (has("203.0.113.7"), "delete vip-uid"),
        (deleting(has("203.0.113.7")), "unprotect vip-uid"),
    ] {
        let core = core(&[address, pool.clone()]);
        let address = key(POOLS, Kind::Prefix, UID);
        let question = plan_of_address(&core).changes.remove(0);
        let plan = core.plan_if_looked(&address, &question, moment());
        assert_eq!(verbs(&plan), [expected]);
    }
}

#[test]
fn of_namespaces_that_are_not_looked_after_nothing_is_freed() {
    let objects = [has("203.0.113.7"), pool("pool", 1, "203.0.113.0/24")];
    for (namespaces, expected) in [("ns", 1), ("other", 0)] {
        let core = core_with(&objects, namespaces, &[]);
        assert_eq!(
            plan_of_address(&core).changes.len(),
            expected,
            "{namespaces}"
        );
    }
}

#[test]
fn who_finds_no_room_is_told_with_the_blocks_of_the_pools() {
    let no_room = json!({
        "type": "Ready", "status": "False", "reason": "NoRoom", "message": "",
        "observedGeneration": 1, "lastTransitionTime": "1970-01-01T00:00:09Z",
    });
    let waits = |spec: &Value| {
        let status = json!({ "conditions": [no_room], "observedGeneration": 1 });
        with(address(spec), &json!({ "status": status }))
    };
    let pools = [
        pool("pool", 1, "203.0.113.0/31"),
        pool("six", 1, "2001:db8::/64"),
    ];
    for (vip, spec, expected) in [
        (
            vip(),
            json!({ "prefixLength": 32 }),
            "no public pool has room for an IPv4 address: 203.0.113.0/31",
        ),
        (
            shows(vip(), "203.0.113.1"),
            json!({ "prefix": "203.0.113.1/32" }),
            "203.0.113.1 is an address of a public pool, and another VirtualIP has it",
        ),
    ] {
        let mut objects = vec![vip, waits(&spec)];
        objects.extend(pools.clone());
        let plan = plan_of_vip(&core(&objects));
        let notices: Vec<_> = plan
            .notices
            .iter()
            .map(|notice| (notice.reason, &*notice.message))
            .collect();
        assert_eq!(notices, [(Reason::NoRoom, expected)]);
        assert!(plan.changes.is_empty());
    }
}

#[test]
fn the_pools_that_operators_want_are_made_and_left_alone_once_they_are_there() {
    let block = parse_prefix("203.0.113.0/24").expect("a block");
    let name = "public-203.0.113.0-24";
    let wanted = key(POOLS, Kind::Prefix, name);
    let plan = core_with(&[], "", &[block]).plan(&wanted, moment());
    let body = made(&plan).expect("it is made");
    assert_eq!(body["metadata"]["name"], name);
    assert_eq!(
        body["metadata"]["labels"],
        json!({ "ni.ironcore.dev/public-pool": "" })
    );
    assert_eq!(
        body["spec"],
        json!({ "ipFamily": "IPv4", "prefix": "203.0.113.0/24" })
    );
    // Its label is an operator's to take away.
    let there = with(
        pool(name, 1, "203.0.113.0/24"),
        &json!({ "metadata": { "labels": null } }),
    );
    let plan = core_with(&[there], "", &[block]).plan(&wanted, moment());
    assert_eq!(plan, Plan::default());
    assert_eq!(core(&[]).plan(&wanted, moment()), Plan::default());
}

#[test]
fn of_two_pools_that_overlap_the_older_hands_out_addresses() {
    let asks = address(&json!({ "prefixLength": 32 }));
    let objects = [
        vip(),
        asks,
        pool("a", 2, "203.0.113.0/25"),
        pool("b", 1, "203.0.113.0/24"),
    ];
    let core = core(&objects);
    let grants = |name: &str| {
        core.plan(&key(POOLS, Kind::Prefix, name), moment())
            .changes
            .len()
    };
    assert_eq!(["a", "b"].map(grants), [0, 1]);
}

#[test]
fn network_and_broadcast_addresses_of_a_pool_are_not_handed_out_but_to_who_shows_them() {
    let granted = |block: &str, spec: &Value| {
        let core = core(&[vip(), address(spec), pool("pool", 1, block)]);
        let plan = core.plan(&key(POOLS, Kind::Prefix, "pool"), moment());
        let status = plan
            .changes
            .iter()
            .find_map(|change| match &change.request {
                Request::PatchStatus(body) => Some(body["status"].clone()),
                _ => None,
            });
        let status = status?;
        let block = status["pending"][0]["prefix"].as_str()?.to_owned();
        Some((block, status["capacity"]["usedPercent"].as_i64()?))
    };
    let any = json!({ "prefixLength": 32 });
    for (block, spec, expected) in [
        ("203.0.113.0/29", &any, ("203.0.113.1/32", 37)),
        ("203.0.113.0/30", &any, ("203.0.113.1/32", 75)),
        ("203.0.113.0/31", &any, ("203.0.113.0/32", 50)),
        (
            "203.0.113.0/29",
            &json!({ "prefix": "203.0.113.0/32" }),
            ("203.0.113.0/32", 25),
        ),
    ] {
        let granted = granted(block, spec).expect("a grant");
        assert_eq!((&*granted.0, granted.1), expected, "{block} {spec}");
    }
}

#[test]
fn who_leaves_prefixes_to_another_allocator_hands_out_no_addresses() {
    let mut scene = Scene::of(&[vip(), pool("pool", 1, "203.0.113.0/24")]);
    scene.options.prefixes = Allocator::External;
    assert_eq!(scene.plan(Kind::VirtualIp, "vip"), Plan::default());
}
