// SPDX-License-Identifier: Apache-2.0

//! Machine → ephemeral NetworkInterfaces: brought back to their template, in place.

use crate::support::space::{MACHINE, NIC, Space};
use crate::support::text::{at, check, entries, ip, makes, makes_with};

const SAME: &str = "10.0.0.1";

#[tokio::test]
async fn what_can_change_is_brought_back_in_place_when_the_template_changes() {
    let vip = "virtualIP: {virtualIPRef: {name: v}}";
    let cases = [
        (ip(SAME), ip("10.0.0.2"), "spec.ips = [{value: 10.0.0.2}]"),
        (
            ip(SAME),
            format!("{}, prefixes: [{{value: 10.1.0.0/24}}]", ip(SAME)),
            "spec.prefixes = [{value: 10.1.0.0/24}]",
        ),
        (
            format!("{}, prefixes: [{{value: 10.1.0.0/24}}]", ip(SAME)),
            ip(SAME),
            "status.prefixes -",
        ),
        (
            ip(SAME),
            format!("{}, {vip}", ip(SAME)),
            "spec.virtualIP = {virtualIPRef: {name: v}}",
        ),
    ];
    for (before, after, expected) in cases {
        let (space, child) = Space::with_machine(&before).await;
        space
            .change(MACHINE, "a", &entries(&[makes("e", &after)]))
            .await;
        let now = space.until(NIC, "a-e", expected).await;
        assert_eq!(
            at(&now, "metadata.uid"),
            at(&child, "metadata.uid"),
            "{after}"
        );
        space
            .noted("Machine a", "InterfaceRepaired", "interface a-e")
            .await;
    }
}

#[tokio::test]
async fn a_virtual_ip_that_leaves_the_template_leaves_the_interface() {
    let space = Space::with_network().await;
    space
        .machine(
            "a",
            &[makes(
                "e",
                &format!("{}, virtualIP: {{virtualIPRef: {{name: v}}}}", ip(SAME)),
            )],
        )
        .await;
    space.until(NIC, "a-e", "status.state = Pending").await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip(SAME))]))
        .await;
    space
        .until(NIC, "a-e", "spec.virtualIP -; status.state = Available")
        .await;
}

#[tokio::test]
async fn a_virtual_ip_can_change_from_a_reference_to_a_template_and_back() {
    let space = Space::with_network().await;
    let refers = makes(
        "e",
        &format!("{}, virtualIP: {{virtualIPRef: {{name: v}}}}", ip(SAME)),
    );
    let template = makes(
        "e",
        &format!(
            "{}, virtualIP: {{ephemeral: {{virtualIPTemplate: {{spec: {{type: Public, ipFamily: IPv4}}}}}}}}",
            ip(SAME)
        ),
    );
    space.machine("a", std::slice::from_ref(&refers)).await;
    space
        .until(NIC, "a-e", "spec.virtualIP.virtualIPRef.name = v")
        .await;
    space.change(MACHINE, "a", &entries(&[template])).await;
    space.until(NIC, "a-e", "spec.virtualIP.virtualIPRef -; spec.virtualIP.ephemeral.virtualIPTemplate.spec.ipFamily = IPv4").await;
    space.change(MACHINE, "a", &entries(&[refers])).await;
    space
        .until(NIC, "a-e", "spec.virtualIP = {virtualIPRef: {name: v}}")
        .await;
}

#[tokio::test]
async fn what_leaves_a_virtual_ips_template_leaves_the_interface() {
    let template = |metadata: &str| {
        let spec = "spec: {type: Public, ipFamily: IPv4}";
        let source =
            format!("virtualIP: {{ephemeral: {{virtualIPTemplate: {{{metadata}{spec}}}}}}}");
        makes("e", &format!("{}, {source}", ip(SAME)))
    };
    let space = Space::with_network().await;
    let all = template("metadata: {labels: {a: '1', b: '2'}, annotations: {c: '3'}}, ");
    space.machine("a", &[all]).await;
    let made = "spec.virtualIP.ephemeral.virtualIPTemplate";
    space
        .until(NIC, "a-e", &format!("{made}.metadata.labels.b = '2'"))
        .await;
    let fewer = template("metadata: {labels: {a: '1'}}, ");
    space.change(MACHINE, "a", &entries(&[fewer])).await;
    let expected = format!("{made}.metadata = {{labels: {{a: '1'}}}}");
    space.until(NIC, "a-e", &expected).await;
    space.change(MACHINE, "a", &entries(&[template("")])).await;
    space.until(NIC, "a-e", &format!("{made}.metadata -")).await;
    space.settle().await;
    space.was_not_told("Machine a", "NotAsWritten").await;
}

