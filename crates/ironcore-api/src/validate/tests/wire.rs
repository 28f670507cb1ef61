// SPDX-License-Identifier: Apache-2.0

//! What is stored and sent is taken.

use serde_json::{Value, json};

use super::object::{change, known};
use super::{changed, judge, judged};
use crate::KINDS;

/// The faults of an object of whichever kind it says.
fn faults(object: &Value) -> Vec<crate::field::Fault> {
    judge(object["kind"].as_str().expect("a kind"), object, None).faults
}

#[test]
fn full_and_zero_objects_and_the_samples_are_taken() {
    let mut refused = Vec::new();
    for object in known() {
        refused.extend(
            faults(&object)
                .iter()
                .map(|fault| format!("{fault}\n{object}")),
        );
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn null_is_as_good_as_nothing() {
    for mut object in known() {
        let before = faults(&object);
        let spec = object["spec"].as_object().cloned().unwrap_or_default();
        let kind = object["kind"].as_str().unwrap().to_owned();
        let schema = serde_json::to_value((super::kind(&kind).crd)()).unwrap();
        let fields = &schema["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
            ["properties"];
        for field in fields.as_object().unwrap().keys() {
            if !spec.contains_key(field) {
                object["spec"][field] = Value::Null;
            }
        }
        assert_eq!(faults(&object), before, "{object}");
    }
}

#[test]
fn what_is_ill_typed_does_not_decode() {
    #[rustfmt::skip]
    let cases = [
        ("Network", "spec = []"), ("Network", "spec = a"), ("Network", "metadata = []"), ("Network", "metadata.name = 5"),
        ("Network", "spec.peerings = {}"), ("Network", "spec.peerings = [null]"), ("Network", "spec.peerings = [[a, {name: n}]]"),
        ("Prefix", "spec.prefixLength = '8'"), ("Prefix", "spec.prefixLength = 8.5"), ("Prefix", "spec.parentSelector = a"),
        ("Prefix", "spec.parentSelector.matchLabels = []"), ("Prefix", "spec.parentSelector.matchLabels.a = 5"),
        ("VirtualIP", "spec.type = 1"), ("VirtualIP", "spec.targetRef = a"),
        ("NetworkInterface", "spec.networkRef = [net]"), ("NetworkInterface", "spec.networkRef = net"), ("NetworkInterface", "spec.ipFamilies = IPv4"),
        ("NetworkInterface", "spec.ipFamilies = [null]"), ("NetworkInterface", "spec.ips.0 = 10.0.0.1"), ("NetworkInterface", "spec.ips.0.value = 1"),
        ("NetworkInterface", "spec.attributes.a = {}"), ("NetworkInterface", "spec.prefixes = str"),
        ("NetworkInterface", "spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {creationTimestamp: soon}}}}]"),
        ("Machine", "spec.volumes = [{name: a, emptyDisk: {sizeLimit: 1.5}}]"), ("Machine", "spec.volumes = [{name: a, emptyDisk: {sizeLimit: true}}]"),
        ("Machine", "spec.volumes = [{name: a, emptyDisk: []}]"), ("Machine", "spec.volumes = [{name: a, ephemeral: {volumeTemplate: {spec: []}}}]"),
        ("Machine", "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {metadata: {labels: {a: 1}}}}}]"),
    ];
    for (of, changes) in cases {
        let object = changed(of, changes);
        assert!(
            judged(super::kind(of), &object, None).is_err(),
            "{of}: {changes}"
        );
    }
    for kind in &KINDS {
        for object in [
            json!(null),
            json!([]),
            json!("a"),
            json!(1),
            json!([{}, {}]),
        ] {
            assert!(
                judged(kind, &object, None).is_err(),
                "{}: {object}",
                kind.kind
            );
        }
    }
}

#[test]
fn an_old_object_that_does_not_decode_forgives_and_freezes_nothing() {
    let mut new = changed("NetworkInterface", "spec.ips.0.value = x");
    let old = changed(
        "NetworkInterface",
        "spec.ips.0.value = x; spec.networkRef.name = other; spec.prefixes = str",
    );
    assert_eq!(judge("NetworkInterface", &new, Some(&old)).faults.len(), 1);
    change(&mut new, "spec.ips.0.value = 10.0.0.1");
    assert_eq!(judge("NetworkInterface", &new, Some(&old)).faults, []);
}
