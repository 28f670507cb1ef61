// SPDX-License-Identifier: Apache-2.0

//! The order in which faults are told: that of the object's fields, as its type lists them.

use super::draft::Field;
use crate::field::Fault;

/// Sorts faults by place; those of one place keep their order. `spec` are the fields of the object's spec.
pub(super) fn sort(faults: &mut [Fault], spec: &'static [Field]) {
    faults.sort_by_cached_key(|fault| steps(&fault.field, spec));
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Index(usize),
    Field(usize),
    /// A key of a map.
    Key(String),
}

fn steps(path: &str, spec: &'static [Field]) -> Vec<Step> {
    let root = [
        Field::plain("metadata"),
        Field {
            name: "spec",
            below: spec,
        },
    ];
    let mut fields = &root[..];
    let steps = path.split(['.', '[']).map(|text| {
        if let Some(index) = text.strip_suffix(']').and_then(|index| index.parse().ok()) {
            return Step::Index(index);
        }
        match fields.iter().position(|field| field.name == text) {
            Some(at) => {
                fields = fields[at].below;
                Step::Field(at)
            }
            None => Step::Key(text.to_owned()),
        }
    });
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FaultReason;
    use crate::networking::NetworkInterfaceSpec;
    use crate::validate::draft::Drafted;

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
        sort(&mut faults, NetworkInterfaceSpec::FIELDS);
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, sorted);
    }
}
