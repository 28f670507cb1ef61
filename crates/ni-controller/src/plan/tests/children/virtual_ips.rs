// SPDX-License-Identifier: Apache-2.0

//! An interface's virtual IP: made, repaired, retained, replaced and removed.

use super::*;

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
fn a_virtual_ip_is_made_repaired_and_retained_as_its_template_says() {
    let owned = || owned_by(vip("nic"), "nic");
    let owner = owned()["metadata"]["ownerReferences"].clone();
    let target = json!({ "spec": { "targetRef": holder("nic") } });
    let version = json!({ "uid": "nic-uid", "resourceVersion": "7" });
    let patch = |objects: &[Value]| match change(objects).request {
        Request::Patch(patch) => patch,
        other => panic!("{other:?}"),
    };
    assert_eq!(planned(&[wants_vip(), owned()]), [""; 0]);
    assert_eq!(planned(&[retaining(wants_vip()), vip("nic")]), [""; 0]);

    let lost = with(owned(), &json!({ "spec": { "targetRef": null } }));
    let repaired = patch(&[wants_vip(), lost]);
    assert_eq!(repaired["spec"], target["spec"]);
    assert_eq!(repaired["metadata"], version);
    // Retain to Delete and back.
    let mut full = owner.clone();
    full[0]["blockOwnerDeletion"] = true.into();
    let taken = patch(&[wants_vip(), vip("nic")]);
    assert_eq!(taken["metadata"]["ownerReferences"], full);
    let retained = patch(&[retaining(wants_vip()), owned()]);
    assert_eq!(retained["metadata"]["ownerReferences"], json!([]));
    assert_eq!(retained["metadata"]["resourceVersion"], "7");

    let Request::Create(body) = change(&[wants_vip()]).request else {
        panic!("a create")
    };
    assert_eq!(body["metadata"]["ownerReferences"], full);
    assert_eq!(
        body["spec"],
        with(
            json!({ "type": "Public", "ipFamily": "IPv4" }),
            &target["spec"]
        )
    );
    let Request::Create(body) = change(&[retaining(wants_vip())]).request else {
        panic!("a create")
    };
    assert_eq!(body["metadata"].get("ownerReferences"), None);
}

#[test]
fn a_virtual_ip_goes_with_its_entry_unless_it_is_retained_or_referred_to() {
    let owned = || owned_by(vip("nic"), "nic");
    let bare = || wants(&json!({}));
    assert_eq!(planned(&[bare(), owned()]), ["delete nic"]);
    assert_eq!(planned(&[bare(), vip("nic")]), [""; 0]);
    let refers = wants(&json!({ "virtualIP": { "virtualIPRef": { "name": "nic" } } }));
    assert_eq!(planned(&[refers, owned()]), ["keep nic"]);
    // In what can't change it is replaced, unless it is retained.
    let other_family = json!({ "spec": { "ipFamily": "IPv6" } });
    assert_eq!(
        planned(&[wants_vip(), with(owned(), &other_family)]),
        ["delete nic"]
    );
    let retained = [retaining(wants_vip()), with(vip("nic"), &other_family)];
    assert_eq!(planned(&retained), ["ReplacementNeeded"]);
    // Another's, or nobody's, is not repaired: it is claimed, or not.
    for target in ["", "other"] {
        let objects = [retaining(wants_vip()), vip(target), interface("other", 9)];
        assert_eq!(planned(&objects), [""; 0], "{target}");
    }
}

#[test]
fn a_virtual_ip_that_is_to_be_retained_is_not_replaced() {
    let owned = owned_by(vip("nic"), "nic");
    let other_family = with(owned, &json!({ "spec": { "ipFamily": "IPv6" } }));
    let retained = [retaining(wants_vip()), other_family];
    assert_eq!(planned(&retained), ["repair nic", "ReplacementNeeded"]);
}

#[test]
fn what_kubectl_notes_in_a_template_is_no_difference() {
    let noted = json!({ "kubectl.kubernetes.io/last-applied-configuration": "{}" });
    let template = json!({ "spec": { "virtualIP": { "ephemeral": { "virtualIPTemplate": { "metadata": { "annotations": noted } } } } } });
    let objects = [with(wants_vip(), &template), owned_by(vip("nic"), "nic")];
    assert_eq!(planned(&objects), [""; 0]);
}
