// SPDX-License-Identifier: Apache-2.0

//! Tables of what is refused: a case is a line that says what is wrong, and what the user reads.

mod bounds;
mod fields;
mod fill;
mod machine;
mod network;
mod network_interface;
mod object;
mod paths;
mod prefix;
mod properties;
mod references;
mod several;
mod virtual_ip;
mod wire;

use serde_json::Value;

use self::object::{change, kind, smallest};
use super::Judgement;
use crate::Kind;
use crate::field::{Fault, FaultReason};

/// What a user reads: the field's path, the reason, part of the message.
#[derive(Clone, Copy)]
struct Cause(&'static str, FaultReason, &'static str);

/// A create that is refused, and its twin, which differs in the fault only and is taken. Both are
/// changes to the smallest object of their kind.
struct Create(&'static str, Cause, &'static str);

/// What is stored, a change to it, and why it is refused, if it is.
struct Update(&'static str, &'static str, Option<Cause>);

/// All tables: kind, creates, updates.
type Table = (
    &'static str,
    &'static [&'static [Create]],
    &'static [Update],
);

const TABLES: [Table; 5] = [
    prefix::TABLE,
    network::TABLE,
    virtual_ip::TABLE,
    network_interface::TABLE,
    machine::TABLE,
];

fn judge(of: &str, object: &Value, old: Option<&Value>) -> Judgement {
    judged(kind(of), object, old).unwrap_or_else(|error| panic!("{error}: {object}"))
}

fn judged(kind: &Kind, object: &Value, old: Option<&Value>) -> serde_json::Result<Judgement> {
    let old = old.map(Value::to_string);
    kind.judge(&object.to_string(), old.as_deref())
}

/// The smallest object of the kind, changed.
fn changed(of: &str, changes: &str) -> Value {
    let mut object = smallest(of);
    change(&mut object, changes);
    object
}

fn create(of: &str, changes: &str) -> Vec<Fault> {
    judge(of, &changed(of, changes), None).faults
}

fn update(of: &str, stored: &str, changes: &str) -> Vec<Fault> {
    let old = changed(of, stored);
    let mut new = old.clone();
    change(&mut new, changes);
    judge(of, &new, Some(&old)).faults
}

/// How the faults differ from what is expected: none, or exactly this one.
fn otherwise(case: &str, faults: &[Fault], expected: Option<&Cause>) -> Option<String> {
    let fits = match (expected, faults) {
        (None, []) => true,
        (Some(Cause(field, reason, message)), [fault]) => {
            fault.field == *field && fault.reason == *reason && fault.message.contains(message)
        }
        _ => false,
    };
    (!fits).then(|| format!("{case}: {faults:#?}"))
}

#[test]
fn creates_are_refused_for_exactly_one_fault_and_their_twins_are_taken() {
    let mut slips = Vec::new();
    for (of, creates, _) in TABLES {
        for Create(changes, cause, twin) in creates.iter().copied().flatten() {
            slips.extend(otherwise(changes, &create(of, changes), Some(cause)));
            slips.extend(otherwise(twin, &create(of, twin), None));
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

#[test]
fn updates_are_refused_for_exactly_what_they_may_not_change() {
    let mut slips = Vec::new();
    for (of, _, updates) in TABLES {
        for Update(stored, changes, cause) in updates {
            let case = format!("{of}: {stored} | {changes}");
            slips.extend(otherwise(&case, &create(of, stored), None));
            slips.extend(otherwise(
                &case,
                &update(of, stored, changes),
                cause.as_ref(),
            ));
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}
