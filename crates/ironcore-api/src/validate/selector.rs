// SPDX-License-Identifier: Apache-2.0

//! Selectors by labels, as Kubernetes judges them (apimachinery, `meta/v1/validation`).

use super::draft::{Expression, Selector};
use super::faults::Faults;
use super::label;
use crate::field::{Fault, FieldPath};
use crate::words;

/// Adds what is wrong across the fields of the selector's expressions. Its labels and values are judged one by one.
pub(super) fn judge(at: &FieldPath<'_>, selector: &Selector<'_>, faults: &mut Faults) {
    let list = at.field("matchExpressions");
    for (index, entry) in selector.matchExpressions.entries().iter().enumerate() {
        expression(&list.index(index), entry, faults);
    }
}

fn expression(at: &FieldPath<'_>, expression: &Expression<'_>, faults: &mut Faults) {
    let values = !expression.values.is_empty();
    match expression.operator.as_deref() {
        Some("In" | "NotIn") if !values => {
            faults.push(Fault::required(&at.field("values"), words::VALUES_NEEDED));
        }
        Some("Exists" | "DoesNotExist") if values => {
            faults.push(Fault::forbidden(
                &at.field("values"),
                words::VALUES_FORBIDDEN,
            ));
        }
        // One that is missing is refused for that.
        Some("In" | "NotIn" | "Exists" | "DoesNotExist") | None => {}
        Some(other) => {
            faults.push(Fault::invalid(
                &at.field("operator"),
                other,
                words::OPERATOR,
            ));
        }
    }
    if let Some(key) = expression.key.as_deref() {
        label::key(key, |why| {
            faults.push(Fault::invalid(&at.field("key"), key, why));
        });
    }
}
