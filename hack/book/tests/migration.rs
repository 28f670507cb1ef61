//! `hack/migration`: objects of one cluster, as another one takes them.

use book::jq::run;
use serde_json::{Value, json};

fn rewrite(kinds: &str, exported: &[Value], moved: &[Value]) -> Result<Vec<Value>, String> {
    let variables = [
        ("$kinds", json!(kinds)),
        ("$moved", json!([{ "items": moved }])),
    ];
    let list = run("rewrite.jq", &variables, &json!({ "items": exported }))?;
    assert_eq!(
        (&list["apiVersion"], &list["kind"]),
        (&json!("v1"), &json!("List"))
    );
    Ok(list["items"].as_array().expect("a list").clone())
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
    let moved = rewrite("Network,Machine", &[machine("old")], &[]).expect("it can be moved");
    let expected = json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1",
        "kind": "Machine",
        "metadata": {"name": "m", "namespace": "ns", "labels": {"a": "b"}, "annotations": {"c": "d"}, "ownerReferences": []},
        "spec": {"machineClassRef": {"name": "c"}, "power": "On"},
    });
    assert_eq!(moved, [expected]);
    assert_eq!(
        rewrite("NetworkInterface", &[machine("old")], &[]),
        Ok(Vec::new())
    );
}

#[test]
fn owners_and_holders_are_named_by_their_new_uids() {
    let spec = json!({"networkRef": {"name": "n"}, "providerID": "p", "machineRef": {"name": "m", "uid": "old"}});
    let exported = [machine("old"), interface(&json!([owned_by("old")]), &spec)];
    let moved = rewrite("NetworkInterface", &exported, &[machine("new")]).expect("it can be moved");
    assert_eq!(
        moved[0]["metadata"]["ownerReferences"],
        json!([owned_by("new")])
    );
    let spec = json!({"networkRef": {"name": "n"}, "providerID": "p", "machineRef": {"name": "m", "uid": "new"}});
    assert_eq!(moved[0]["spec"], spec);
}

#[test]
fn holders_that_are_gone_and_owners_of_other_groups_are_left_out() {
    let other = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "d", "uid": "d"});
    let spec = json!({"networkRef": {"name": "n"}, "machineRef": {"name": "gone", "uid": "gone"}});
    let exported = [
        machine("old"),
        interface(&json!([other, owned_by("old")]), &spec),
    ];
    let moved = rewrite("NetworkInterface", &exported, &[machine("new")]).expect("it can be moved");
    assert_eq!(
        moved[0]["metadata"]["ownerReferences"],
        json!([owned_by("new")])
    );
    assert_eq!(moved[0]["spec"], json!({"networkRef": {"name": "n"}}));
}

#[test]
fn what_is_moved_before_its_owner_or_holder_is_refused_by_name() {
    let spec = json!({"networkRef": {"name": "n"}, "machineRef": {"name": "m", "uid": "old"}});
    for (owners, spec) in [(json!([owned_by("old")]), json!({})), (json!([]), spec)] {
        let exported = [machine("old"), interface(&owners, &spec)];
        let error =
            rewrite("NetworkInterface", &exported, &[]).expect_err("its machine is not there");
        assert!(
            error.contains(
                "NetworkInterface/ns/m-one: the object with UID old was not moved before it"
            ),
            "{error}"
        );
    }
}

#[test]
fn a_status_is_taken_without_its_generations() {
    let mut with_conditions = machine("old");
    with_conditions["status"]["conditions"] = json!([{"type": "Ready", "observedGeneration": 3}]);
    let without_status = interface(&json!([]), &json!({}));
    let list = run(
        "status.jq",
        &[],
        &json!({ "items": [with_conditions, without_status] }),
    )
    .expect("a list");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        list["items"][0]["status"],
        json!({"state": "Running", "conditions": [{"type": "Ready"}]})
    );
    assert_eq!(
        list["items"][0]["metadata"],
        json!({"name": "m", "namespace": "ns"})
    );
}
