// SPDX-License-Identifier: Apache-2.0

//! Every path that a fault names exists in the schema.

use serde_json::Value;

use super::{Create, TABLES, Update, change, changed, judge, kind};
use crate::validate::Judgement;

/// The schema of the kind's objects.
pub(super) fn schema(of: &str) -> Value {
    let crd = serde_json::to_value((kind(of).crd)()).expect("plain data");
    crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone()
}

/// Why there is no such path in the schema; `None` where there is.
pub(super) fn unresolved(schema: &Value, path: &str) -> Option<String> {
    // All objects have a name; the schema speaks of it only where it has a rule.
    if path == "metadata.name" {
        return None;
    }
    let mut at = schema;
    let mut rest = path;
    while !rest.is_empty() {
        if at.get("additionalProperties").is_some() {
            // The rest is a key, in which there may be anything.
            return None;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, more) = rest.split_at(end);
        at = match at["properties"].get(name) {
            Some(below) => below,
            None => return Some(format!("{path}: no {name:?}")),
        };
        rest = more;
        if let Some(indexed) = rest.strip_prefix('[') {
            let Some((index, more)) = indexed.split_once(']') else {
                return Some(format!("{path}: a bracket is not closed"));
            };
            if index.parse::<usize>().is_err() || at.get("items").is_none() {
                return Some(format!("{path}: no [{index}]"));
            }
            (at, rest) = (&at["items"], more);
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    None
}

/// The paths of faults and references that are not in the schema of the kind.
pub(super) fn strays(schema: &Value, said: &Judgement) -> Vec<String> {
    let faults = said.faults.iter().map(|fault| &fault.field);
    let references = said.references.iter().map(|reference| &reference.field);
    faults
        .chain(references)
        .filter_map(|path| unresolved(schema, path))
        .collect()
}

#[test]
fn every_path_of_every_case_is_in_the_schema() {
    let mut slips = Vec::new();
    for (of, creates, updates) in TABLES {
        let schema = schema(of);
        for Create(changes, _, twin) in creates.iter().copied().flatten() {
            for changes in [changes, twin] {
                let said = judge(of, &changed(of, changes), None);
                slips.extend(strays(&schema, &said));
            }
        }
        for Update(stored, changes, _) in updates {
            let old = changed(of, stored);
            let mut new = old.clone();
            change(&mut new, changes);
            slips.extend(strays(&schema, &judge(of, &new, Some(&old))));
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
    assert!(resolved("metadata.name"));
    for path in [
        "spec.networkInterface[0]",
        "spec.volumes[0].devices",
        "spec.power[0]",
        "spec.volumes.name",
        "spec.volumes[0",
        "spec.volumes[0].metadata.name",
    ] {
        assert!(!resolved(path), "{path}");
    }
}
