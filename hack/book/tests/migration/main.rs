// SPDX-License-Identifier: Apache-2.0

//! `hack/migration`: objects of one cluster, as another one takes them.

mod ironcore_export;

use book::jq::run;
use ironcore_api::Kind;
use ironcore_api::ownership::{
    EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER, MANAGED_BY, VIRTUAL_IP_UID,
};
use serde_json::{Value, json};

/// All kinds that the guide moves.
const KINDS: &str = "Network,VirtualIP,NetworkInterface,Machine,Prefix";

/// The objects, and what they lack.
fn rewrite(kinds: &str, exported: &[Value], moved: &[Value]) -> (Vec<Value>, Vec<String>) {
    let variables = [
        ("$kinds", json!(kinds)),
        ("$moved", json!([{ "items": moved }])),
    ];
    let list = run("rewrite.jq", &variables, &json!({ "items": exported }));
    let list = list.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (&list["apiVersion"], &list["kind"]),
        (&json!("v1"), &json!("List"))
    );
    let left_out = serde_json::from_value(list["leftOut"].clone());
    (
        list["items"].as_array().expect("a list").clone(),
        left_out.expect("texts"),
    )
}

/// The statuses to write.
fn statuses(exported: &[Value], moved: &[Value]) -> Vec<Value> {
    let variables = [("$moved", json!([{ "items": moved }]))];
    let list = run("status.jq", &variables, &json!({ "items": exported }));
    let list = list.unwrap_or_else(|error| panic!("{error}"));
    list["items"].as_array().expect("a list").clone()
}

/// An object of a group of IronCore's.
fn object(group: &str, kind: &str, place: &str, uid: &str, owners: &[Value]) -> Value {
    let (namespace, name) = place.split_once('/').expect("namespace/name");
    json!({
        "apiVersion": format!("{group}.ironcore.dev/v1alpha1"),
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "uid": uid, "ownerReferences": owners},
        "spec": {},
    })
}

/// The copies of these, each with a UID of its own.
fn copies(of: &[Value]) -> Vec<Value> {
    let copy = |object: &Value| {
        let mut copy = object.clone();
        let old = object["metadata"]["uid"].as_str().expect("a UID");
        copy["metadata"]["uid"] = json!(format!("copy-of-{old}"));
        copy
    };
    of.iter().map(copy).collect()
}

fn machine(uid: &str) -> Value {
    json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1",
        "kind": "Machine",
        "metadata": {
            "name": "m", "namespace": "ns", "uid": uid, "resourceVersion": "7", "generation": 3,
            "creationTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["compute.ironcore.dev/machine"],
            "labels": {"a": "b"}, "managedFields": [],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}", "c": "d"},
        },
        "spec": {"machineClassRef": {"name": "c"}, "power": "On"},
        "status": {"state": "Running", "observedGeneration": 3},
    })
}

fn interface(owners: &Value, spec: &Value) -> Value {
    json!({
        "apiVersion": "networking.ironcore.dev/v1alpha1",
        "kind": "NetworkInterface",
        "metadata": {"name": "m-one", "namespace": "ns", "uid": "nic-old", "ownerReferences": owners},
        "spec": spec,
    })
}

fn owned_by(uid: &str) -> Value {
    json!({"apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine", "name": "m", "uid": uid, "controller": true})
}

#[test]
fn what_is_the_old_servers_own_is_left_out() {
    let (moved, left_out) = rewrite("Network,Machine", &[machine("old")], &[machine("new")]);
    let expected = json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1",
        "kind": "Machine",
        "metadata": {"name": "m", "namespace": "ns", "labels": {"a": "b"}, "annotations": {"c": "d"}, "ownerReferences": []},
        "spec": {"machineClassRef": {"name": "c"}, "power": "On"},
    });
    assert_eq!(moved, [expected]);
    assert!(left_out.is_empty(), "{left_out:?}");
    let others = rewrite("NetworkInterface", &[machine("old")], &[]);
    assert_eq!(others, (Vec::new(), Vec::new()));
}

