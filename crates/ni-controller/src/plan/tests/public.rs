// SPDX-License-Identifier: Apache-2.0

//! Public addresses: pools, the prefixes that hold addresses, and the virtual IPs that get them.

mod address;
mod freed;
mod pools;
mod readers;

use ironcore_api::address::Prefix as Block;
use ni_runtime::scope::Scopes;

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
