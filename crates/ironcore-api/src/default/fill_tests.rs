use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::fill::{self, Filling};
use super::tests::{interface, machine_wire, prefix_template};
use super::{machine_spec, network_interface_spec, prefix_spec};
use crate::compute::MachineSpec;
use crate::ipam::PrefixSpec;
use crate::networking::NetworkInterfaceSpec;

type Fill = fn(&Value, Option<&Value>) -> serde_json::Result<Vec<Filling>>;

fn read(yaml: &str) -> Value {
    serde_norway::from_str(yaml).unwrap_or_else(|error| panic!("{error}: {yaml}"))
}

/// The fillings of an object with this spec, as `pointer=value`, separated by spaces.
fn filled(fill: Fill, spec: &str, old: Option<&str>) -> String {
    let object = json!({"spec": read(spec)});
    let old = old.map(|old| json!({"spec": read(old)}));
    let fillings = fill(&object, old.as_ref()).unwrap_or_else(|error| panic!("{error}: {spec}"));
    let said = fillings
        .iter()
        .map(|filling| format!("{}={}", filling.pointer, filling.value));
    said.collect::<Vec<_>>().join(" ")
}

#[test]
fn fields_are_named_and_the_rest_stays() {
    let cases: [(Fill, &str, &str); 14] = [
        (
            fill::prefix,
            "{prefix: 10.0.0.0/8}",
            r#"/spec/ipFamily="IPv4""#,
        ),
        (
            fill::prefix,
            "{prefix: 10.0.0.0/8, ipFamily: null, foreign: {}, parentRef: {}}",
            r#"/spec/ipFamily="IPv4""#,
        ),
        (
            fill::prefix,
            "{prefix: 'fd00::/8', ipFamily: ''}",
            r#"/spec/ipFamily="IPv6""#,
        ),
        (fill::prefix, "{prefix: 10.0.0.0/8, ipFamily: IPv6}", ""),
        (fill::prefix, "{}", ""),
        (
            fill::network_interface,
            "{ips: [{value: 10.0.0.1}]}",
            r#"/spec/ipFamilies=["IPv4"]"#,
        ),
        (
            fill::network_interface,
            "{ips: [{value: 10.0.0.1}], ipFamilies: null, prefixes: null, virtualIP: {}}",
            r#"/spec/ipFamilies=["IPv4"]"#,
        ),
        (fill::network_interface, "{ips: null, ipFamilies: null}", ""),
        (
            fill::network_interface,
            "{ips: [{value: 10.0.0.1}, {ephemeral: {prefixTemplate: {metadata: null, spec: {prefixLength: 0, parentRef: {name: a}}}}}], ipFamilies: [IPv4, IPv6]}",
            r#"/spec/ips/1/ephemeral/prefixTemplate/spec/ipFamily="IPv6" /spec/ips/1/ephemeral/prefixTemplate/spec/prefixLength=128"#,
        ),
        (fill::machine, "{}", r#"/spec/power="On""#),
        (fill::machine, "{power: ''}", r#"/spec/power="On""#),
        (fill::machine, "{power: Off}", ""),
        (
            fill::machine,
            "{power: On, volumes: [{name: a}, {name: b, device: ''}]}",
            r#"/spec/volumes/0/device="oda" /spec/volumes/1/device="odb""#,
        ),
        (
            fill::machine,
            "{power: On, networkInterfaces: [{name: a}, {name: b, ephemeral: {networkInterfaceTemplate: {spec: {ips: [{value: 10.0.0.1}]}}}}]}",
            r#"/spec/networkInterfaces/1/ephemeral/networkInterfaceTemplate/spec/ipFamilies=["IPv4"]"#,
        ),
    ];
    for (fill, spec, expected) in cases {
        assert_eq!(filled(fill, spec, None), expected, "{spec}");
    }
}

#[test]
fn an_update_keeps_devices_even_where_the_stored_machine_is_at_fault() {
    for stored in [
        "{volumes: [{name: b, device: oda}]}",
        "{power: Perhaps, volumes: [{device: odx}, 7, {name: b, device: oda}]}",
    ] {
        assert_eq!(
            filled(
                fill::machine,
                "{power: On, volumes: [{name: a}, {name: b}]}",
                Some(stored)
            ),
            r#"/spec/volumes/0/device="odb" /spec/volumes/1/device="oda""#,
            "{stored}"
        );
    }
}

#[test]
fn what_does_not_decode_is_an_error() {
    for object in [
        json!(null),
        json!("text"),
        json!({}),
        json!({"spec": null}),
        json!({"spec": {"ipFamilies": ["IPv5"]}}),
        json!({"spec": {"ips": {"value": "10.0.0.1"}}}),
    ] {
        assert!(fill::network_interface(&object, None).is_err(), "{object}");
    }
}

#[test]
fn lists_in_place_of_objects_are_left_to_the_schema() {
    // serde reads a struct from a list, field by field.
    for spec in [
        r#"[null, {}, null, [], [{"value": "10.0.0.1"}]]"#,
        r#"{"ips": [[null, [[null, ["IPv4"]]]]], "ipFamilies": ["IPv4"]}"#,
    ] {
        assert_eq!(filled(fill::network_interface, spec, None), "", "{spec}");
    }
}

/// The object with what is filled in. Each parent must be there.
fn apply(mut object: Value, fillings: Vec<Filling>) -> Value {
    for filling in fillings {
        let (parent, field) = filling.pointer.rsplit_once('/').expect("a pointer");
        let parent = object.pointer_mut(parent).expect("the parent is there");
        parent
            .as_object_mut()
            .expect("fields are filled in, no entries")
            .insert(field.to_owned(), filling.value);
    }
    object
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
        (Value::Number(number), filled) => number.as_i64() == Some(0) || given == filled,
        (given, filled) => given == filled,
    }
}

proptest! {
    #[test]
    fn what_is_filled_in_is_filled_in_once(
        machine in machine_wire(), stored in machine_wire(), interface in interface(), prefix in prefix_template(),
    ) {
        let cases: [(Fill, Value, Option<Value>); 4] = [
            (fill::machine, machine.clone(), None),
            (fill::machine, machine, Some(stored)),
            (fill::network_interface, interface, None),
            (fill::prefix, prefix, None),
        ];
        for (fill, spec, old) in cases {
            let (given, old) = (json!({"spec": spec}), old.map(|old| json!({"spec": old})));
            let fillings = fill(&given, old.as_ref()).expect("it decodes");
            let filled = apply(given.clone(), fillings);
            prop_assert!(keeps(&given, &filled), "{given} became {filled}");
            prop_assert_eq!(fill(&filled, old.as_ref()).expect("it decodes"), []);
            prop_assert_eq!(fill(&filled, None).expect("it decodes"), []);
        }
    }

    #[test]
    fn the_wire_gets_what_the_types_get(
        machine in machine_wire(), stored in machine_wire(), interface in interface(), prefix in prefix_template(),
    ) {
        let old = json!({"spec": stored});
        let stored: MachineSpec = decoded(&stored);
        prop_assert_eq!(
            on_the_wire::<MachineSpec>(fill::machine, &machine, Some(&old)),
            machine_spec(&decoded(&machine), &stored.volumes).into_owned()
        );
        prop_assert_eq!(
            on_the_wire::<NetworkInterfaceSpec>(fill::network_interface, &interface, None),
            network_interface_spec(&decoded(&interface)).into_owned()
        );
        prop_assert_eq!(
            on_the_wire::<PrefixSpec>(fill::prefix, &prefix, None),
            prefix_spec(&decoded(&prefix)).into_owned()
        );
    }
}

fn decoded<S: DeserializeOwned>(spec: &Value) -> S {
    S::deserialize(spec).expect("it decodes")
}

/// The spec that is read from the wire after filling in there.
fn on_the_wire<S: DeserializeOwned>(fill: Fill, spec: &Value, old: Option<&Value>) -> S {
    let object = json!({"spec": spec});
    let fillings = fill(&object, old).expect("it decodes");
    decoded(&apply(object, fillings)["spec"])
}