#[test]
fn owners_and_holders_are_named_by_their_new_uids() {
    let spec = json!({"networkRef": {"name": "n"}, "providerID": "p", "machineRef": {"name": "m", "uid": "old"}});
    let exported = [machine("old"), interface(&json!([owned_by("old")]), &spec)];
    let (moved, _) = rewrite("NetworkInterface", &exported, &[machine("new")]);
    assert_eq!(
        moved[0]["metadata"]["ownerReferences"],
        json!([owned_by("new")])
    );
    let spec = json!({"networkRef": {"name": "n"}, "providerID": "p", "machineRef": {"name": "m", "uid": "new"}});
    assert_eq!(moved[0]["spec"], spec);
}

#[test]
fn owners_and_holders_without_a_copy_are_left_out_and_told() {
    let other = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": "d"});
    let spec = json!({"networkRef": {"name": "n"}, "machineRef": {"name": "gone", "uid": "gone"}});
    let exported = [
        machine("old"),
        interface(&json!([other, owned_by("old")]), &spec),
    ];
    let copied = copies(&exported[1..]);
    let (moved, left_out) = rewrite("NetworkInterface", &exported, &copied);
    assert_eq!(moved[0]["metadata"]["ownerReferences"], json!([]));
    assert_eq!(moved[0]["spec"], json!({"networkRef": {"name": "n"}}));
    let expected = [
        "NetworkInterface ns/m-one: owner Deployment d, which is not in the export",
        "NetworkInterface ns/m-one: owner Machine m, which has no copy yet",
        "NetworkInterface ns/m-one: Machine gone in spec.machineRef, which is not in the export",
    ];
    assert_eq!(left_out, expected);
    let (moved, left_out) = rewrite(
        "NetworkInterface",
        &exported,
        &[&copied[..], &[machine("new")]].concat(),
    );
    assert_eq!(
        moved[0]["metadata"]["ownerReferences"],
        json!([owned_by("new")])
    );
    assert_eq!(left_out, [expected[0], expected[2]]);
}

#[test]
fn references_that_are_not_set_are_nothing_to_tell() {
    let spec = json!({"networkRef": {"name": "n"}, "machineRef": {"name": "", "uid": ""}});
    let exported = [interface(&json!([]), &spec)];
    let (moved, left_out) = rewrite(KINDS, &exported, &copies(&exported));
    assert_eq!(moved[0]["spec"], json!({"networkRef": {"name": "n"}}));
    assert!(left_out.is_empty(), "{left_out:?}");
}

#[test]
fn an_object_that_was_refused_is_told_although_no_other_names_it() {
    let (moved, left_out) = rewrite("Network,Machine", &[machine("old")], &[]);
    assert_eq!(moved.len(), 1);
    assert_eq!(left_out, ["Machine ns/m has no copy yet"]);
}

/// As machinebroker makes them: a Network is owned by the interfaces that use it, of which each is a machine's.
#[test]
fn owners_may_be_moved_in_any_order() {
    let of = |kind: &str, name: &str, uid: &str| json!({"kind": kind, "name": name, "uid": uid});
    let exported = [
        object(
            "networking",
            "Network",
            "ns/n",
            "net",
            &[of("NetworkInterface", "x", "nic")],
        ),
        object(
            "networking",
            "NetworkInterface",
            "ns/x",
            "nic",
            &[of("Machine", "m", "machine")],
        ),
        object("compute", "Machine", "ns/m", "machine", &[]),
        object(
            "ipam",
            "Prefix",
            "ns/x-0",
            "prefix",
            &[of("NetworkInterface", "x", "nic")],
        ),
    ];
    let (_, left_out) = rewrite(KINDS, &exported, &[]);
    // Each object, and what it names.
    assert_eq!(left_out.len(), exported.len() + 3, "{left_out:?}");
    let (moved, left_out) = rewrite(KINDS, &exported, &copies(&exported));
    assert!(left_out.is_empty(), "{left_out:?}");
    let owners: Vec<&Value> = moved
        .iter()
        .map(|object| &object["metadata"]["ownerReferences"][0]["uid"])
        .collect();
    let nic = json!("copy-of-nic");
    assert_eq!(
        owners,
        [&nic, &json!("copy-of-machine"), &Value::Null, &nic]
    );
}

