//! Prefixes and virtual IPs that an interface wants as its own, whoever made them.

use super::statuses::{judged, network};
use super::*;

const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";

fn wants(what: &Value) -> Value {
    let spec = json!({ "networkRef": { "name": "net" }, "ipFamilies": ["IPv4"], "ips": [{ "value": "10.0.0.1" }] });
    object(Kind::NetworkInterface, "nic", 3, &with(spec, what))
}

fn wants_prefix() -> Value {
    json!({ "ephemeral": { "prefixTemplate": { "spec": { "parentRef": { "name": "p" } } } } })
}

fn wants_ip() -> Value {
    wants(&json!({ "ips": [wants_prefix()] }))
}

fn wants_vip() -> Value {
    let template = json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } });
    wants(&json!({ "virtualIP": { "ephemeral": { "virtualIPTemplate": template } } }))
}

fn owned_by(object: Value, interface: &str) -> Value {
    let owner = json!([{
        "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface",
        "name": interface, "uid": format!("{interface}-uid"), "controller": true,
    }]);
    with(object, &json!({ "metadata": { "ownerReferences": owner } }))
}

/// The prefix `name` of `nic`: without the mark, as IronCore makes those of `prefixes`.
fn prefix(name: &str, block: &str, phase: &str) -> Value {
    let prefix = object(Kind::Prefix, name, 4, &json!({ "prefix": block }));
    owned_by(
        with(prefix, &json!({ "status": { "phase": phase } })),
        "nic",
    )
}

fn vip(target: &str) -> Value {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
    let vip = object(Kind::VirtualIp, "nic", 4, &spec);
    let vip = with(
        vip,
        &json!({ "metadata": { "annotations": { MARK: "ephemeral-manager" } }, "status": { "ip": "192.0.2.1" } }),
    );
    if target.is_empty() {
        return vip;
    }
    with(vip, &json!({ "spec": { "targetRef": holder(target) } }))
}

#[test]
fn children_count_whoever_made_them() {
    let unowned = |prefix: Value| with(prefix, &json!({ "metadata": { "ownerReferences": null } }));
    let routes = json!({ "prefixes": [wants_prefix(), { "value": "10.2.0.0/24" }] });
    let cases: Vec<(Vec<Value>, &str)> = vec![
        (vec![wants_ip()], "Pending EphemeralNotSupported"),
        (
            vec![wants_ip(), prefix("nic-0", "10.0.0.9/32", "Pending")],
            "Pending PrefixPending",
        ),
        (
            vec![wants_ip(), prefix("nic-0", "10.0.0.9/32", "Allocated")],
            "Available Available 10.0.0.9",
        ),
        (
            vec![wants_ip(), prefix("nic-0", "2001:db8::9/128", "Allocated")],
            "Error FamilyMismatch 2001:db8::9",
        ),
        (
            vec![
                wants_ip(),
                deleting(prefix("nic-0", "10.0.0.9/32", "Allocated")),
            ],
            "Pending PrefixDeleting",
        ),
        (
            vec![
                wants_ip(),
                unowned(prefix("nic-0", "10.0.0.9/32", "Allocated")),
            ],
            "Error NameTaken",
        ),
        (
            vec![
                wants(&routes),
                prefix("nic-pf-0", "10.3.0.0/24", "Allocated"),
            ],
            "Available Available 10.0.0.1",
        ),
        (
            vec![wants(&routes)],
            "Pending EphemeralNotSupported 10.0.0.1",
        ),
        (vec![wants_vip()], "Pending EphemeralNotSupported 10.0.0.1"),
        (
            vec![wants_vip(), owned_by(vip("nic"), "nic")],
            "Available Available 10.0.0.1 192.0.2.1",
        ),
        (
            vec![wants_vip(), vip("nic")],
            "Available Available 10.0.0.1 192.0.2.1",
        ),
        (
            vec![wants_vip(), vip("")],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![wants_vip(), vip("other"), interface("other", 9)],
            "Pending VirtualIPPending 10.0.0.1",
        ),
        (
            vec![
                wants_vip(),
                with(vip("nic"), &json!({ "metadata": { "annotations": null } })),
            ],
            "Error NameTaken 10.0.0.1",
        ),
    ];
    for (mut objects, expected) in cases {
        objects.push(network(""));
        assert_eq!(judged(&Scene::of(&objects)), expected, "{objects:?}");
    }
}

#[test]
fn a_granted_address_that_another_interface_has_is_not_had_twice() {
    let objects = |owner: Value| {
        vec![
            wants_ip(),
            prefix("nic-0", "10.0.0.1/32", "Allocated"),
            owner,
            network(""),
        ]
    };
    let older = Scene::of(&objects(interface("older", 1)));
    assert_eq!(judged(&older), "Error AddressInUse");
    let younger = Scene::of(&objects(interface("younger", 9)));
    assert_eq!(judged(&younger), "Available Available 10.0.0.1");
}

#[test]
fn a_retained_virtual_ip_stays_its_interfaces() {
    let nic = |objects: &[Value]| Scene::of(objects).short(Kind::VirtualIp, "nic");
    let no_longer = || wants(&json!({}));
    assert_eq!(nic(&[vip("nic"), wants_vip()]), [""; 0]);
    assert_eq!(nic(&[vip(""), wants_vip()]), ["claim nic"]);
    assert_eq!(nic(&[vip("nic"), no_longer()]), ["look at nic"]);
    assert_eq!(nic(&[vip(""), no_longer()]), [""; 0]);
    // One that is not marked is not the interface's, whatever its name.
    let unmarked = with(vip(""), &json!({ "metadata": { "annotations": null } }));
    assert_eq!(nic(&[unmarked, wants_vip()]), [""; 0]);
    // One without a mark that it owns is its own all the same: another controller made it.
    let made = || {
        owned_by(
            with(vip("nic"), &json!({ "metadata": { "annotations": null } })),
            "nic",
        )
    };
    assert_eq!(nic(&[made(), wants_vip()]), [""; 0]);
    // One with an owner is repaired by it.
    assert_eq!(nic(&[owned_by(vip(""), "nic"), wants_vip()]), [""; 0]);
}

#[test]
fn the_status_of_prefixes_is_in_the_order_of_the_spec() {
    let routes = json!({ "prefixes": [wants_prefix(), { "value": "10.2.0.0/24" }] });
    let objects = [
        wants(&routes),
        prefix("nic-pf-0", "10.3.0.0/24", "Allocated"),
        network(""),
    ];
    let plan = Scene::of(&objects).plan(Kind::NetworkInterface, "nic");
    let Request::PatchStatus(body) = &plan.changes[0].request else {
        panic!("{plan:?}")
    };
    assert_eq!(
        body["status"]["prefixes"],
        json!(["10.3.0.0/24", "10.2.0.0/24"])
    );
}
