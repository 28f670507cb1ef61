//! Every path that a fault names exists in the schema.

use serde_json::Value;

use super::{TABLES, create, kind, update};
use crate::field::Fault;

/// The schema of the kind's objects.
pub(super) fn schema(of: &str) -> Value {
    let crd = serde_json::to_value((kind(of).crd)()).expect("plain data");
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// Why there is no such path in the schema; `None` where there is.
pub(super) fn unresolved(schema: &Value, path: &str) -> Option<String> {
    let mut at = schema;
    let mut rest = path;
    while !rest.is_empty() {
        if at.get("additionalProperties").is_some() {
            // The rest is a key, in which there may be anything.
            return None;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, more) = rest.split_at(end);
        // All objects have a name; the schema speaks of it only where it has a rule.
        if (name, more) == ("metadata", ".name") {
            return None;
        }
        at = match at["properties"].get(name) {
            Some(below) => below,
            None => return Some(format!("{path}: no {name:?}")),
        };
        rest = more;
        if let Some(indexed) = rest.strip_prefix('[') {
            let (index, more) = indexed.split_once(']')?;
            if index.parse::<usize>().is_err() || at.get("items").is_none() {
                return Some(format!("{path}: no [{index}]"));
            }
            (at, rest) = (&at["items"], more);
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    None
}

/// The paths of faults that are not in the schema of the kind.
pub(super) fn strays(schema: &Value, faults: &[Fault]) -> Vec<String> {
    let strays = faults.iter();
    strays
        .filter_map(|fault| unresolved(schema, &fault.field))
        .collect()
}

#[test]
fn every_path_of_every_case_is_in_the_schema() {
    let mut slips = Vec::new();
    for (of, creates, updates) in TABLES {
        let schema = schema(of);
        for case in creates.iter().copied().flatten() {
            slips.extend(strays(&schema, &create(of, case.0)));
        }
        for case in updates {
            slips.extend(strays(&schema, &update(of, case.0, case.1)));
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

#[test]
fn paths_that_do_not_exist_are_found() {
    let schema = schema("Machine");
    let resolved = |path: &str| unresolved(&schema, path).is_none();
    assert!(resolved("spec.networkInterfaces[0].name"));
    assert!(resolved("spec.machinePoolSelector.a.b/c"));
    for path in [
        "spec.networkInterface[0]",
        "spec.volumes[0].devices",
        "spec.power[0]",
        "spec.volumes.name",
    ] {
        assert!(!resolved(path), "{path}");
    }
}
