// SPDX-License-Identifier: Apache-2.0

//! Plans in tables: a few objects, what is planned for one of them, in a line each.

mod applied;
mod children;
mod claims;
mod machines;
mod networks;
mod open;
mod prefixes;
mod public;
mod statuses;

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::jiff::Timestamp;
use ni_runtime::scope::Scope;
use serde_json::{Value, json};

use super::{
    Change, Elsewhere, Look, Memory, Options, Plan, PublicPools, Request, View, plan, ready,
};
use crate::world::{AnyObject, Dirty, Event, Key, Kind, World};

const NAMESPACE: &str = "ns";
const POOLS: &str = "pools";

/// A world that holds these objects, and options to plan with.
struct Scene {
    world: World,
    options: Options,
    memory: Memory,
    resting: bool,
    failing: bool,
    elapsed: Duration,
}

impl Scene {
    fn of(objects: &[Value]) -> Self {
        let mut world = World::default();
        for kind in Kind::ALL {
            list(&mut world, kind, objects);
        }
        Self {
            world,
            options: Options::default(),
            memory: Memory::default(),
            resting: false,
            failing: false,
            elapsed: Duration::ZERO,
        }
    }

    /// As if this object had been looked at just now.
    fn looked_at(mut self, kind: Kind, name: &str) -> Self {
        let look = Look {
            clock: self.world.clock(),
            shown: self.world.namespace(NAMESPACE).version(kind, name),
        };
        self.memory.looked(kind, &name.into(), look);
        self
    }

    /// Nothing, unless a test says otherwise.
    fn elsewhere(&self) -> Elsewhere<'_> {
        let pools = PublicPools {
            pools: self.world.pools(),
            namespace: self.world.namespace(POOLS),
        };
        Elsewhere {
            pools: self.world.pools().namespace().map(|_| pools),
            ..Elsewhere::NOTHING
        }
    }

    fn view(&self) -> View<'_> {
        View {
            namespace: self.world.namespace(NAMESPACE),
            elsewhere: self.elsewhere(),
            memory: &self.memory,
            options: &self.options,
            resting: self.resting,
            failing: self.failing,
            now: now(),
            elapsed: self.elapsed,
        }
    }

    fn plan(&self, kind: Kind, name: &str) -> Plan {
        plan(&key(NAMESPACE, kind, name), self.view())
    }

    /// What the condition `Ready` of the object is to say.
    fn ready(&self, kind: Kind, name: &str) -> Option<Condition> {
        ready(&key(NAMESPACE, kind, name), self.view())
    }

    /// The plan in short: `verb name` for each change but status, then the reasons of what is told.
    fn short(&self, kind: Kind, name: &str) -> Vec<String> {
        let plan = self.plan(kind, name);
        let changes = plan
            .changes
            .iter()
            .filter(|change| !matches!(change.request, Request::PatchStatus(_)));
        let notices = plan
            .notices
            .iter()
            .map(|notice| notice.reason.as_str().to_owned());
        changes.map(verb).chain(notices).collect()
    }
}

fn key(namespace: &str, kind: Kind, name: &str) -> Key {
    Key {
        namespace: namespace.into(),
        kind,
        name: name.into(),
    }
}

fn verb(change: &Change) -> String {
    let verb = match change.request {
        Request::Create(_) => "create",
        Request::Patch(_) | Request::PatchStatus(_) => change.purpose.as_str(),
        Request::Delete { .. } => "delete",
        Request::Read => "look at",
        Request::Ask(_) => "ask about",
    };
    format!("{verb} {}", change.name)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_000).unwrap()
}

fn list(world: &mut World, kind: Kind, objects: &[Value]) -> Dirty {
    let mut dirty = Dirty::new();
    world.observe(Event::ListBegins(kind, Scope::All), &mut dirty);
    let objects = objects.iter();
    for object in objects.filter(|object| object["kind"] == kind.as_str()) {
        let object = AnyObject::decode(kind, &object.to_string()).unwrap();
        world.observe(Event::Listed(object), &mut dirty);
    }
    world.observe(Event::ListEnds(kind, Scope::All), &mut dirty);
    dirty
}

/// An object; `age` orders creation: the lesser the older. Its uid is its name with `-uid`.
fn object(kind: Kind, name: &str, age: i64, spec: &Value) -> Value {
    let created = Timestamp::from_second(age).unwrap().to_string();
    let metadata = json!({
        "namespace": NAMESPACE, "name": name, "uid": format!("{name}-uid"),
        "resourceVersion": "7", "generation": 1, "creationTimestamp": created,
    });
    json!({ "kind": kind.as_str(), "metadata": metadata, "spec": spec })
}

fn machine(name: &str, age: i64, entries: &Value) -> Value {
    object(
        Kind::Machine,
        name,
        age,
        &json!({ "networkInterfaces": entries }),
    )
}

fn interface(name: &str, age: i64) -> Value {
    object(Kind::NetworkInterface, name, age, &spec())
}

fn spec() -> Value {
    json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [{ "value": "10.0.0.1" }] })
}

/// An entry of a machine that makes an interface.
fn ephemeral(name: &str) -> Value {
    json!({ "name": name, "ephemeral": { "networkInterfaceTemplate": { "spec": spec() } } })
}

/// An entry of a machine that uses an interface.
fn existing(interface: &str) -> Value {
    json!({ "name": interface, "networkInterfaceRef": { "name": interface } })
}

/// The interface `name` as the controller makes it for `machine`.
fn child(name: &str, machine: &str) -> Value {
    let mut child = interface(name, 5);
    child["metadata"]["annotations"] =
        json!({ "common.ironcore.dev/ephemeral-managed-by": "ephemeral-manager" });
    child["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine",
        "name": machine, "uid": format!("{machine}-uid"), "controller": true,
    }]);
    child["spec"]["machineRef"] = holder(machine);
    child
}

/// As if its template had named what its spec says of the fields that others write as well.
fn remembers(child: Value) -> Value {
    let applied =
        json!({ "prefixes": child["spec"]["prefixes"], "virtualIP": child["spec"]["virtualIP"] });
    let applied = json!({ "ni.ironcore.dev/last-applied": applied.to_string() });
    with(child, &json!({ "metadata": { "annotations": applied } }))
}

fn holder(name: &str) -> Value {
    json!({ "name": name, "uid": format!("{name}-uid") })
}

fn with(mut object: Value, patch: &Value) -> Value {
    json_patch::merge(&mut object, patch);
    object
}

fn deleting(object: Value) -> Value {
    with(
        object,
        &json!({ "metadata": { "deletionTimestamp": "1970-01-01T00:00:09Z" } }),
    )
}

fn external(object: Value) -> Value {
    with(
        object,
        &json!({ "metadata": { "annotations": { "common.ironcore.dev/managed-by": "them" } } }),
    )
}

/// As the controller leaves a prefix that has its block.
fn allocated(prefix: Value) -> Value {
    let ready = json!({
        "type": "Ready", "status": "True", "reason": "Allocated", "message": "",
        "observedGeneration": 1, "lastTransitionTime": "1970-01-01T00:00:09Z",
    });
    let status = json!({ "phase": "Allocated", "conditions": [ready], "observedGeneration": 1 });
    with(prefix, &json!({ "status": status }))
}

#[test]
fn every_reason_is_explained_in_the_docs() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    for reason in super::Reason::ALL {
        assert!(
            docs.contains(&format!("### {}\n", reason.as_str())),
            "{} is not in docs/events.md",
            reason.as_str()
        );
    }
}
