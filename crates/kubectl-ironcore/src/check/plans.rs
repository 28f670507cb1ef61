// SPDX-License-Identifier: Apache-2.0

//! Plans: the controller has nothing left to do. What it would do and has not is a status that says something else than there is,
//! or a change that it can't make.

use ni_controller::plan::Purpose;

use super::{AllLeaving, Finding};
use crate::around::Leader;
use crate::view::View;

pub(super) fn check(view: &View, _: &AllLeaving) -> Vec<Finding> {
    // Where nobody leads, that is what is wrong.
    if matches!(view.around.leader, Leader::Nobody { .. }) {
        return Vec::new();
    }
    let keys = view.world().keys();
    let looked_after = keys.filter(|key| view.around.looks_after(&key.namespace));
    let findings = looked_after.flat_map(|key| {
        let next = view.next(&key).into_iter();
        let findings = next.map(|next| {
            if next.purpose == Purpose::Status.as_str() {
                let message = "status is not what the controller would write".to_owned();
                Finding::new(next.object, "StatusStale", message)
            } else {
                let message = format!("the controller would {}, and has not", next.does);
                Finding::new(next.object, "NotDone", message)
            }
        });
        findings.collect::<Vec<_>>()
    });
    findings.collect()
}
