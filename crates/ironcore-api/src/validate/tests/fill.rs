// SPDX-License-Identifier: Apache-2.0

//! What is filled in on the wire, and that the controller's types get the same.

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::kind;
use crate::compute::MachineSpec;
use crate::default::tests::{interface, machine_wire, prefix_template};
use crate::default::{Filling, machine_spec, network_interface_spec, prefix_spec};
use crate::ipam::PrefixSpec;
use crate::networking::NetworkInterfaceSpec;

fn read(yaml: &str) -> Value {
    serde_norway::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"))
}

fn object(spec: &Value) -> Value {
    json!({"metadata": {"name": "x"}, "spec": spec})
}

fn fillings(of: &str, spec: &Value, old: Option<&Value>) -> Vec<Filling> {
    let old = old.map(|old| object(old).to_string());
    let said = kind(of).fill_and_judge(&object(spec).to_string(), old.as_deref());
    said.unwrap_or_else(|error| panic!("{error}: {spec}"))
        .fillings
}

/// The fillings of an object with this spec, as `pointer=value`, separated by spaces.
fn filled(of: &str, spec: &str, old: Option<&str>) -> String {
    let old = old.map(read);
    let fillings = fillings(of, &read(spec), old.as_ref());
    let said = fillings
        .iter()
        .map(|filling| format!("{}={}", filling.pointer, filling.value));
    said.collect::<Vec<_>>().join(" ")
}

