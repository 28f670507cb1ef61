// SPDX-License-Identifier: Apache-2.0

//! What a review takes is bounded by its body: no body makes the webhook allocate more than four times its own size, and
//! 4 MiB. A binary of its own, with one test at a time, as it counts all that is allocated.

use clap::Parser;
use futures::FutureExt;
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use ironcore_api::KINDS;
use ni_webhook::metrics::Metrics;
use ni_webhook::options::Cli;
use ni_webhook::references::References;
use ni_webhook::review::{Answer, Endpoint, Webhook, answer};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;
/// As much as the API server takes of one object, by its default.
const BODY: usize = 3 * MIB - 64 * 1024;
/// Where a spec holds what is repeated.
const HOLE: &str = "\"HOLE\"";

fn webhook() -> Webhook {
    let options = Cli::parse_from(["ni-webhook", "--self-signed", "--network-references=deny"]);
    Webhook::new(References::none(), &options.judging, Metrics::default())
}

/// A review of an object whose spec is this text; of an update, with what it was.
fn review(kind: &str, spec: &str, old: Option<&str>) -> String {
    let known = KINDS.iter().find(|known| known.kind == kind);
    let known = known.expect("a kind of the table");
    let operation = if old.is_some() { "UPDATE" } else { "CREATE" };
    let object = |spec: &str| format!(r#"{{"metadata":{{"name":"x"}},"spec":{spec}}}"#);
    let old = old.map_or("null".to_owned(), object);
    format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","operation":"{operation}",
        "kind":{{"group":"{}","version":"{}","kind":"{kind}"}},"object":{},"oldObject":{old}}}}}"#,
        known.group,
        known.version,
        object(spec),
    )
}

/// As many of the entry, separated by commas, as have room in `size` bytes, and no more than `most`.
fn repeated(entry: &str, size: usize, most: usize) -> String {
    let times = (size / (entry.len() + 1)).clamp(1, most);
    let mut text = entry.to_owned();
    for _ in 1..times {
        text.push(',');
        text.push_str(entry);
    }
    text
}

/// Asserts that both endpoints answer the body within the bound, which counts the body itself.
fn assert_bounded(webhook: &Webhook, what: &str, body: &str) {
    for endpoint in [Endpoint::Mutate, Endpoint::Validate] {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        let said = answer(webhook, endpoint, body.as_bytes()).now_or_never();
        let taken = ALLOCATED.peak_usage().saturating_sub(before) + body.len();
        assert!(matches!(said, Some(Answer::Review(_))), "{what}");
        let bound = 4 * body.len() + 4 * MIB;
        assert!(
            taken <= bound,
            "{endpoint:?} {what}: {} KiB of {} KiB, for a body of {} KiB",
            taken / 1024,
            bound / 1024,
            body.len() / 1024
        );
    }
}

