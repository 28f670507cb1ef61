// SPDX-License-Identifier: Apache-2.0

use std::borrow::Cow;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{machine_spec, network_interface_spec, prefix_spec};
use crate::compute::MachineSpec;
use crate::ipam::PrefixSpec;
use crate::networking::NetworkInterfaceSpec;

fn read<T: DeserializeOwned>(yaml: &str) -> T {
    serde_norway::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"))
}

/// What is filled into `given`, as it is on the wire; nothing where it is borrowed.
fn filled<T>(given: &str, fill: impl Fn(&T) -> Cow<'_, T>) -> Option<Value>
where
    T: Clone + DeserializeOwned + Serialize,
{
    match fill(&read::<T>(given)) {
        Cow::Owned(filled) => Some(serde_json::to_value(filled).unwrap()),
        Cow::Borrowed(_) => None,
    }
}

fn wire<T: DeserializeOwned + Serialize>(yaml: &str) -> Value {
    serde_json::to_value(read::<T>(yaml)).unwrap()
}

#[test]
fn an_interface_gets_families_and_lengths() {
    let template = |spec: &str| format!("{{ephemeral: {{prefixTemplate: {{spec: {spec}}}}}}}");
    let t = |spec: &str| template(spec);
    for (ips, families, then_ips, then_families) in [
        (
            "{value: 10.0.0.1}".to_owned(),
            "",
            "{value: 10.0.0.1}".to_owned(),
            "IPv4",
        ),
        (
            "{value: 'fd00::1'}, {value: 10.0.0.1}".to_owned(),
            "",
            "{value: 'fd00::1'}, {value: 10.0.0.1}".to_owned(),
            "IPv6, IPv4",
        ),
        (
            t("{parentRef: {name: a}}"),
            "IPv6",
            t("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 128}"),
            "IPv6",
        ),
        (
            t("{parentRef: {name: a}, prefixLength: 0}"),
            "IPv4",
            t("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 32}"),
            "IPv4",
        ),
        (
            t("{parentRef: {name: a}, ipFamily: IPv4}"),
            "",
            t("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 32}"),
            "IPv4",
        ),
        (
            t("{prefix: 10.0.0.1/32}"),
            "",
            t("{prefix: 10.0.0.1/32, ipFamily: IPv4}"),
            "IPv4",
        ),
        (
            t("{parentRef: {name: a}, prefixLength: 31}"),
            "IPv4",
            t("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 31}"),
            "IPv4",
        ),
    ] {
        let spec = |ips: &str, families: &str| {
            format!("{{networkRef: {{name: n}}, ips: [{ips}], ipFamilies: [{families}]}}")
        };
        let given = spec(&ips, families);
        let expected = wire::<NetworkInterfaceSpec>(&spec(&then_ips, then_families));
        assert_eq!(
            filled(&given, network_interface_spec),
            Some(expected),
            "{given}"
        );
    }
}

#[test]
fn an_interface_is_left_alone_where_nothing_can_be_inferred() {
    for given in [
        "{networkRef: {name: n}}",
        "{networkRef: {name: n}, ips: [{value: 10.0.0.1}, {value: 10.0.0.2}]}",
        "{ips: [{value: no}]}",
        "{ips: [{value: 10.0.0.1}, {}]}",
        "{ips: [{ephemeral: {}}], ipFamilies: [IPv4]}",
        "{ips: [{value: 10.0.0.1}], ipFamilies: [IPv6]}",
        "{ips: [{ephemeral: {prefixTemplate: {spec: {ipFamily: IPv4, prefixLength: 32}}}}], ipFamilies: [IPv4]}",
    ] {
        assert_eq!(filled(given, network_interface_spec), None, "{given}");
    }
}

#[test]
fn a_prefix_gets_its_family() {
    for (given, expected) in [
        (
            "{prefix: 10.0.0.0/8}",
            Some("{prefix: 10.0.0.0/8, ipFamily: IPv4}"),
        ),
        (
            "{prefix: 'FD00::/8'}",
            Some("{prefix: 'FD00::/8', ipFamily: IPv6}"),
        ),
        ("{prefix: 10.0.0.0/8, ipFamily: IPv6}", None),
        ("{prefix: 10.0.0.1/8}", None),
        ("{prefixLength: 8}", None),
    ] {
        assert_eq!(
            filled(given, prefix_spec),
            expected.map(wire::<PrefixSpec>),
            "{given}"
        );
    }
}

#[test]
fn a_machine_gets_power_and_templates() {
    let fill = |given: &str| filled(given, |spec| machine_spec(spec, &[]));
    assert_eq!(fill("{power: Off}"), None);
    assert_eq!(fill("{}"), Some(wire::<MachineSpec>("{power: On}")));
    let interface = |families: &str| {
        format!(
            "{{power: On, networkInterfaces: [{{name: a, networkInterfaceRef: {{name: b}}}}, {{name: c, ephemeral: {{networkInterfaceTemplate: {{spec: {{ips: [{{value: 10.0.0.1}}], ipFamilies: [{families}]}}}}}}}}]}}"
        )
    };
    let expected = wire::<MachineSpec>(&interface("IPv4"));
    assert_eq!(fill(&interface("")), Some(expected));
}

#[test]
fn volumes_get_devices() {
    for (given, stored, expected) in [
        ("a, b", "", "a:oda, b:odb"),
        ("a, b:oda", "", "a:odb, b:oda"),
        ("a, b", "b:oda", "a:odb, b:oda"),
        ("a, b, c", "c:odb, a:oda", "a:oda, b:odc, c:odb"),
        ("a, b:odx", "a:odx", "a:oda, b:odx"),
        ("b", "a:oda", "b:oda"),
        ("a:odz", "a:oda", "a:odz"),
    ] {
        let spec = |volumes: &str| {
            let volume = |text: &str| match text.split_once(':') {
                Some((name, device)) => json!({"name": name, "device": device}),
                None => json!({"name": text}),
            };
            let volumes: Vec<_> = volumes
                .split(", ")
                .filter(|v| !v.is_empty())
                .map(volume)
                .collect();
            read::<MachineSpec>(&json!({"power": "On", "volumes": volumes}).to_string())
        };
        let its = machine_spec(&spec(given), &spec(stored).volumes).into_owned();
        assert_eq!(its, spec(expected), "{given} | {stored}");
    }
}

#[test]
fn devices_go_on_after_odz() {
    let volumes: Vec<_> = (0..60).map(|i| json!({"name": format!("v{i}")})).collect();
    let spec = read::<MachineSpec>(&json!({"volumes": volumes}).to_string());
    let filled = machine_spec(&spec, &[]);
    let device = |index: usize| filled.volumes[index].device.as_deref().unwrap();
    assert_eq!(
        [device(25), device(26), device(51), device(52)],
        ["odz", "odaa", "odaz", "odba"]
    );
}

prop_compose! {
    pub(crate) fn prefix_template()(family in prop::option::of(prop_oneof!["IPv4", "IPv6"]), prefix in prop::option::of(prop_oneof!["10.0.0.1/32", "fd00::/64", "no"]), length in prop::option::of(0..130)) -> Value {
        json!({"ipFamily": family, "prefix": prefix, "prefixLength": length})
    }
}

prop_compose! {
    pub(crate) fn interface()(
        ips in prop::collection::vec(prop_oneof![
            Just(json!({"value": "10.0.0.1"})), Just(json!({"value": "fd00::1"})), Just(json!({"value": "no"})), Just(json!({})),
            prefix_template().prop_map(|spec| json!({"ephemeral": {"prefixTemplate": {"spec": spec}}})),
        ], 0..3),
        families in prop::collection::vec(prop_oneof![Just("IPv4"), Just("IPv6")], 0..3),
    ) -> Value {
        json!({"networkRef": {"name": "n"}, "ips": ips, "ipFamilies": families})
    }
}

prop_compose! {
    pub(crate) fn machine_wire()(
        interfaces in prop::collection::vec(interface(), 0..3),
        volumes in prop::collection::vec(("[ab]", prop::option::of("od[a-c]")), 0..4),
        power in prop::option::of(Just("Off")),
    ) -> Value {
        let interfaces: Vec<_> = interfaces.into_iter().map(|spec| json!({"name": "a", "ephemeral": {"networkInterfaceTemplate": {"spec": spec}}})).collect();
        let volumes: Vec<_> = volumes.into_iter().map(|(name, device)| json!({"name": name, "device": device})).collect();
        json!({"power": power, "networkInterfaces": interfaces, "volumes": volumes})
    }
}

fn machine() -> impl Strategy<Value = MachineSpec> {
    machine_wire().prop_map(|spec| serde_json::from_value(spec).unwrap())
}

proptest! {
    #[test]
    fn filling_in_twice_is_filling_in_once(machine in machine(), stored in machine()) {
        let once = machine_spec(&machine, &stored.volumes).into_owned();
        prop_assert!(matches!(machine_spec(&once, &stored.volumes), Cow::Borrowed(_)));
        prop_assert!(matches!(machine_spec(&once, &[]), Cow::Borrowed(_)));
    }

    #[test]
    fn a_prefix_too(spec in prefix_template()) {
        let spec: PrefixSpec = serde_json::from_value(spec).unwrap();
        let once = prefix_spec(&spec).into_owned();
        prop_assert!(matches!(prefix_spec(&once), Cow::Borrowed(_)));
    }

    #[test]
    fn what_a_user_gave_stays(machine in machine()) {
        let filled = machine_spec(&machine, &[]);
        for (given, filled) in machine.volumes.iter().zip(&filled.volumes) {
            prop_assert!(given.device.is_none() || given.device == filled.device);
        }
        prop_assert!(machine.power.is_none() || machine.power == filled.power);
    }
}
