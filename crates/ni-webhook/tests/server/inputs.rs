// SPDX-License-Identifier: Apache-2.0

//! What holds of any input: of those that are kept for the fuzz targets, and of random ones.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use ironcore_api::KINDS;
use ni_webhook::invariants;

use crate::support::REVIEW;

/// The fuzz targets, each with the kind of the objects that it takes; none where it takes bodies.
const TARGETS: [(&str, Option<&str>); 6] = [
    ("review", None),
    ("network_interface", Some("NetworkInterface")),
    ("machine", Some("Machine")),
    ("virtual_ip", Some("VirtualIP")),
    ("prefix", Some("Prefix")),
    ("network", Some("Network")),
];

#[test]
fn it_holds_of_what_is_kept() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (target, kind) in TARGETS {
        let mut number = 0;
        for entry in std::fs::read_dir(seeds.join(target)).expect("seeds") {
            let path = entry.expect("a seed").path();
            println!("{}", path.display());
            let input = std::fs::read(&path).expect("a file");
            match kind {
                None => invariants::review(&input),
                Some(kind) => invariants::object(kind, &input),
            }
            number += 1;
        }
        assert!(number >= 3, "{target} has {number} seeds");
    }
}

#[test]
fn every_kind_has_a_target() {
    for kind in &KINDS {
        let target = TARGETS.iter().find(|(_, its)| *its == Some(kind.kind));
        assert!(target.is_some(), "{}", kind.kind);
    }
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).expect("a manifest");
    for (target, _) in TARGETS {
        let path = format!("targets/{target}.rs");
        assert!(fuzz.join(&path).exists(), "{path}");
        assert!(manifest.contains(&format!("path = {path:?}")), "{path}");
    }
}

/// Names of fields that rules or defaulting look at.
const FIELDS: [&str; 34] = [
    "metadata",
    "name",
    "namespace",
    "uid",
    "labels",
    "spec",
    "status",
    "providerID",
    "networkRef",
    "machineRef",
    "ipFamilies",
    "ipFamily",
    "ips",
    "value",
    "ephemeral",
    "prefixTemplate",
    "prefixes",
    "prefix",
    "prefixLength",
    "parentRef",
    "parentSelector",
    "virtualIP",
    "virtualIPRef",
    "virtualIPTemplate",
    "type",
    "targetRef",
    "networkInterfaces",
    "networkInterfaceTemplate",
    "volumes",
    "device",
    "power",
    "peerings",
    "incomingPeerings",
    "foreign",
];

/// Texts that mean something to them.
const TEXTS: [&str; 16] = [
    "",
    "a",
    "a.b",
    "A",
    "IPv4",
    "IPv6",
    "IPv5",
    "10.0.0.1",
    "fd00::1",
    "10.0.0.0/8",
    "10.0.0.1/32",
    "fd00::/64",
    "Public",
    "On",
    "oda",
    "../x\n",
];

/// JSON of which some decodes.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![-1..130i64, any::<i64>()].prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 6, |below| {
        let field = (prop::sample::select(&FIELDS[..]), below.clone());
        prop_oneof![
            prop::collection::vec(below, 0..4).prop_map(Value::from),
            prop::collection::vec(field, 0..6).prop_map(|fields| {
                let fields = fields.into_iter();
                let fields = fields.map(|(field, value)| (field.to_owned(), value));
                Value::Object(fields.collect::<Map<_, _>>())
            }),
        ]
    })
}

/// A seed with one of its values replaced: mostly right, and wrong in one place.
fn almost_right(kind: &'static str) -> impl Strategy<Value = Value> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let target = TARGETS.iter().find(|(_, its)| *its == Some(kind));
    let files = std::fs::read_dir(seeds.join(target.expect("a target").0)).expect("seeds");
    let read = |path| serde_json::from_slice(&std::fs::read(path).expect("a file")).ok();
    let seeds: Vec<Value> = files
        .filter_map(|file| read(file.expect("a file").path()))
        .collect();
    let seed = prop::sample::select(seeds);
    (seed, any::<prop::sample::Index>(), anything()).prop_map(|(mut seed, place, value)| {
        let number = count(&seed);
        *nth(&mut seed, &mut place.index(number)).expect("a place") = value;
        seed
    })
}

fn below(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(values) => values.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    }
}

/// The number of values in this one, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(values) => values.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

fn nth<'a>(value: &'a mut Value, index: &mut usize) -> Option<&'a mut Value> {
    if *index == 0 {
        return Some(value);
    }
    *index -= 1;
    below(value).into_iter().find_map(|value| nth(value, index))
}

proptest! {
    #[test]
    fn it_holds_of_any_bytes(body in prop::collection::vec(any::<u8>(), 0..2000)) {
        invariants::review(&body);
    }

    #[test]
    fn it_holds_of_a_review_with_other_bytes_in_it(
        at in any::<prop::sample::Index>(), length in 0usize..40, bytes in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut body = REVIEW.as_bytes().to_vec();
        let at = at.index(body.len());
        let end = (at + length).min(body.len());
        body.splice(at..end, bytes);
        invariants::review(&body);
    }

    #[test]
    fn it_holds_of_a_review_with_another_value_in_it(place in any::<prop::sample::Index>(), value in anything()) {
        let mut review: Value = serde_json::from_str(REVIEW).expect("JSON");
        let number = count(&review);
        *nth(&mut review, &mut place.index(number)).expect("a place") = value;
        invariants::review(review.to_string().as_bytes());
    }

    #[test]
    fn it_holds_of_any_spec(spec in anything()) {
        let object = json!({"metadata": {"name": "a"}, "spec": spec}).to_string();
        for kind in &KINDS {
            invariants::object(kind.kind, object.as_bytes());
        }
    }

    #[test]
    fn it_holds_of_what_is_almost_right(
        interface in almost_right("NetworkInterface"), machine in almost_right("Machine"), prefix in almost_right("Prefix"),
        network in almost_right("Network"), address in almost_right("VirtualIP"),
    ) {
        for (kind, object) in [
            ("NetworkInterface", interface), ("Machine", machine), ("Prefix", prefix), ("Network", network),
            ("VirtualIP", address),
        ] {
            invariants::object(kind, object.to_string().as_bytes());
        }
    }
}