/// Kind, and a spec with a hole for a list or map that is filled with entries.
const PLACES: [(&str, &str); 24] = [
    ("Machine", r#"{"volumes":["HOLE"]}"#),
    ("Machine", r#"{"networkInterfaces":["HOLE"]}"#),
    ("Machine", r#"{"tolerations":["HOLE"]}"#),
    ("Machine", r#"{"efiVars":["HOLE"]}"#),
    ("Machine", r#"{"machinePoolSelector":{"HOLE"}}"#),
    ("Machine", r#"{"unknown":["HOLE"]}"#),
    (
        "Machine",
        r#"{"volumes":[{"name":"v","ephemeral":{"volumeTemplate":{"spec":{"x":["HOLE"]}}}}]}"#,
    ),
    (
        "Machine",
        r#"{"volumes":[{"name":"v","ephemeral":{"volumeTemplate":{"metadata":{"labels":{"HOLE"}},"spec":{}}}}]}"#,
    ),
    (
        "Machine",
        r#"{"networkInterfaces":[{"ephemeral":{"networkInterfaceTemplate":{"metadata":{"labels":{"HOLE"}}}}}]}"#,
    ),
    (
        "Machine",
        r#"{"networkInterfaces":[{"ephemeral":{"networkInterfaceTemplate":{"metadata":{"annotations":{"HOLE"}}}}}]}"#,
    ),
    (
        "Machine",
        r#"{"networkInterfaces":[{"ephemeral":{"networkInterfaceTemplate":{"metadata":{"finalizers":["HOLE"]}}}}]}"#,
    ),
    (
        "Machine",
        r#"{"networkInterfaces":[{"ephemeral":{"networkInterfaceTemplate":{"spec":{"prefixes":["HOLE"]}}}}]}"#,
    ),
    ("NetworkInterface", r#"{"ips":["HOLE"]}"#),
    ("NetworkInterface", r#"{"ipFamilies":["HOLE"]}"#),
    ("NetworkInterface", r#"{"prefixes":["HOLE"]}"#),
    ("NetworkInterface", r#"{"attributes":{"HOLE"}}"#),
    (
        "NetworkInterface",
        r#"{"virtualIP":{"ephemeral":{"virtualIPTemplate":{"metadata":{"annotations":{"HOLE"}}}}}}"#,
    ),
    ("Network", r#"{"peerings":["HOLE"]}"#),
    ("Network", r#"{"incomingPeerings":["HOLE"]}"#),
    ("Network", r#"{"peerings":[{"prefixes":["HOLE"]}]}"#),
    ("Prefix", r#"{"parentSelector":{"matchLabels":{"HOLE"}}}"#),
    (
        "Prefix",
        r#"{"parentSelector":{"matchExpressions":["HOLE"]}}"#,
    ),
    (
        "Prefix",
        r#"{"parentSelector":{"matchExpressions":[{"values":["HOLE"]}]}}"#,
    ),
    ("VirtualIP", r#"{"unknown":{"HOLE"}}"#),
];

/// What a list is filled with.
const ENTRIES: [&str; 18] = [
    "{}",
    "0",
    "null",
    "[[0],{}]",
    r#""""#,
    r#""\u00e4""#,
    r#"{"":0}"#,
    r#"{"name":"a"}"#,
    r#"{"name":"\u00e4","device":"","value":"\u00e4"}"#,
    r#"{"value":"x"}"#,
    r#"{"value":"x","ephemeral":{"prefixTemplate":{"spec":{}}}}"#,
    r#"{"ephemeral":{"prefixTemplate":{"spec":{"parentRef":{"name":"p"}}}}}"#,
    r#"{"emptyDisk":{"sizeLimit":"x"},"localDisk":{"image":"\n"},"ephemeral":{}}"#,
    r#"{"key":"!","operator":"!","values":["!","!"]}"#,
    r#"{"ephemeral":{"prefixTemplate":{"metadata":{"labels":{"_1/":"!","_2/":"!","_3/":"!","_4/":"!","_5/":"!","_6/":"!"}}}}}"#,
    r#"{"ephemeral":{"prefixTemplate":{"metadata":{"finalizers":["","","","","","","","","","","","","","","","",""]}}}}"#,
    r#"{"ephemeral":{"prefixTemplate":{"spec":{"parentSelector":{"matchExpressions":[{},{},{},{},{},{},{},{},{}]}}}}}"#,
    r#"{"ephemeral":{"prefixTemplate":{"spec":{"parentSelector":{"matchExpressions":[{"values":["","","","","",""]}]}}}}}"#,
];

/// What fills the hole of a place: entries of a list, fields of a map; those of a map have names of their own.
fn filling(place: &str, entry: &str, size: usize) -> String {
    if place.contains("{\"HOLE\"}") {
        let value = if entry.starts_with('"') {
            entry
        } else {
            "\"!\""
        };
        let fields = (0..size / (value.len() + 10)).map(|n| format!("\"k!{n}\":{value}"));
        fields.collect::<Vec<_>>().join(",")
    } else {
        repeated(entry, size, usize::MAX)
    }
}

/// As many faults and parts as an object can hold within all bounds: 128 interfaces of 256 prefixes each.
fn full_machines() -> Vec<String> {
    let with = |prefix: &str| {
        // Each interface has texts of its own, so that no two faults are the same.
        let interfaces = (0..128).map(|number| {
            let prefix = prefix.replace('!', &format!("!{number}"));
            let prefixes = repeated(&prefix, BODY / 128, 256);
            let template = format!(r#"{{"spec":{{"prefixes":[{prefixes}]}}}}"#);
            format!(r#"{{"ephemeral":{{"networkInterfaceTemplate":{template}}}}}"#)
        });
        let interfaces: Vec<_> = interfaces.collect();
        format!(r#"{{"networkInterfaces":[{}]}}"#, interfaces.join(","))
    };
    ENTRIES.map(with).into()
}

/// References to as many objects as have room.
fn many_references() -> String {
    let mut number = 0;
    let mut prefix = || {
        number += 1;
        format!(
            r#"{{"ephemeral":{{"prefixTemplate":{{"spec":{{"parentRef":{{"name":"{number}"}}}}}}}}}}"#
        )
    };
    let interfaces = (0..128).map(|_| {
        let prefixes: Vec<_> = (0..256).map(|_| prefix()).collect();
        let prefixes = prefixes.join(",");
        format!(r#"{{"ephemeral":{{"networkInterfaceTemplate":{{"spec":{{"prefixes":[{prefixes}]}}}}}}}}"#)
    });
    let interfaces: Vec<_> = interfaces.collect();
    format!(r#"{{"networkInterfaces":[{}]}}"#, interfaces.join(","))
}

fn hostile_bodies_are_bounded(webhook: &Webhook) {
    for (kind, place) in PLACES {
        for entry in ENTRIES {
            let what = format!("{kind} {place} {entry}");
            let spec = place.replace(HOLE, &filling(place, entry, BODY));
            assert_bounded(webhook, &what, &review(kind, &spec, None));
        }
    }
    for spec in full_machines().into_iter().chain([many_references()]) {
        assert!(
            spec.len() > BODY / 64 && spec.len() < 4 * MIB,
            "{}",
            spec.len()
        );
        let what = format!("a machine {}…", &spec[..200]);
        assert_bounded(webhook, &what, &review("Machine", &spec, None));
        let old = spec.replacen('{', r#"{"power":"On","#, 1);
        assert_bounded(webhook, &what, &review("Machine", &spec, Some(&old)));
    }
}

fn odd_bodies_are_bounded(webhook: &Webhook) {
    let long = "a".repeat(BODY);
    let escaped = r"\u003c".repeat(BODY / 6);
    let deep = "[".repeat(BODY / 2) + &"]".repeat(BODY / 2);
    for text in [&long, &escaped] {
        for (kind, spec) in [
            ("Machine", format!(r#"{{"power":"{text}"}}"#)),
            (
                "Machine",
                format!(r#"{{"volumes":[{{"name":"{text}","device":"{text}"}}]}}"#),
            ),
            (
                "NetworkInterface",
                format!(r#"{{"attributes":{{"{text}":"{text}"}}}}"#),
            ),
            (
                "NetworkInterface",
                format!(r#"{{"ips":[{{"value":"{text}"}}]}}"#),
            ),
            (
                "Prefix",
                format!(r#"{{"parentSelector":{{"matchLabels":{{"{text}":"!"}}}}}}"#),
            ),
            (
                "Network",
                format!(r#"{{"{text}":0,"peerings":[{{"name":"{text}"}}]}}"#),
            ),
        ] {
            let what = format!("{kind} {}…", &spec[..60]);
            assert_bounded(webhook, &what, &review(kind, &spec, None));
        }
    }
    assert_bounded(
        webhook,
        "depth",
        &review(
            "Machine",
            &format!(
                r#"{{"volumes":[{{"name":"v","ephemeral":{{"volumeTemplate":{{"spec":{{"x":{deep}}}}}}}}}]}}"#
            ),
            None,
        ),
    );
    // What can't be read is answered by its uid.
    let fields = (0..BODY / 14).map(|n| format!("\"k{n}\":0"));
    let fields: Vec<_> = fields.collect();
    let unreadable = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u","kind":7,{}}}}}"#,
        fields.join(",")
    );
    assert_bounded(webhook, "fields of an unreadable review", &unreadable);
}

/// Any JSON, deep or wide, as text.
fn anything() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(ENTRIES.to_vec()).prop_map(str::to_owned),
        any::<f64>().prop_map(|number| json!(number).to_string()),
        "[a-z<\"]{0,9}".prop_map(|text| json!(text).to_string()),
    ];
    let names = prop::sample::select(vec![
        "name",
        "value",
        "ephemeral",
        "networkInterfaceTemplate",
        "prefixTemplate",
        "virtualIPTemplate",
        "volumeTemplate",
        "spec",
        "metadata",
        "labels",
        "annotations",
        "finalizers",
        "prefixes",
        "ips",
        "values",
        "matchLabels",
        "device",
    ]);
    leaf.prop_recursive(6, 64, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|all| format!("[{}]", all.join(","))),
            (inner.clone(), 0..400_usize)
                .prop_map(|(one, times)| format!("[{}]", repeated(&one, 30_000, times.max(1)))),
            (names.clone(), inner).prop_map(|(name, value)| format!("{{\"{name}\":{value}}}")),
        ]
    })
}

fn random_bodies_are_bounded(webhook: &Webhook) {
    let mut runner = TestRunner::deterministic();
    let strategy = (
        prop::sample::select(PLACES.to_vec()),
        anything(),
        anything(),
        1..BODY / 2,
    );
    for _ in 0..100 {
        let tree = strategy.new_tree(&mut runner).expect("a value");
        let ((kind, place), entry, other, size) = tree.current();
        let spec = |entry: &str| place.replace(HOLE, &filling(place, entry, size.max(entry.len())));
        let (spec, old) = (spec(&entry), spec(&other));
        let what = format!(
            "{kind} {place} {}",
            entry.chars().take(300).collect::<String>()
        );
        assert!(serde_json::from_str::<Value>(&spec).is_ok(), "{what}");
        assert_bounded(webhook, &what, &review(kind, &spec, None));
        assert_bounded(webhook, &what, &review(kind, &spec, Some(&old)));
    }
}

/// One test, so that nothing else allocates meanwhile.
#[test]
fn a_review_takes_four_times_its_body_and_four_mebibytes_at_most() {
    let webhook = webhook();
    hostile_bodies_are_bounded(&webhook);
    odd_bodies_are_bounded(&webhook);
    random_bodies_are_bounded(&webhook);
}