#[tokio::test]
async fn what_is_attached_and_differs_in_what_is_fixed_is_repaired_in_all_else() {
    let (space, child) = Space::with_machine(&ip(SAME)).await;
    space.change(NIC, "a-e", "spec.providerID = p").await;
    let other = makes_with(
        "labels: {role: two}",
        "e",
        &format!("{}, attributes: {{k: v}}", ip("10.0.0.2")),
    );
    space.change(MACHINE, "a", &entries(&[other])).await;
    space
        .warned("Machine a", "ReplacementNeeded", "spec.attributes")
        .await;
    let now = space
        .until(
            NIC,
            "a-e",
            "metadata.labels.role = two; status.ips = [10.0.0.2]",
        )
        .await;
    check(&now, "spec.attributes -; spec.providerID = p");
    assert_eq!(at(&now, "metadata.uid"), at(&child, "metadata.uid"));
    space.change(NIC, "a-e", "spec.machineRef -").await;
    space.until(NIC, "a-e", "spec.machineRef.name = a").await;
}

/// Addresses of the template's families would be refused.
#[tokio::test]
async fn what_is_attached_and_of_other_families_keeps_its_addresses_and_is_repaired_in_all_else() {
    let (space, child) = Space::with_machine(&ip(SAME)).await;
    space.change(NIC, "a-e", "spec.providerID = p").await;
    let other = makes_with("labels: {role: two}", "e", &ip("2001:db8::1"));
    space.change(MACHINE, "a", &entries(&[other])).await;
    space
        .warned("Machine a", "ReplacementNeeded", "spec.ipFamilies")
        .await;
    let now = space.until(NIC, "a-e", "metadata.labels.role = two").await;
    check(
        &now,
        "spec.ipFamilies = [IPv4]; spec.ips = [{value: 10.0.0.1}]",
    );
    assert_eq!(at(&now, "metadata.uid"), at(&child, "metadata.uid"));
    space.settle().await;
    space.was_not_told("Machine a", "ChildRefused").await;
}

#[tokio::test]
async fn labels_and_annotations_of_the_template_are_brought_back() {
    let space = Space::with_network().await;
    space
        .create(
            MACHINE,
            "a",
            &entries(&[makes_with(
                "labels: {role: one}, annotations: {note: one}",
                "e",
                &ip(SAME),
            )]),
        )
        .await;
    space.until(NIC, "a-e", "metadata.labels.role = one").await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes_with(
                "labels: {role: two}, annotations: {note: two}",
                "e",
                &ip(SAME),
            )]),
        )
        .await;
    space
        .until(
            NIC,
            "a-e",
            "metadata.labels.role = two; metadata.annotations.note = two",
        )
        .await;
    space
        .change(
            NIC,
            "a-e",
            "metadata.labels.role = x; metadata.annotations.note -",
        )
        .await;
    space
        .until(
            NIC,
            "a-e",
            "metadata.labels.role = two; metadata.annotations.note = two",
        )
        .await;
}