#[test]
fn an_owner_of_another_kind_stays_if_it_is_in_the_new_cluster() {
    let owner = json!({"kind": "LoadBalancer", "name": "lb", "uid": "lb", "controller": true});
    let prefix = object("ipam", "Prefix", "ns/lb-0", "prefix", &[owner]);
    let balancer = object("networking", "LoadBalancer", "ns/lb", "lb", &[]);
    let alone = std::slice::from_ref(&prefix);
    let (moved, left_out) = rewrite(KINDS, alone, &copies(alone));
    assert_eq!(moved[0]["metadata"]["ownerReferences"], json!([]));
    let expected = "Prefix ns/lb-0: owner LoadBalancer lb, which is not in the export";
    assert_eq!(left_out, [expected]);

    // It was not copied, or it was, by others.
    let both = [prefix.clone(), balancer.clone()];
    let unlike = object("example", "LoadBalancer", "ns/lb", "unlike", &[]);
    for (exported, there, uid) in [
        (alone, balancer.clone(), "lb"),
        (&both[..], copies(&[balancer])[0].clone(), "copy-of-lb"),
    ] {
        let there = [&copies(alone)[..], &[there, unlike.clone()]].concat();
        let (moved, left_out) = rewrite(KINDS, exported, &there);
        assert_eq!(moved.len(), 1, "of the kinds that were asked for");
        assert_eq!(moved[0]["metadata"]["ownerReferences"][0]["uid"], uid);
        assert!(left_out.is_empty(), "{left_out:?}");
    }
}

