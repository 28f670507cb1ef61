// SPDX-License-Identifier: Apache-2.0

//! The order in which faults are told: that of the object's fields, as its documentation lists them.

use crate::field::Fault;

/// Fields in the order in which they are read. One list for all places: no two contradict each other.
const FIELDS: [&str; 61] = [
    "metadata",
    "namespace",
    "name",
    "generateName",
    "finalizers",
    "spec",
    "type",
    "providerID",
    "machineClassRef",
    "machinePoolSelector",
    "machinePoolRef",
    "power",
    "networkInterfaceRef",
    "networkRef",
    "machineRef",
    "networkInterfaces",
    "volumes",
    "ignitionRef",
    "efiVars",
    "tolerations",
    "guestConfig",
    "hostname",
    "ipFamily",
    "ipFamilies",
    "ips",
    "prefix",
    "prefixRef",
    "prefixLength",
    "parentRef",
    "parentSelector",
    "matchLabels",
    "matchExpressions",
    "peerings",
    "incomingPeerings",
    "prefixes",
    "virtualIP",
    "attributes",
    "targetRef",
    "reclaimPolicy",
    "device",
    "volumeRef",
    "emptyDisk",
    "localDisk",
    "sizeLimit",
    "image",
    "virtualIPRef",
    "key",
    "operator",
    "uid",
    "uuid",
    "value",
    "values",
    "effect",
    "ephemeral",
    "networkInterfaceTemplate",
    "volumeTemplate",
    "prefixTemplate",
    "virtualIPTemplate",
    "labels",
    "annotations",
    "creationTimestamp",
];

/// Sorts faults by place; those of one place keep their order.
pub(super) fn sort(faults: &mut [Fault]) {
    faults.sort_by_cached_key(|fault| steps(&fault.field));
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Index(usize),
    Field(usize),
    /// A key of a map.
    Key(String),
}

fn steps(path: &str) -> Vec<Step> {
    path.split(['.', '[']).map(step).collect()
}

fn step(text: &str) -> Step {
    if let Some(index) = text.strip_suffix(']').and_then(|index| index.parse().ok()) {
        return Step::Index(index);
    }
    let known = FIELDS.iter().position(|field| *field == text);
    known.map_or_else(|| Step::Key(text.to_owned()), Step::Field)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::KINDS;
    use crate::field::FaultReason;

    /// The names of all fields of a schema.
    fn fields(schema: &Value, found: &mut Vec<String>) {
        for (name, below) in schema["properties"].as_object().into_iter().flatten() {
            found.push(name.clone());
            fields(below, found);
        }
        for keyword in ["items", "additionalProperties"] {
            if let Some(below) = schema.get(keyword) {
                fields(below, found);
            }
        }
    }

    #[test]
    fn every_field_of_every_spec_has_its_place_once() {
        let mut found = vec!["metadata".to_owned(), "spec".to_owned()];
        for kind in &KINDS {
            let crd = serde_json::to_value((kind.crd)()).unwrap();
            let root = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
            fields(&root["properties"]["spec"], &mut found);
        }
        let found: BTreeSet<_> = found.iter().map(String::as_str).collect();
        let listed: BTreeSet<_> = FIELDS.into_iter().collect();
        assert_eq!(listed, found);
        assert_eq!(listed.len(), FIELDS.len());
    }

    #[test]
    fn faults_come_in_the_order_of_fields_and_indices() {
        let sorted = [
            "metadata.name",
            "spec",
            "spec.networkRef.name",
            "spec.ips[0].value",
            "spec.ips[2]",
            "spec.ips[2].ephemeral",
            "spec.ips[10].value",
            "spec.attributes.a",
            "spec.attributes.b",
        ];
        let fault = |field: &&str| Fault {
            field: (*field).to_owned(),
            reason: FaultReason::Invalid,
            message: String::new(),
        };
        let mut faults: Vec<_> = sorted.iter().rev().map(fault).collect();
        sort(&mut faults);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, sorted);
    }
}
