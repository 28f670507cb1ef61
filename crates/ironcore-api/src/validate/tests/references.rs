// SPDX-License-Identifier: Apache-2.0

//! What is referred to, and of what users are warned.

use super::{changed, judge};

/// The references of an object, as in `field Kind name`; of an update, if `stored` says from what.
fn referred(of: &str, stored: Option<&str>, changes: &str) -> Vec<String> {
    let old = stored.map(|stored| changed(of, stored));
    let found = judge(of, &changed(of, changes), old.as_ref()).references;
    let shown = found.iter();
    shown
        .map(|found| format!("{} {} {}", found.field, found.referent.as_str(), found.name))
        .collect()
}

const TEMPLATE: &str = "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {spec: \
     {networkRef: {name: net}, ips: [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: pool}, ipFamily: IPv4}}}}], \
     virtualIP: {virtualIPRef: {name: vip}}}}}}]";

#[test]
fn what_an_object_names_is_referred_to() {
    let template = "spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec";
    let in_template = [
        format!("{template}.networkRef.name Network net"),
        format!("{template}.ips[0].ephemeral.prefixTemplate.spec.parentRef.name Prefix pool"),
        format!("{template}.virtualIP.virtualIPRef.name VirtualIP vip"),
    ];
    let in_template: Vec<&str> = in_template.iter().map(String::as_str).collect();
    let cases: [(&str, &str, &[&str]); 10] = [
        (
            "NetworkInterface",
            "",
            &["spec.networkRef.name Network net"],
        ),
        ("NetworkInterface", "spec.networkRef.name = A_b", &[]),
        (
            "NetworkInterface",
            "spec.virtualIP.virtualIPRef.name = vip",
            &[
                "spec.networkRef.name Network net",
                "spec.virtualIP.virtualIPRef.name VirtualIP vip",
            ],
        ),
        (
            "NetworkInterface",
            "spec.machineRef = {name: m, uid: u}",
            &["spec.networkRef.name Network net"],
        ),
        (
            "Machine",
            "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: nic}}]",
            &["spec.networkInterfaces[0].networkInterfaceRef.name NetworkInterface nic"],
        ),
        (
            "Machine",
            "spec.machinePoolRef.name = pool; spec.ignitionRef.name = secret; spec.volumes = [{name: v, volumeRef: {name: w}}]",
            &[],
        ),
        ("Machine", TEMPLATE, &in_template),
        (
            "Prefix",
            "spec = {parentRef: {name: p}, ipFamily: IPv4, prefixLength: 8}",
            &["spec.parentRef.name Prefix p"],
        ),
        ("VirtualIP", "spec.targetRef = {name: nic, uid: u}", &[]),
        (
            "Network",
            "spec.peerings = [{name: a, networkRef: {name: other}, prefixes: [{name: p, prefixRef: {name: q}}]}]",
            &[],
        ),
    ];
    for (of, changes, expected) in cases {
        assert_eq!(referred(of, None, changes), expected, "{of}: {changes}");
    }
}

#[test]
fn an_update_refers_to_what_it_adds() {
    let vip = "spec.virtualIP.virtualIPRef.name = vip";
    let cases = [
        ("", "", 0),
        ("", vip, 1),
        (vip, "", 0),
        (vip, "spec.virtualIP.virtualIPRef.name = other", 1),
        (
            vip,
            "spec.virtualIP.virtualIPRef.name = vip; spec.prefixes = [{value: 10.1.0.0/16}]",
            0,
        ),
    ];
    for (stored, changes, number) in cases {
        let found = referred("NetworkInterface", Some(stored), changes);
        assert_eq!(found.len(), number, "{stored} | {changes}: {found:?}");
    }
}

#[test]
fn an_update_warns_of_addresses_that_no_interface_can_have_if_it_brings_them() {
    let interface = "spec.ipFamilies = [IPv4]; spec.ips = [{value: 127.0.0.1}]";
    let machine = "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {spec: \
                   {networkRef: {name: net}, ips: [{value: 'ff02::1'}]}}}}]";
    for (of, changes, expected) in [
        (
            "NetworkInterface",
            interface,
            "spec.ips[0].value: 127.0.0.1 is a loopback address, which no interface can have",
        ),
        (
            "Machine",
            machine,
            "spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[0].value: ff02::1 is a multicast \
             address, which no interface can have",
        ),
    ] {
        let object = changed(of, changes);
        assert_eq!(judge(of, &object, None).warnings, [expected]);
        assert_eq!(judge(of, &object, Some(&object)).warnings, [""; 0]);
        assert_eq!(judge(of, &object, None).faults, []);
        let fine = changed(of, "");
        assert_eq!(judge(of, &object, Some(&fine)).warnings, [expected]);
        assert_eq!(judge(of, &fine, None).warnings, [""; 0]);
    }
}

#[test]
fn what_a_machines_template_says_in_vain_is_warned_of_once() {
    let template = |metadata: &str, spec: &str| {
        format!(
            "spec.networkInterfaces = [{{name: a, ephemeral: {{networkInterfaceTemplate: {{metadata: {{{metadata}}}, \
             spec: {{networkRef: {{name: net}}, ipFamilies: [IPv4]{spec}}}}}}}}}]"
        )
    };
    let warned = |stored: Option<&str>, changes: &str| {
        let old = stored.map(|stored| changed("Machine", stored));
        judge("Machine", &changed("Machine", changes), old.as_ref()).warnings
    };
    let named = template("name: x, labels: {a: b}", "");
    for (metadata, spec, expected) in [
        ("labels: {a: b}", "", ""),
        ("name: ''", "", ""),
        ("name: x", "", "metadata.name is overwritten"),
        (
            "generateName: x",
            "",
            "metadata.generateName is overwritten",
        ),
        (
            "annotations: {ni.ironcore.dev/last-applied: '{}'}",
            "",
            "metadata.annotations[ni.ironcore.dev/last-applied] is overwritten",
        ),
        (
            "namespace: x",
            ", machineRef: {name: m, uid: u}",
            "metadata.namespace and spec.machineRef are overwritten",
        ),
    ] {
        let warnings = warned(None, &template(metadata, spec));
        assert_eq!(
            warnings.len(),
            usize::from(!expected.is_empty()),
            "{warnings:?}"
        );
        assert!(
            warnings.iter().all(|warning| warning.contains(expected)),
            "{warnings:?}"
        );
    }
    assert_eq!(warned(Some(&named), &named), [""; 0]);
    assert_eq!(warned(Some(&template("", "")), &named).len(), 1);
}