#[test]
fn fields_are_named_and_the_rest_stays() {
    #[rustfmt::skip]
    let cases = [
        ("Prefix", "{prefix: 10.0.0.0/8}", r#"/spec/ipFamily="IPv4""#),
        ("Prefix", "{prefix: 10.0.0.0/8, ipFamily: null, foreign: {}, parentRef: {}}", r#"/spec/ipFamily="IPv4""#),
        ("Prefix", "{prefix: 'fd00::/8', ipFamily: ''}", r#"/spec/ipFamily="IPv6""#),
        ("Prefix", "{prefix: 10.0.0.0/8, ipFamily: IPv6}", ""),
        ("Prefix", "{}", ""),
        ("NetworkInterface", "{ips: [{value: 10.0.0.1}]}", r#"/spec/ipFamilies=["IPv4"]"#),
        ("NetworkInterface", "{ips: [{value: 10.0.0.1}], ipFamilies: null, prefixes: null, virtualIP: {}}", r#"/spec/ipFamilies=["IPv4"]"#),
        ("NetworkInterface", "{ips: [{value: 10.0.0.1}, {value: 'fd00::1'}, {value: 10.0.0.2}]}", ""),
        ("NetworkInterface", "{ips: null, ipFamilies: null}", ""),
        ("NetworkInterface", "{ips: [{ephemeral: {prefixTemplate: {spec: {ipFamily: IPv5}}}}]}", ""),
        ("Machine", "{}", r#"/spec/power="On""#),
        ("Machine", "{power: ''}", r#"/spec/power="On""#),
        ("Machine", "{power: Off}", ""),
        ("Machine", "{power: On, volumes: [{name: a}, {name: b, device: ''}]}", r#"/spec/volumes/0/device="oda" /spec/volumes/1/device="odb""#),
        ("Network", "{}", ""),
        ("VirtualIP", "{}", ""),
    ];
    for (of, spec, expected) in cases {
        assert_eq!(filled(of, spec, None), expected, "{of}: {spec}");
    }
}

/// Lists are compared whole by those who apply a manifest again.
#[test]
fn nothing_is_filled_in_inside_templates() {
    #[rustfmt::skip]
    let cases = [
        ("NetworkInterface", "{ips: [{ephemeral: {prefixTemplate: {spec: {prefixLength: 0, parentRef: {name: a}}}}}], ipFamilies: [IPv6]}"),
        ("Machine", "{power: On, networkInterfaces: [{name: b, ephemeral: {networkInterfaceTemplate: {spec: {ips: [{value: 10.0.0.1}]}}}}]}"),
    ];
    for (of, spec) in cases {
        assert_eq!(filled(of, spec, None), "", "{of}: {spec}");
    }
}

#[test]
fn an_update_keeps_devices_even_where_the_stored_machine_is_at_fault() {
    for stored in [
        "{volumes: [{name: b, device: oda}]}",
        "{power: Perhaps, tolerations: [null], volumes: [{device: odx}, 7, {name: b, device: oda}]}",
    ] {
        assert_eq!(
            filled(
                "Machine",
                "{power: On, volumes: [{name: a}, {name: b}]}",
                Some(stored)
            ),
            r#"/spec/volumes/0/device="odb" /spec/volumes/1/device="oda""#,
            "{stored}"
        );
    }
}

/// The object with what is filled in. Each parent must be there.
fn apply(spec: &Value, fillings: Vec<Filling>) -> Value {
    let mut object = object(spec);
    for filling in fillings {
        let (parent, field) = filling.pointer.rsplit_once('/').expect("a pointer");
        let parent = object.pointer_mut(parent).expect("the parent is there");
        parent
            .as_object_mut()
            .expect("fields are filled in, no entries")
            .insert(field.to_owned(), filling.value);
    }
    object["spec"].take()
}

/// What a user writes stays: each value of `given` is in `filled`, but for those that mean none.
fn keeps(given: &Value, filled: &Value) -> bool {
    match (given, filled) {
        (Value::Object(given), Value::Object(filled)) => given
            .iter()
            .all(|(field, value)| filled.get(field).is_some_and(|filled| keeps(value, filled))),
        (Value::Array(given), Value::Array(filled)) if !given.is_empty() => {
            given.len() == filled.len() && given.iter().zip(filled).all(|(a, b)| keeps(a, b))
        }
        (Value::Null, _) => true,
        (Value::Array(given), _) => given.is_empty(),
        (given, filled) => given == filled,
    }
}

fn decoded<S: DeserializeOwned>(spec: &Value) -> S {
    S::deserialize(spec).expect("it decodes")
}

/// The machine's spec with its templates as they are on the wire.
fn with_templates_of(mut spec: MachineSpec, wire: &MachineSpec) -> MachineSpec {
    spec.network_interfaces.clone_from(&wire.network_interfaces);
    spec
}

fn with_ips_of(
    mut spec: NetworkInterfaceSpec,
    wire: &NetworkInterfaceSpec,
) -> NetworkInterfaceSpec {
    spec.ips.clone_from(&wire.ips);
    spec
}

proptest! {
    #[test]
    fn what_is_filled_in_is_filled_in_once(
        machine in machine_wire(), stored in machine_wire(), interface in interface(), prefix in prefix_template(),
    ) {
        let cases = [
            ("Machine", &machine, None),
            ("Machine", &machine, Some(&stored)),
            ("NetworkInterface", &interface, None),
            ("Prefix", &prefix, None),
        ];
        for (of, spec, old) in cases {
            let filled = apply(spec, fillings(of, spec, old));
            prop_assert!(keeps(spec, &filled), "{spec} became {filled}");
            prop_assert_eq!(fillings(of, &filled, old), []);
            prop_assert_eq!(fillings(of, &filled, None), []);
        }
    }

    #[test]
    fn the_wire_gets_what_the_types_get_outside_templates(
        machine in machine_wire(), stored in machine_wire(), interface in interface(), prefix in prefix_template(),
    ) {
        let wire: MachineSpec = decoded(&apply(&machine, fillings("Machine", &machine, Some(&stored))));
        let stored: MachineSpec = decoded(&stored);
        let typed = machine_spec(&decoded(&machine), &stored.volumes).into_owned();
        prop_assert_eq!(with_templates_of(typed, &wire), wire);
        let wire: NetworkInterfaceSpec = decoded(&apply(&interface, fillings("NetworkInterface", &interface, None)));
        let typed = network_interface_spec(&decoded(&interface)).into_owned();
        prop_assert_eq!(with_ips_of(typed, &wire), wire);
        let wire: PrefixSpec = decoded(&apply(&prefix, fillings("Prefix", &prefix, None)));
        prop_assert_eq!(prefix_spec(&decoded(&prefix)).into_owned(), wire);
    }
}
