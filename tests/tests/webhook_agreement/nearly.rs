// SPDX-License-Identifier: Apache-2.0

//! Objects that are nearly right: random, and the same ones at every run.

use ironcore_api::Kind;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;
use serde_json::{Value, json};

use super::TRIED;
use crate::support::object::smallest;

const FULL: &str = include_str!("../../../crates/ironcore-api/testdata/full.yaml");
const ZERO: &str = include_str!("../../../crates/ironcore-api/testdata/zero.yaml");

/// Texts that some rule is about, and some that no rule expects.
const TEXTS: [&str; 47] = [
    "",
    "a",
    "b",
    "x",
    "a-b",
    "a.b",
    "A",
    "a_b",
    "-a",
    "a-",
    "a..b",
    ".a",
    " a",
    "ä",
    "\u{0}",
    "null",
    "IPv4",
    "IPv6",
    "ipv4",
    "IPv5",
    "Public",
    "Private",
    "On",
    "Off",
    "Retain",
    "Delete",
    "oda",
    "sdab",
    "sda1",
    "10Gi",
    "-1",
    "-0",
    "1e3",
    "much",
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.01",
    "fd00::1",
    "2001:DB8::1",
    "::ffff:10.0.0.1",
    "10.0.0.0/8",
    "10.0.0.1/8",
    "10.0.0.1/32",
    "010.0.0.0/8",
    "fd00::/08",
    "::ffff:10.0.0.0/104",
    "2001:db8::1/128",
];

const NUMBERS: [i64; 12] = [
    0,
    1,
    8,
    24,
    32,
    33,
    64,
    128,
    129,
    -1,
    i32::MAX as i64,
    i32::MAX as i64 + 1,
];

/// One step away from an object that is right.
#[derive(Clone, Debug)]
enum Step {
    /// Puts another value at a place of its spec.
    Put(Index, Value),
    /// Takes a place away.
    Remove(Index),
    /// Gives a list's entry twice.
    Repeat(Index),
    /// Puts what stands at one place at another.
    Copy(Index, Index),
    /// Gives it another name.
    Name(String),
}

fn text() -> impl Strategy<Value = String> {
    let long = (1..5_usize, select(vec![1, 50, 61, 62, 63, 64]));
    let long = long.prop_map(|(parts, letters)| vec!["a".repeat(letters); parts].join("."));
    prop_oneof![6 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => long]
}

fn value() -> impl Strategy<Value = Value> {
    let odd = [
        json!(null),
        json!({}),
        json!([]),
        json!([{}]),
        json!(true),
        json!(1.5),
        json!({"name": "a"}),
    ];
    prop_oneof![
        8 => text().prop_map(Value::from),
        3 => select(&NUMBERS[..]).prop_map(Value::from),
        3 => select(odd.to_vec()),
    ]
}

/// What any object of Kubernetes may be named: a DNS subdomain. Some kinds want a label.
fn name() -> impl Strategy<Value = String> {
    let parts = (1..5_usize, select(vec![1, 50, 60]));
    parts.prop_map(|(parts, letters)| vec!["a".repeat(letters); parts].join("."))
}

fn step() -> impl Strategy<Value = Step> {
    let at = any::<Index>;
    prop_oneof![
        8 => (at(), value()).prop_map(|(place, value)| Step::Put(place, value)),
        4 => at().prop_map(Step::Remove),
        2 => at().prop_map(Step::Repeat),
        2 => (at(), at()).prop_map(|(from, to)| Step::Copy(from, to)),
        1 => name().prop_map(Step::Name),
    ]
}

/// Pointers to all places of a value, itself first.
fn places(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let field = field.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{here}/{field}"), all);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{here}/{index}"), all);
            }
        }
        _ => {}
    }
}

fn take(object: &mut Value, place: &str) {
    let (parent, last) = place.rsplit_once('/').expect("a place below the object");
    match object.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            drop(fields.remove(&last.replace("~1", "/").replace("~0", "~")));
        }
        Some(Value::Array(items)) => drop(items.remove(last.parse().expect("an index"))),
        _ => panic!("{place}"),
    }
}

fn chosen(all: &[String], index: Index) -> &str {
    index.get::<String>(all)
}

fn apply(object: &mut Value, step: Step) {
    let mut all = Vec::new();
    places(&object["spec"], "/spec", &mut all);
    match step {
        Step::Put(at, value) => put(object, chosen(&all, at), value),
        Step::Remove(at) => take(object, chosen(&all, at)),
        Step::Copy(from, to) => {
            let value = object.pointer(chosen(&all, from)).expect("a place");
            put(object, chosen(&all, to), value.clone());
        }
        Step::Name(name) => object["metadata"]["name"] = name.into(),
        Step::Repeat(at) => {
            let is_list = |place: &String| object.pointer(place).is_some_and(Value::is_array);
            all.retain(is_list);
            if !all.is_empty() {
                repeat(object, chosen(&all, at));
            }
        }
    }
}

fn put(object: &mut Value, place: &str, value: Value) {
    *object.pointer_mut(place).expect("a place") = value;
}

fn repeat(object: &mut Value, list: &str) {
    let list = object.pointer_mut(list).and_then(Value::as_array_mut);
    let list = list.expect("a list");
    list.extend(list.first().cloned());
}

/// Objects of the kind that are right: those that the tests of the wire send, and a small one.
pub(super) fn bases(of: &Kind) -> Vec<Value> {
    let sent =
        [FULL, ZERO].map(|yaml| serde_norway::Deserializer::from_str(yaml).map(Value::deserialize));
    let sent = sent
        .into_iter()
        .flatten()
        .map(|object| object.expect("YAML"));
    let mut bases: Vec<_> = sent.filter(|object| object["kind"] == of.kind).collect();
    bases.push(smallest(of.kind));
    for (index, base) in bases.iter_mut().enumerate() {
        let metadata = json!({ "name": format!("base-{index}") });
        let object = base.as_object_mut().expect("an object");
        object.insert("metadata".to_owned(), metadata);
        object.remove("status");
        // A Network's may be absent, and then there is nowhere to go.
        object.entry("spec").or_insert_with(|| json!({}));
    }
    bases
}

/// Pairs of an object that is right, and one that is some steps away from it; the same ones at every run.
pub(super) fn pairs(of: &Kind) -> Vec<(Value, Value)> {
    let strategy = (select(bases(of)), prop::collection::vec(step(), 1..4));
    let mut runner = TestRunner::deterministic();
    let pair = |_| {
        let tree = strategy.new_tree(&mut runner).expect("a value");
        let (base, steps) = tree.current();
        let mut object = base.clone();
        for step in steps {
            // A step may have left nothing to go on from.
            if object.get("spec").is_some() {
                apply(&mut object, step);
            }
        }
        (base, object)
    };
    (0..TRIED).map(pair).collect()
}
