// SPDX-License-Identifier: Apache-2.0

//! An export of IronCore's API server at commit 0b3fd712, whose controllers worked on it. What agents and machinebroker
//! write was written by hand.

use ironcore_api::KINDS as OURS;
use ironcore_api::ownership::EPHEMERAL_MANAGED_BY;
use serde_json::{Value, json};

use super::{KINDS, copies, rewrite, statuses};

/// Without what is being deleted, which has no copy.
fn is_staying(object: &Value) -> bool {
    object["metadata"].get("deletionTimestamp").is_none()
}

fn exported() -> Vec<Value> {
    let text = include_str!("../../testdata/ironcore-export.json");
    let list: Value = serde_json::from_str(text).expect("JSON");
    list["items"].as_array().expect("a list").clone()
}

fn is_ours(object: &Value) -> bool {
    OURS.iter().any(|kind| object["kind"] == kind.kind)
}

/// The objects of `exported` that are moved, after the last round.
fn move_all(kinds: &str, exported: &[Value]) -> (Vec<Value>, Vec<String>) {
    let staying: Vec<_> = exported.iter().filter(|o| is_staying(o)).cloned().collect();
    let (moved, left_out) = rewrite(kinds, exported, &copies(&staying));
    assert_eq!(moved.len(), staying.len());
    (moved, left_out)
}

fn named<'a>(moved: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let mut moved = moved.iter();
    let found = moved.find(|o| o["kind"] == kind && o["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

const LEAVING: [&str; 3] = [
    "NetworkInterface mail/leaving-primary: owner Machine leaving, which is being deleted",
    "NetworkInterface mail/leaving-primary: Machine leaving in spec.machineRef, which is being deleted",
    "Machine mail/leaving is being deleted",
];

#[test]
fn names_its_copies_only() {
    let exported = exported();
    let all = format!("{KINDS},LoadBalancer,LoadBalancerRouting");
    let (moved, left_out) = move_all(&all, &exported);
    assert_eq!(left_out, LEAVING);
    let text = json!(moved).to_string().replace("copy-of-", "copy of ");
    for object in &exported {
        let uid = object["metadata"]["uid"].as_str().expect("a UID");
        let old = text.match_indices(uid);
        let old = old.filter(|(at, _)| !text[..*at].ends_with("copy of "));
        assert_eq!(old.count(), 0, "{object}");
    }
    let network = named(&moved, "Network", "net-x1-abcde");
    assert_eq!(network["metadata"]["ownerReferences"][0]["name"], "77b2c");
}

#[test]
fn is_accepted() {
    let exported: Vec<_> = exported().into_iter().filter(is_ours).collect();
    let (moved, _) = move_all(KINDS, &exported);
    for object in &moved {
        let kind = OURS.iter().find(|kind| object["kind"] == kind.kind);
        let judgement = kind.expect("ours").judge(&object.to_string(), None);
        let faults = judgement.expect("types").faults;
        assert!(faults.is_empty(), "{object}: {faults:?}");
    }
}

#[test]
fn keeps_parents_from_deletion_and_lets_orphans_stay() {
    let exported: Vec<_> = exported().into_iter().filter(is_ours).collect();
    let (moved, left_out) = move_all(KINDS, &exported);
    let lost = "Prefix shop/lb-0: owner LoadBalancer lb, which is not in the export";
    assert_eq!(left_out[..3], LEAVING);
    assert_eq!(left_out[3..], [lost]);
    let protected: Vec<_> = moved
        .iter()
        .filter(|object| object["metadata"].get("finalizers").is_some())
        .map(|object| object["metadata"]["name"].clone())
        .collect();
    assert_eq!(protected, ["root", "subnet"]);
    let mark = |name: &str| {
        named(&moved, "Prefix", name)["metadata"]["annotations"].get(EPHEMERAL_MANAGED_BY)
    };
    assert_eq!(mark("lb-0"), None);
    assert!(mark("web-primary-0").is_some());
}

#[test]
fn keeps_its_status() {
    let exported: Vec<_> = exported().into_iter().filter(is_ours).collect();
    let reported = statuses(&exported, &copies(&exported));
    assert_eq!(
        reported.len(),
        exported.iter().filter(|o| is_staying(o)).count()
    );
    let nic = &named(&reported, "NetworkInterface", "web-primary")["status"];
    assert_eq!(nic["virtualIP"], "203.0.113.13");
    let subnet = &named(&reported, "Prefix", "subnet")["status"];
    assert_eq!(subnet["used"].as_array().map(Vec::len), Some(5));
}
