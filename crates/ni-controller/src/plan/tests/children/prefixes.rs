// SPDX-License-Identifier: Apache-2.0

//! An interface's prefixes: made, replaced and removed.

use super::*;

fn marked(object: Value) -> Value {
    with(
        object,
        &json!({ "metadata": { "annotations": { MARK: "ephemeral-manager" } } }),
    )
}

#[test]
fn prefixes_are_made_replaced_and_removed() {
    let own = |block: &str| marked(prefix("nic-0", block, "Allocated"));
    // As allocation fills it in: a field that the template leaves out is not compared.
    let as_made =
        json!({ "spec": { "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } } });
    let made = || with(own("10.0.0.9/32"), &as_made);
    let other_parent = with(made(), &json!({ "spec": { "parentRef": { "name": "q" } } }));
    let cases: Vec<(Vec<Value>, &[&str])> = vec![
        (vec![wants_ip()], &["create nic-0"]),
        (vec![wants_ip(), made()], &[]),
        (vec![wants_ip(), other_parent.clone()], &["delete nic-0"]),
        (vec![wants_ip(), deleting(made())], &[]),
        (vec![wants(&json!({})), made()], &["delete nic-0"]),
        // Without the mark it is another controller's to change.
        (
            vec![
                wants(&json!({})),
                prefix("nic-0", "10.0.0.9/32", "Allocated"),
            ],
            &[],
        ),
        (vec![wants(&json!({})), external(made())], &[]),
        (vec![external(wants_ip())], &["create nic-0"]),
        (vec![deleting(wants_ip())], &[]),
    ];
    for (objects, expected) in cases {
        assert_eq!(planned(&objects), expected, "{objects:?}");
    }
    let replaced = change(&[wants_ip(), other_parent]).then;
    let reason = replaced.map(|notice| notice.reason.as_str());
    assert_eq!(reason, Some("ChildReplaced"));
    let Request::Create(body) = change(&[wants_ip()]).request else {
        panic!("a create")
    };
    let expected = json!({
        "apiVersion": "ipam.ironcore.dev/v1alpha1",
        "kind": "Prefix",
        "metadata": {
            "namespace": NAMESPACE,
            "name": "nic-0",
            "annotations": { MARK: "ephemeral-manager" },
            "ownerReferences": [{
                "apiVersion": "networking.ironcore.dev/v1alpha1", "kind": "NetworkInterface", "name": "nic", "uid": "nic-uid",
                "controller": true, "blockOwnerDeletion": true,
            }],
        },
        "spec": { "ipFamily": "IPv4", "prefixLength": 32, "parentRef": { "name": "p" } },
    });
    assert_eq!(body, expected);
}

#[test]
fn what_stands_in_the_way_of_an_outside_systems_interface_is_an_event() {
    let prefix = object(
        Kind::Prefix,
        "nic-0",
        4,
        &json!({ "prefix": "10.0.0.9/32" }),
    );
    let objects = [external(wants_ip()), prefix, network("")];
    assert_eq!(planned(&objects), ["NameTaken"]);
}
