// SPDX-License-Identifier: Apache-2.0

//! `hack/migration`: what the controller makes of objects that were moved.

use book::jq;
use ironcore_api::ownership::{EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER};
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::support::controller::plan;
use crate::support::plane::Turn;
use crate::support::space::{MACHINE, NET, NIC, PREFIX, Space, VIP};
use crate::support::text::{at, check, ip, makes, uses};

/// As in docs/migration.md.
const KINDS: &str = "Network,VirtualIP,NetworkInterface,Machine,Prefix";

/// What `kubectl get … --output json` gives.
async fn export(spaces: &[&Space]) -> Value {
    let mut items = Vec::new();
    for space in spaces {
        for of in [NET, VIP, NIC, MACHINE, PREFIX] {
            items.extend(space.list(of).await);
        }
    }
    json!({ "items": items })
}

fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    let text = object.pointer(path).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("no text {path} in {object}"))
}

fn name(object: &Value) -> (&str, &str) {
    (text(object, "/kind"), text(object, "/metadata/name"))
}

/// The one of an export.
fn one<'a>(exported: &'a mut Value, space: &Space, of: &str, called: &str) -> &'a mut Value {
    let all = exported["items"].as_array_mut().expect("a list");
    let mut all = all.iter_mut();
    let found = all.find(|object| name(object) == (of, called) && is_in(object, space));
    found.unwrap_or_else(|| panic!("no {of} {called}"))
}

fn is_in(object: &Value, space: &Space) -> bool {
    text(object, "/metadata/namespace") == space.name
}

/// Where an object is.
fn space<'a>(of: &Value, spaces: &[&'a Space]) -> &'a Space {
    let mut spaces = spaces.iter().copied();
    spaces
        .find(|space| is_in(of, space))
        .expect("one of our namespaces")
}