#[tokio::test]
async fn keys_that_leave_a_template_stay_on_the_object() {
    let space = Space::with_network().await;
    space
        .create(
            MACHINE,
            "a",
            &entries(&[makes_with(
                "labels: {role: one, zone: z}, annotations: {note: one}",
                "e",
                &ip(SAME),
            )]),
        )
        .await;
    space.until(NIC, "a-e", "metadata.labels.role = one").await;
    space
        .change(MACHINE, "a", "spec.networkInterfaces = []")
        .await;
    space.until_gone(NIC, "a-e").await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes_with(
                "labels: {role: one, zone: z}, annotations: {note: one}",
                "e",
                &ip(SAME),
            )]),
        )
        .await;
    space.until(NIC, "a-e", "metadata.labels.role = one").await;
    space
        .change(
            MACHINE,
            "a",
            &entries(&[makes_with("labels: {role: one}", "e", &ip("10.0.0.2"))]),
        )
        .await;
    let kept = space.until(NIC, "a-e", "status.ips = [10.0.0.2]").await;
    check(
        &kept,
        "metadata.labels = {role: one, zone: z}; metadata.annotations.note = one",
    );
}

#[tokio::test]
async fn a_hand_edit_is_put_back_and_the_user_is_told() {
    let edits = [
        (
            "spec.ips = [{value: 10.0.0.9}]",
            "spec.ips = [{value: 10.0.0.1}]; status.ips = [10.0.0.1]",
        ),
        ("spec.machineRef -", "spec.machineRef.name = a"),
        (
            "spec.machineRef = {name: b, uid: 11111111-2222-3333-4444-555555555555}",
            "spec.machineRef.name = a",
        ),
    ];
    for (edit, expected) in edits {
        let (space, _) = Space::with_machine(&ip(SAME)).await;
        space.change(NIC, "a-e", edit).await;
        space
            .noted("Machine a", "InterfaceRepaired", "interface a-e")
            .await;
        space.until(NIC, "a-e", expected).await;
    }
}

#[tokio::test]
async fn fields_of_others_are_left_alone() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    let others = "metadata.labels = {theirs: l}; metadata.annotations.theirs = a; metadata.finalizers = [example.org/theirs]; spec.providerID = p";
    space.change(NIC, "a-e", others).await;
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip("10.0.0.2"))]))
        .await;
    let now = space.until(NIC, "a-e", "status.ips = [10.0.0.2]").await;
    check(&now, others);
    space.change(NIC, "a-e", "metadata.finalizers -").await;
}

#[tokio::test]
async fn provider_id_stays_when_a_childs_machine_is_put_back() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    space
        .change(NIC, "a-e", "spec.providerID = p; spec.machineRef -")
        .await;
    space
        .until(NIC, "a-e", "spec.machineRef.name = a; spec.providerID = p")
        .await;
}

#[tokio::test]
async fn what_is_equal_after_defaulting_is_not_written() {
    let written = [
        "ips: [{value: '2001:DB8:0::1'}]",
        "ipFamilies: [IPv6], ips: [{value: '2001:db8::1'}]",
        "ips: [{value: '2001:db8::1'}], prefixes: [], attributes: {}",
        "ips: [{value: '2001:db8::1'}], virtualIP: null, providerID: null",
    ];
    let (space, child) = Space::with_machine("ips: [{value: '2001:db8::1'}]").await;
    for spec in written {
        space
            .change(MACHINE, "a", &entries(&[makes("e", spec)]))
            .await;
        space.settle().await;
        assert_eq!(space.get(NIC, "a-e").await, child, "{spec}");
    }
}

#[tokio::test]
async fn a_cause_that_comes_back_is_the_same_event_counted() {
    let (space, _) = Space::with_machine(&ip(SAME)).await;
    space.change(NIC, "a-e", "spec.providerID = p").await;
    let other = entries(&[makes("e", &ip(SAME)).replace("name: net", "name: net2")]);
    space.change(MACHINE, "a", &other).await;
    assert_eq!(
        space
            .warned("Machine a", "ReplacementNeeded", "a-e")
            .await
            .count,
        1
    );
    space
        .change(MACHINE, "a", &entries(&[makes("e", &ip(SAME))]))
        .await;
    space.settle().await;
    space.change(MACHINE, "a", &other).await;
    crate::support::wait::eventually("the Event is counted", || async {
        let told = space.warned("Machine a", "ReplacementNeeded", "a-e").await;
        if told.count == 2 {
            Ok(())
        } else {
            Err(format!("{told:?}"))
        }
    })
    .await;
}
