// SPDX-License-Identifier: Apache-2.0

//! Two versions of an object that are said to be in the indexes alike are in them alike.

use std::fmt::Debug;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::world::links::Links;

fn slot<T: Object>(object: &Value) -> Slot<T> {
    decode(&object.to_string()).expect("metadata").slot
}

fn metadata() -> impl Strategy<Value = Value> {
    let owner = prop_oneof![
        Just(json!([])),
        Just(
            json!([{ "apiVersion": "compute.ironcore.dev/v1alpha1", "kind": "Machine",
            "name": "m", "uid": "m", "controller": true }])
        ),
        Just(
            json!([{ "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface",
            "name": "x", "uid": "x", "controller": true }])
        ),
    ];
    (any::<bool>(), owner, 1..3u8).prop_map(|(deleting, owners, version)| {
        let deletion = deleting.then_some("1970-01-01T00:00:00Z");
        json!({ "name": "o", "namespace": "ns", "uid": "o", "resourceVersion": version.to_string(),
            "creationTimestamp": "1970-01-01T00:00:00Z", "deletionTimestamp": deletion,
            "ownerReferences": owners })
    })
}

fn interface() -> impl Strategy<Value = Value> {
    let template =
        json!({ "prefixTemplate": { "spec": { "ipFamily": "IPv4", "prefixLength": 32 } } });
    let ip = prop_oneof![
        Just(json!({ "value": "10.0.0.1" })),
        Just(json!({ "ephemeral": template })),
    ];
    let machine = prop_oneof![
        Just(Value::Null),
        Just(json!({ "name": "m", "uid": "m" })),
        Just(json!({ "name": "n", "uid": "n" })),
    ];
    let virtual_ip = prop_oneof![
        Just(Value::Null),
        Just(json!({ "virtualIPRef": { "name": "v" } })),
        Just(
            json!({ "ephemeral": { "virtualIPTemplate": { "spec": { "type": "Public", "ipFamily": "IPv4" } } } })
        ),
    ];
    let shown = prop::collection::vec(
        prop_oneof![Just("10.0.0.1"), Just("10.0.0.2"), Just("no address")],
        0..2,
    );
    let spec = (prop::collection::vec(ip, 0..2), 0..2u8, machine, virtual_ip);
    (metadata(), spec, shown).prop_map(|(metadata, (ips, network, machine, virtual_ip), shown)| {
        json!({ "metadata": metadata, "status": { "ips": shown }, "spec": {
            "networkRef": { "name": format!("net-{network}") }, "ipFamilies": ["IPv4"], "ips": ips,
            "machineRef": machine, "virtualIP": virtual_ip,
        } })
    })
}

fn machine() -> impl Strategy<Value = Value> {
    let entry = prop_oneof![
        Just(json!({ "name": "a", "networkInterfaceRef": { "name": "x" } })),
        Just(json!({ "name": "a", "networkInterfaceRef": { "name": "o-a" } })),
        Just(
            json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": { "spec": {
            "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [] } } } })
        ),
    ];
    (metadata(), prop::collection::vec(entry, 0..2)).prop_map(|(metadata, entries)| {
        json!({ "metadata": metadata, "spec": { "networkInterfaces": entries } })
    })
}

fn virtual_ip() -> impl Strategy<Value = Value> {
    let target = prop_oneof![
        Just(Value::Null),
        Just(json!({ "name": "", "uid": "" })),
        Just(json!({ "name": "x", "uid": "x" })),
        Just(json!({ "name": "x", "uid": "y" })),
    ];
    (metadata(), target).prop_map(|(metadata, target)| {
        json!({ "metadata": metadata, "spec": { "type": "Public", "ipFamily": "IPv4", "targetRef": target } })
    })
}

/// Two versions of an object: the second has some parts of the first, and others of its own.
fn versions() -> impl Strategy<Value = (Kind, Value, Value)> {
    let of = |kind| {
        move |(old, mut new, keeps): (Value, Value, [bool; 3])| {
            for (part, keep) in ["metadata", "spec", "status"].into_iter().zip(keeps) {
                if keep {
                    new[part] = old[part].clone();
                }
            }
            (kind, old, new)
        }
    };
    let parts = any::<[bool; 3]>;
    prop_oneof![
        (interface(), interface(), parts()).prop_map(of(Kind::NetworkInterface)),
        (machine(), machine(), parts()).prop_map(of(Kind::Machine)),
        (virtual_ip(), virtual_ip(), parts()).prop_map(of(Kind::VirtualIp)),
    ]
}

fn indexed<T: Object>(object: &T) -> impl PartialEq + Debug + use<T> {
    let mut links = Links::default();
    object.link(&mut links);
    let Links {
        declared,
        prefixes_of,
        virtual_ips_of,
        interfaces_of,
        of_machine,
        on_network,
        on_virtual_ip,
        targeting,
        asking,
        with_prefix,
        granted,
        contests: _,
        lost: _,
        allocation: _,
    } = links;
    let by_name = (declared, of_machine, on_network, on_virtual_ip);
    let of_owners = (prefixes_of, virtual_ips_of, interfaces_of);
    (by_name, of_owners, targeting, asking, with_prefix, granted)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn versions_that_link_alike_are_indexed_alike((kind, old, new) in versions()) {
        for_kind!(kind, T => {
            let (old, new) = (slot::<T>(&old), slot::<T>(&new));
            let (old, new) = (old.good().expect("it decodes"), new.good().expect("it decodes"));
            if old.links_as(new) {
                prop_assert_eq!(indexed(old), indexed(new));
            }
        });
    }
}