#[test]
fn what_loses_its_controller_owner_for_good_is_no_longer_marked_as_ephemeral() {
    let owner = json!({"kind": "LoadBalancer", "name": "lb", "uid": "lb", "controller": true});
    let mut prefix = object("ipam", "Prefix", "ns/lb-0", "prefix", &[owner]);
    let marks = json!({ EPHEMERAL_MANAGED_BY: EPHEMERAL_MANAGER, "c": "d" });
    prefix["metadata"]["annotations"] = marks.clone();
    let alone = [prefix];
    let annotations = |exported: &[Value]| {
        let (moved, _) = rewrite("Prefix", exported, &[]);
        moved[0]["metadata"]["annotations"].clone()
    };
    assert_eq!(annotations(&alone), json!({"c": "d"}));

    // Its copy can still come, or the owner is about to go: then the Prefix goes, too.
    let mut balancer = object("networking", "LoadBalancer", "ns/lb", "lb", &[]);
    assert_eq!(annotations(&[alone[0].clone(), balancer.clone()]), marks);
    balancer["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(annotations(&[alone[0].clone(), balancer]), marks);
}

#[test]
fn only_a_prefix_of_which_others_have_blocks_keeps_the_allocators_finalizer() {
    let finalizers = |used: Value, annotations: Value| {
        let mut prefix = object("ipam", "Prefix", "ns/p", "p", &[]);
        prefix["metadata"]["finalizers"] = json!(["ipam.ironcore.dev/prefix", "others/own"]);
        prefix["metadata"]["annotations"] = annotations;
        prefix["status"] = json!({"phase": "Allocated", "used": used});
        let (moved, _) = rewrite(KINDS, &[prefix], &[]);
        moved[0]["metadata"].get("finalizers").cloned()
    };
    let allocators = json!([Kind::named("Prefix").finalizer]);
    let used = json!(["10.0.0.0/32"]);
    assert_eq!(finalizers(used.clone(), json!({})), Some(allocators));
    assert_eq!(finalizers(json!([]), json!({})), None);
    assert_eq!(finalizers(Value::Null, Value::Null), None);
    // The controller would not take it off again.
    assert_eq!(finalizers(used, json!({ MANAGED_BY: "others" })), None);
}

#[test]
fn a_prefix_that_was_made_for_a_virtual_ip_is_left_to_the_controller() {
    let mut held = object("ipam", "Prefix", "ironcore-ni/vip-old", "held", &[]);
    held["metadata"]["annotations"] = json!({ VIRTUAL_IP_UID: "vip-old" });
    held["status"] = json!({"phase": "Allocated"});
    let pool = object("ipam", "Prefix", "ironcore-ni/public", "pool", &[]);
    let exported = [held, pool];
    let (moved, left_out) = rewrite(KINDS, &exported, &copies(&exported[1..]));
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert_eq!(moved[0]["metadata"]["name"], "public");
    assert_eq!(left_out, [""; 0]);
    assert!(statuses(&exported, &copies(&exported)).is_empty());
}

#[test]
fn what_is_being_deleted_is_not_copied_and_told() {
    let mut leaving = machine("leaving");
    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let holder = json!({"machineRef": {"name": "m", "uid": "leaving"}});
    let exported = [leaving, interface(&json!([owned_by("leaving")]), &holder)];
    let (moved, left_out) = rewrite(KINDS, &exported, &copies(&exported[1..]));
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert_eq!(moved[0]["spec"].get("machineRef"), None);
    assert_eq!(
        left_out,
        [
            "Machine ns/m is being deleted",
            "NetworkInterface ns/m-one: owner Machine m, which is being deleted",
            "NetworkInterface ns/m-one: Machine m in spec.machineRef, which is being deleted",
        ]
    );
    assert!(statuses(&exported, &[]).is_empty());
}

#[test]
fn incoming_peerings_name_the_copies_of_networks_of_all_namespaces() {
    let mut exported = [
        object("networking", "Network", "a/n", "in-a", &[]),
        object("networking", "Network", "b/n", "in-b", &[]),
    ];
    exported[0]["spec"]["incomingPeerings"] = json!([
        {"namespace": "b", "name": "n", "uid": "in-b"},
        {"namespace": "b", "name": "gone", "uid": "gone"},
        {"name": "without"},
    ]);
    exported[1]["spec"]["incomingPeerings"] =
        json!([{"namespace": "a", "name": "n", "uid": "in-a"}]);
    let gone = "Network a/n: Network b/gone in spec.incomingPeerings, which is not in the export";
    let (moved, left_out) = rewrite(KINDS, &exported, &[]);
    assert_eq!(
        moved[0]["spec"]["incomingPeerings"],
        json!([{"name": "without"}])
    );
    // Each object, and what it names.
    assert_eq!(left_out.len(), exported.len() + 3, "{left_out:?}");
    let (moved, left_out) = rewrite(KINDS, &exported, &copies(&exported));
    let expected =
        json!([{"namespace": "b", "name": "n", "uid": "copy-of-in-b"}, {"name": "without"}]);
    assert_eq!(moved[0]["spec"]["incomingPeerings"], expected);
    let back = &moved[1]["spec"]["incomingPeerings"][0]["uid"];
    assert_eq!(back, "copy-of-in-a");
    assert_eq!(left_out, [gone]);
}

#[test]
fn uids_in_templates_name_copies_and_what_is_only_called_uid_stays() {
    let mut machine = machine("old");
    machine["spec"]["machinePoolSelector"] = json!({"uid": "rack"});
    machine["spec"]["template"] = json!({"machineRef": {"name": "m", "uid": "old"}});
    let exported = [machine];
    let (moved, _) = rewrite(KINDS, &exported, &copies(&exported));
    let spec = &moved[0]["spec"];
    assert_eq!(spec["template"]["machineRef"]["uid"], "copy-of-old");
    assert_eq!(spec["machinePoolSelector"], json!({"uid": "rack"}));
}

#[test]
fn a_status_is_taken_without_its_generations() {
    let mut with_conditions = machine("old");
    with_conditions["status"]["conditions"] = json!([{"type": "Ready", "observedGeneration": 3}]);
    let without_status = interface(&json!([]), &json!({}));
    let statuses = statuses(&[with_conditions, without_status], &[]);
    assert_eq!(statuses.len(), 1);
    assert_eq!(
        statuses[0]["status"],
        json!({"state": "Running", "conditions": [{"type": "Ready"}]})
    );
    assert_eq!(
        statuses[0]["metadata"],
        json!({"name": "m", "namespace": "ns"})
    );
}

#[test]
fn a_status_names_copies() {
    let mut parent = object("ipam", "Prefix", "ns/parent", "parent", &[]);
    let child = object("ipam", "Prefix", "ns/child", "child", &[]);
    parent["status"] = json!({"pending": [
        {"prefix": "10.0.0.0/32", "uid": "child"},
        {"prefix": "10.0.0.1/32", "uid": "gone"},
    ]});
    let exported = [parent, child];
    let statuses = statuses(&exported, &copies(&exported));
    let pending = &statuses[0]["status"]["pending"];
    assert_eq!(pending[0]["uid"], "copy-of-child");
    assert_eq!(pending[1]["uid"], "gone");
}
