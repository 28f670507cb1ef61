// SPDX-License-Identifier: Apache-2.0

//! What the types say of their fields, the schema and the rules do.

use serde_json::{Value, json};

use super::judge;
use super::object::documents;
use super::paths::schema;
use crate::compute::MachineSpec;
use crate::ipam::PrefixSpec;
use crate::networking::{NetworkInterfaceSpec, NetworkSpec, VirtualIPSpec};
use crate::schema::{Change, Changes, How, Of};
use crate::validate::draft::{Drafted, Field};
use crate::{KINDS, words};

/// The fields of a kind's spec, as drafts have them, and how they may change.
fn said(kind: &str) -> (&'static [Field], &'static [Change]) {
    fn of<T: Drafted + Changes>() -> (&'static [Field], &'static [Change]) {
        (T::FIELDS, T::CHANGES)
    }
    match kind {
        "Prefix" => of::<PrefixSpec>(),
        "Network" => of::<NetworkSpec>(),
        "VirtualIP" => of::<VirtualIPSpec>(),
        "NetworkInterface" => of::<NetworkInterfaceSpec>(),
        "Machine" => of::<MachineSpec>(),
        other => panic!("no kind {other}"),
    }
}

/// Compares the fields below `schema` with those of the draft.
fn compare(path: &str, schema: &Value, fields: &[Field], slips: &mut Vec<String>) {
    let schema = schema.get("items").unwrap_or(schema);
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut listed: Vec<_> = fields.iter().map(|field| field.name).collect();
    listed.sort_unstable();
    let known: Vec<_> = properties.clone().map(|(name, _)| name.as_str()).collect();
    if known != listed {
        slips.push(format!("{path}: {known:?}, but drafts have {listed:?}"));
    }
    for (name, below) in properties {
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            compare(&format!("{path}.{name}"), below, field.below, slips);
        }
    }
}

#[test]
fn every_field_of_every_spec_is_judged_and_has_its_place() {
    let mut slips = Vec::new();
    for kind in &KINDS {
        let (fields, _) = said(kind.kind);
        let schema = schema(kind.kind);
        compare(kind.kind, &schema["properties"]["spec"], fields, &mut slips);
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

/// What a refusal of a change says.
fn is_of_change(message: &str) -> bool {
    let said = [
        words::IMMUTABLE,
        words::NOT_MODIFIED,
        words::NOT_CLEARED,
        words::NOT_SET,
        words::IMAGE_KEPT,
    ];
    said.iter().any(|said| message.ends_with(said))
}

/// Makes another value of each text and number below.
fn differ(value: &mut Value) {
    match value {
        Value::String(text) => text.push('0'),
        Value::Number(number) => *value = json!(number.as_i64().expect("a whole number") + 1),
        Value::Array(entries) => entries.iter_mut().for_each(differ),
        Value::Object(fields) => {
            let texts = fields
                .iter_mut()
                // A time would not decode any more.
                .filter(|(name, _)| *name != "creationTimestamp");
            texts.for_each(|(_, value)| differ(value));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether the schema has a rule on the change of this field of the spec.
fn has_rule(spec: &Value, field: &str) -> bool {
    let rules = spec["x-kubernetes-validations"].as_array();
    rules.into_iter().flatten().any(|rule| {
        let path = rule["fieldPath"].as_str().unwrap_or_default();
        let at = path.trim_start_matches('.').split(['.', '[']).next();
        at == Some(field) && rule["message"].as_str().is_some_and(is_of_change)
    })
}

/// The rule reads the size of the list. In CEL that is an error if the list is missing, and every update would be refused.
#[test]
fn a_list_that_may_come_once_has_a_default() {
    let mut found = 0;
    for kind in &KINDS {
        let schema = schema(kind.kind);
        let spec = &schema["properties"]["spec"]["properties"];
        for change in said(kind.kind).1 {
            if change.of == Of::List && matches!(change.how, How::Filled) {
                let default = &spec[change.field]["default"];
                assert!(default.is_array(), "{}: {}", kind.kind, change.field);
                found += 1;
            }
        }
    }
    assert!(found > 0, "`ipFamilies` is one");
}

#[test]
fn a_field_may_change_as_its_type_says() {
    let objects = documents(include_str!("../../../testdata/full.yaml"));
    for kind in &KINDS {
        let object = objects.iter().find(|object| object["kind"] == kind.kind);
        let object = object.unwrap_or_else(|| panic!("no {} in full.yaml", kind.kind));
        let schema = schema(kind.kind);
        for change in said(kind.kind).1 {
            let case = format!("{}: {}", kind.kind, change.field);
            let may_change = matches!(change.how, How::Free);
            let mut changed = object.clone();
            differ(&mut changed["spec"][change.field]);
            let faults = judge(kind.kind, &changed, Some(object)).faults;
            let path = format!("spec.{}", change.field);
            let is_refused = faults
                .iter()
                .any(|fault| fault.field.starts_with(&path) && is_of_change(&fault.message));
            assert_eq!(is_refused, !may_change, "{case}: {faults:#?}");
            assert_eq!(
                has_rule(&schema["properties"]["spec"], change.field),
                !may_change,
                "{case}: in the schema"
            );
        }
    }
}