/// The machine `a` with an interface that is made for it, and `x`, which has the virtual IP `v`; both attached. The interface `y`
/// is on the network `net`, too, and the Prefix `lb-0` is a root, of which `child` has a block.
async fn settle_down(turn: &Turn, space: &Space) {
    let controller = turn.controller(&[]).await;
    space
        .machine("a", &[makes("e", &ip("10.0.0.1")), uses("x")])
        .await;
    space.create(VIP, "v", "").await;
    space.report(VIP, "v", "status.ip = 203.0.113.1").await;
    space
        .interface("x", "10.0.0.2", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    space.interface("y", "10.0.0.3", "").await;
    space.create(PREFIX, "lb-0", "").await;
    space.until(NIC, "y", "status.state = Available").await;
    space
        .create(
            PREFIX,
            "child",
            "spec = {ipFamily: IPv4, prefixLength: 32, parentRef: {name: lb-0}}",
        )
        .await;
    space
        .until(PREFIX, "child", "status.phase = Allocated")
        .await;
    for nic in ["a-e", "x"] {
        space
            .until(
                NIC,
                nic,
                "spec.machineRef.name = a; status.state = Available",
            )
            .await;
        space
            .change(NIC, nic, &format!("spec.providerID = attached://{nic}"))
            .await;
    }
    controller.terminate().await;
}

/// Makes of an export one of IronCore's: its machinebroker has a Network owned by the interfaces on it, its controllers write incoming
/// peerings and have a Prefix owned by a load balancer, and it keeps holders that are gone.
fn as_of_ironcore(exported: &mut Value, here: &Space, there: &Space) {
    let uid = |exported: &mut Value, space: &Space, of: &str, name: &str| {
        text(one(exported, space, of, name), "/metadata/uid").to_owned()
    };
    let (x, net, other) = (
        uid(exported, here, NIC, "x"),
        uid(exported, here, NET, "net"),
        uid(exported, there, NET, "net"),
    );
    let owner = |kind: &str, name: &str, uid: &str| json!([{"apiVersion": "networking.ironcore.dev/v1alpha1", "kind": kind, "name": name, "uid": uid}]);
    let peering =
        |from: &Space, uid: &str| json!({"namespace": from.name, "name": "net", "uid": uid});
    let network = one(exported, here, NET, "net");
    network["metadata"]["ownerReferences"] = owner(NIC, "x", &x);
    network["spec"]["incomingPeerings"] = json!([
        peering(there, &other),
        {"namespace": there.name, "name": "gone", "uid": "gone"},
    ]);
    one(exported, there, NET, "net")["spec"]["incomingPeerings"] = json!([peering(here, &net)]);
    let balanced = &mut one(exported, here, PREFIX, "lb-0")["metadata"]["ownerReferences"];
    *balanced = owner("LoadBalancer", "lb", "lb");
    balanced[0]["controller"] = true.into();
    balanced[0]["blockOwnerDeletion"] = true.into();
    let marks = json!({ EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER });
    one(exported, here, PREFIX, "lb-0")["metadata"]["annotations"] = marks;
    one(exported, here, NIC, "y")["spec"]["machineRef"] = json!({"name": "gone", "uid": "gone"});
}

async fn remove_all(exported: &Value, spaces: &[&Space]) {
    for object in exported["items"].as_array().expect("a list") {
        let ((of, name), space) = (name(object), space(object, spaces));
        // No controller runs that would take its own off.
        space.change(of, name, "metadata.finalizers -").await;
        space.delete(of, name).await;
        space.until_gone(of, name).await;
    }
}

/// As `kubectl apply --server-side` does, twice; answers what was left out the second time.
async fn move_all(exported: &Value, spaces: &[&Space]) -> Vec<String> {
    let mut left_out = Value::Null;
    for _ in 0..2 {
        let variables = [
            ("$kinds", json!(KINDS)),
            ("$moved", json!([export(spaces).await])),
        ];
        let list = jq::run("rewrite.jq", &variables, exported).expect("a list");
        for object in list["items"].as_array().expect("a list") {
            let applied = space(object, spaces)
                .api(name(object).0)
                .patch(
                    name(object).1,
                    &PatchParams::apply("migration"),
                    &Patch::Apply(object),
                )
                .await;
            applied.unwrap_or_else(|error| panic!("{object}: {error}"));
        }
        left_out = list["leftOut"].clone();
    }
    let variables = [("$moved", json!([export(spaces).await]))];
    let list = jq::run("status.jq", &variables, exported).expect("a list");
    for object in list["items"].as_array().expect("a list") {
        let (of, name) = name(object);
        let patch = Patch::Merge(json!({ "status": object["status"] }));
        let reported = space(object, spaces)
            .api(of)
            .patch_status(name, &PatchParams::default(), &patch)
            .await;
        reported.unwrap_or_else(|error| panic!("{object}: {error}"));
    }
    serde_json::from_value(left_out).expect("texts")
}

#[tokio::test]
async fn what_is_moved_keeps_owners_holders_and_what_is_attached() {
    let turn = Turn::take().await;
    let (space, other) = (turn.space().await, turn.space().await);
    let spaces = [&space, &other];
    settle_down(&turn, &space).await;
    let mut exported = export(&spaces).await;
    remove_all(&exported, &spaces).await;
    as_of_ironcore(&mut exported, &space, &other);
    let left_out = move_all(&exported, &spaces).await;
    let (here, there) = (&space.name, &other.name);
    let expected = [
        format!(
            "Network {here}/net: Network {there}/gone in spec.incomingPeerings, which is not in the export"
        ),
        format!(
            "NetworkInterface {here}/y: Machine gone in spec.machineRef, which is not in the export"
        ),
        format!("Prefix {here}/lb-0: owner LoadBalancer lb, which is not in the export"),
    ];
    assert_eq!(left_out, expected);

    let planned = plan(turn.kubeconfig());
    let planned = planned
        .lines()
        .filter(|line| line.contains(here.as_str()) || line.contains(there.as_str()));
    let unexpected: Vec<_> = planned
        .filter(|line| !line.starts_with("status ") && !line.contains("(protect for Network "))
        .collect();
    assert_eq!(unexpected, Vec::<&str>::new());

    let _controller = turn.controller(&[]).await;
    let machine = at(&space.get(MACHINE, "a").await, "metadata.uid");
    for nic in ["a-e", "x"] {
        let kept = format!(
            "spec.providerID = attached://{nic}; spec.machineRef.uid = {machine}; status.state = Available; status.observedGeneration = 2"
        );
        space.until(NIC, nic, &kept).await;
    }
    let child = space.get(NIC, "a-e").await;
    assert_eq!(at(&child, "metadata.ownerReferences.0.uid"), machine);
    let holder = at(&space.get(NIC, "x").await, "metadata.uid");
    let kept = format!("spec.targetRef.uid = {holder}; status.ip = 203.0.113.1");
    space.until(VIP, "v", &kept).await;
    space
        .until(NIC, "y", "spec.machineRef -; status.state = Available")
        .await;
    check(
        &space.get(PREFIX, "lb-0").await,
        "metadata.ownerReferences -; metadata.annotations -; metadata.finalizers = [ipam.ironcore.dev/prefix]; status.phase = Allocated",
    );
    let (near, far) = (space.get(NET, "net").await, other.get(NET, "net").await);
    assert_eq!(at(&near, "metadata.ownerReferences.0.uid"), holder);
    for (network, peer) in [(&near, &far), (&far, &near)] {
        let expected = json!([{
            "namespace": peer["metadata"]["namespace"], "name": "net", "uid": peer["metadata"]["uid"],
        }]);
        assert_eq!(at(network, "spec.incomingPeerings"), expected);
    }
}
